"""Transitions of changes in flight: sent, isolated, queued again."""

from __future__ import annotations

from collections.abc import Sequence

from field178_mobile.store.database.context import DatabaseContext
from field178_mobile.store.outbox.changes import OwnChange, State, set_state


def mark_sent(context: DatabaseContext, change_ids: Sequence[str]) -> None:
    """Mark changes as possibly received by the server, before the first byte is sent."""
    with context.transaction("sent"):
        set_state(context, change_ids, State.SENT)


def isolate(context: DatabaseContext, changes: Sequence[OwnChange], reason: str) -> list[str]:
    """Isolate changes from the queue until the user corrects them; return their records.

    An isolated change blocks no other.
    """
    with context.transaction("park"):
        set_state(context, [change.id for change in changes], State.ISOLATED, reason)
    return [change.record_id for change in changes]


def retry_isolated(context: DatabaseContext, reason: str) -> list[str]:
    """Put isolated changes back into the queue unless they were superseded; return their records.

    They count as sent: the server may have taken one and failed after that.
    """
    query = "FROM outbox WHERE state = 'parked' AND reason = ? AND replaced_by IS NULL"
    rows = context.connection.execute(f"SELECT id, record_id {query}", (reason,)).fetchall()
    if rows:
        with context.transaction("unpark"):
            set_state(context, [change_id for change_id, _ in rows], State.SENT)
    return [record_id for _, record_id in rows]
