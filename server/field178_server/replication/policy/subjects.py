"""Records that tablets write about another record, and the one that they name (protocol §5.8)."""

from __future__ import annotations

from collections.abc import Iterable

from field178_shared.ids import is_uuid
from field178_shared.schemas import TYPES, Side
from field178_shared.schemas.types import SYSTEM
from field178_shared.wire.protocol import Change

SUBJECT = "record"
# Types that a tablet creates and that lie where the record lies that they name.
TYPES_BESIDE = tuple(
    sorted(name for name, one in TYPES.items() if one.scope_kind == SYSTEM and Side.TABLET in one.creators)
)


def subject_of(change: Change) -> str | None:
    """Return the record that a change's record is about; None for a record that stands alone."""
    named = change.set.get(SUBJECT) if change.type in TYPES_BESIDE else None
    return named if is_uuid(named) and isinstance(named, str) else None


def subjects_of(changes: Iterable[Change]) -> set[str]:
    """Return the records that the records of these changes are about."""
    return {subject for change in changes if (subject := subject_of(change)) is not None}
