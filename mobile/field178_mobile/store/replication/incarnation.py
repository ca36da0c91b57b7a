"""Incarnations of this database, and the device whose receipts it holds."""

from __future__ import annotations

from field178_mobile.store.database.context import DatabaseContext
from field178_mobile.store.database.key_value import get_text, put_number, put_text
from field178_mobile.store.outbox.changes import offer_again, receipt_hashes
from field178_mobile.store.outbox.receipt_digests import drop_folded, receipts_digest
from field178_mobile.store.replica.server_records import ScopeCursor, drop_scope, put_scope, scope_rows
from field178_mobile.store.replication.repair import marked
from field178_shared.wire.canonical import EMPTY
from field178_shared.wire.protocol import receipt_scope


def enter_device(context: DatabaseContext, device: str) -> None:
    """Store the device id and the scope of its receipts, once for each device.

    Another device has heard no receipt yet: every change that is held here is pushed again under its id.
    """
    scope, former = receipt_scope(device), get_text(context, "device")
    if scope in scope_rows(context):
        return
    with context.transaction("device"):
        row = ScopeCursor(scope, 0, 0, EMPTY)
        if former == device:
            # A database of an earlier version: its receipts are compared before anything is concluded.
            row = marked(context, ScopeCursor(scope, 0, 0, receipts_digest(context)))
        elif former is not None:
            drop_scope(context, receipt_scope(former))
            drop_folded(context)
            offer_again(context, [change_id for change_id, _ in receipt_hashes(context)])
        put_text(context, "device", device)
        put_scope(context, row)


def begin_incarnation(context: DatabaseContext, incarnation: str) -> None:
    """Begin an incarnation: this database is a copy, or another database is a copy of it.

    Inside a transaction.
    """
    put_text(context, "incarnation", incarnation)
    put_number(context, "next_n", 1)
