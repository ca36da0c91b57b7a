"""Read all changes not in a verified backup, from database and journal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from field178_mobile.ports import Json
from field178_mobile.store.database.driver import DatabaseError
from field178_mobile.store.database.key_value import get_text
from field178_mobile.store.integrity.rebuild import journalled
from field178_mobile.store.outbox.changes import NewChange, all_changes
from field178_mobile.store.session import Unlocked
from field178_shared.errors import AppError, ErrorCode

# The driver decodes the message about a damaged file, which quotes it.
_UNREADABLE = (AppError, DatabaseError, UnicodeDecodeError)


@dataclass(frozen=True, slots=True)
class UnsentChanges:
    """The wire forms in the order of filing, and the life of the database they are sent under."""

    incarnation: str
    changes: tuple[Json, ...]


def unsent_changes(unlocked: Unlocked) -> UnsentChanges:
    """Return every change no proved backup holds yet; a damaged database leaves what the journal has."""
    filed, incarnation = _filed(unlocked)
    journal = [entry.change for entry in journalled(unlocked.journal, unlocked.context.sealer)]
    stored = {change.id: change for change in (*filed, *journal)}
    superseded = {name for change in stored.values() for name in _never_sent(change)}
    if not incarnation and not stored:
        raise AppError(ErrorCode.STORE_DAMAGED)
    life = incarnation or list(stored.values())[-1].incarnation
    changes = tuple(one.wire for one in stored.values() if one.id not in superseded)
    return UnsentChanges(life, changes)


def _filed(unlocked: Unlocked) -> tuple[list[NewChange], str]:
    try:
        return all_changes(unlocked.context), get_text(unlocked.context, "incarnation") or ""
    except _UNREADABLE:
        return [], ""


def _never_sent(change: NewChange) -> frozenset[str]:
    # An isolated change that was superseded: sync does not send it either, it would be taken for an edit.
    sent: Mapping[str, object] = change.wire
    named = sent.get("replaces")
    return frozenset(change.replaces) - frozenset(named if isinstance(named, list) else ())
