"""What the tablet computes itself where the server sends a stub, or only a range of receipts."""

from __future__ import annotations

from collections.abc import Sequence

from field178_mobile.ports import Json
from field178_mobile.store.base import BaseRow
from field178_mobile.store.outbox import OwnChange
from field178_mobile.store.revision import after_change
from field178_shared.canonical import record_hash
from field178_shared.protocol import Reader, Receipt, Status


def own_result(
    base: BaseRow | None, applied: Sequence[tuple[OwnChange, Receipt]], stub: Reader
) -> BaseRow | None:
    """Return base + own applied changes when that is what the stub names, None when it is not."""
    data: Json = {} if base is None else base.data
    deleted = base is not None and base.deleted
    known_rev = 0 if base is None else base.rev
    record_type = "" if base is None else base.type
    for change, receipt in applied:
        if receipt.status is Status.APPLIED and receipt.rev > known_rev:
            record_type = change.type
            data, deleted = after_change(data, deleted, change)
    record_id, rev, h = stub.uuid("id"), stub.integer("rev", minimum=1), stub.text("h")
    if record_hash(record_id, record_type, rev, deleted, data) != h:
        return None
    return BaseRow(record_id, record_type, stub.text("scope"), rev, deleted, data, h)
