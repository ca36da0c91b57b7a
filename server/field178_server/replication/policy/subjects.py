"""Subjects: the records that companion records of tablets are about (docs/record-types.md)."""

from __future__ import annotations

from collections.abc import Iterable

from field178_shared.ids import is_uuid
from field178_shared.schemas import TYPES, Side
from field178_shared.schemas.types import SYSTEM
from field178_shared.wire.protocol import Change

SUBJECT = "record"
# Types of companion records that a tablet creates; they have the scope of their subject.
TYPES_BESIDE = tuple(
    sorted(
        name for name, type_ in TYPES.items() if type_.scope_kind == SYSTEM and Side.TABLET in type_.creators
    )
)


def subject_of(change: Change) -> str | None:
    """Return the id of the subject of a change's record; None if the record has no subject."""
    if change.type not in TYPES_BESIDE:
        return None
    named = change.set.get(SUBJECT)
    return named if is_uuid(named) and isinstance(named, str) else None


def subjects_of(changes: Iterable[Change]) -> set[str]:
    """Return the ids of the subjects of these changes' records."""
    return {subject for change in changes if (subject := subject_of(change)) is not None}
