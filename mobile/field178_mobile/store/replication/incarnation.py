"""Incarnations of this database: a copy, or a database of another device, gets a new id."""

from __future__ import annotations

from collections.abc import Callable

from field178_mobile.store.database.context import DatabaseContext
from field178_mobile.store.database.key_value import get_text, put_number, put_text
from field178_mobile.store.outbox.changes import offer_again
from field178_mobile.store.replication.checkpoint import IncarnationState, explanation
from field178_shared.wire.canonical import Digest


def explain(
    context: DatabaseContext, life: IncarnationState, server: Digest, *, next_incarnation: str | None
) -> None:
    """Store a difference as explained; a restored copy starts a new incarnation."""
    with context.transaction("explain"):
        context.connection.execute(
            "UPDATE incarnation SET explained = ? WHERE id = ?", (explanation(server, life.receipts), life.id)
        )
        if next_incarnation is not None:
            _begin(context, next_incarnation)


def enter_device(context: DatabaseContext, device: str, new_incarnation: Callable[[], str]) -> None:
    """Store the device id; a changed id starts a new incarnation.

    The server counts receipts by device and by incarnation: under the old incarnation the numbers of the new
    device would never match, and every push would offer all changes again.
    """
    stored_device = get_text(context, "device")
    if stored_device == device:
        return
    with context.transaction("device"):
        put_text(context, "device", device)
        if stored_device is not None:
            # Changes acknowledged then keep that id.
            context.connection.execute(
                "UPDATE incarnation SET device = ? WHERE device IS NULL", (stored_device,)
            )
            _begin(context, new_incarnation())
            put_number(context, "verdicts", 0)
            # Send quarantined changes again as the new device, under the same ids, so that their outcome is
            # reported to it.
            rows = context.connection.execute("SELECT id FROM outbox WHERE status = 'quarantined'").fetchall()
            offer_again(context, [change_id for (change_id,) in rows])


def _begin(context: DatabaseContext, incarnation: str) -> None:
    context.connection.execute("INSERT INTO incarnation (id) VALUES (?)", (incarnation,))
    put_text(context, "incarnation", incarnation)
    put_number(context, "next_n", 1)
