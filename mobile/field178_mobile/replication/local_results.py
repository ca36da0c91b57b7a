"""The row that the tablet works out itself where the server sends a verdict alone (protocol §5)."""

from __future__ import annotations

from field178_mobile.store.outbox.changes import OwnChange
from field178_mobile.store.replica.server_records import ServerRecord
from field178_mobile.store.replica.status import after_change
from field178_shared.wire.canonical import record_hash
from field178_shared.wire.protocol import Receipt


def own_result(base: ServerRecord | None, change: OwnChange, receipt: Receipt) -> ServerRecord | None:
    """Return the row held with the change applied when it has the hash of the receipt, None when not."""
    before = ({}, False) if base is None else (base.data, base.deleted)
    # Said again after a restore, the change may be in the row already.
    is_contained = base is not None and base.rev >= receipt.rev
    data, deleted = before if is_contained else after_change(*before, change)
    h = record_hash(change.record_id, change.type, receipt.rev, deleted, data)
    if h != receipt.h:
        return None
    return ServerRecord(change.record_id, change.type, receipt.scope, receipt.rev, deleted, data, h)
