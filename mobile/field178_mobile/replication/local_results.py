"""Compute the row of a change whose receipt comes without a record (protocol §5)."""

from __future__ import annotations

from field178_mobile.store.outbox.changes import OwnChange
from field178_mobile.store.replica.server_records import ServerRecord
from field178_mobile.store.replica.status import after_change
from field178_shared.wire.canonical import record_hash
from field178_shared.wire.protocol import Receipt


def own_result(
    server_record: ServerRecord | None, change: OwnChange, receipt: Receipt
) -> ServerRecord | None:
    """Return the server record with the change applied, None when its hash is not the one of the receipt."""
    before = ({}, False) if server_record is None else (server_record.data, server_record.deleted)
    # Said again after a restore, the change may be in the row already.
    is_contained = server_record is not None and server_record.rev >= receipt.rev
    data, deleted = before if is_contained else after_change(*before, change)
    h = record_hash(change.record_id, change.type, receipt.rev, deleted, data)
    if h != receipt.h:
        return None
    return ServerRecord(change.record_id, change.type, receipt.scope, receipt.rev, deleted, data, h)
