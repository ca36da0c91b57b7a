"""Transitions of changes in flight: sent, isolated, queued again, offered again."""

from __future__ import annotations

from collections.abc import Sequence

from field178_mobile.store.database.context import DatabaseContext
from field178_mobile.store.database.key_value import get_number, put_number
from field178_mobile.store.outbox.changes import OwnChange, State, offer_again, set_state
from field178_mobile.store.replica.server_records import put_scope, scope_rows
from field178_mobile.store.replication.repair import marked


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


def offer_missing(context: DatabaseContext, change_ids: Sequence[str], offering: bool) -> None:
    """Push changes lost by the server again, under the same ids; `offering`: more are to be offered.

    Their scopes are repaired afterwards, because rows here may contain the lost changes.
    """
    query = (
        "SELECT receipt_scope FROM outbox WHERE id = ? AND state = 'acknowledged' AND status <> 'quarantined'"
    )
    scopes = {row[0] for change_id in change_ids for row in context.connection.execute(query, (change_id,))}
    with context.transaction("offer"):
        for cursor in scope_rows(context).values():
            if cursor.id in scopes and not cursor.refresh:
                put_scope(context, marked(context, cursor))
        offer_again(context, change_ids)
        put_number(context, "must_offer", int(offering))


def demand_offer(context: DatabaseContext) -> None:
    """Remember that the server may have lost changes: the next request offers all that are stored."""
    if get_number(context, "must_offer") != 1:
        with context.transaction("offer"):
            put_number(context, "must_offer", 1)
