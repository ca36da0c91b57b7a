"""What the tablet computes itself where the server sends a stub, or only a range of receipts."""

from __future__ import annotations

from collections.abc import Sequence

from field178_mobile.ports import Json
from field178_mobile.store.base import BaseRow
from field178_mobile.store.outbox import OwnChange
from field178_shared.canonical import record_hash
from field178_shared.merge import passes_non_object, write_path
from field178_shared.protocol import Op, Reader, Receipt, Status


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
            data, deleted = _after(data, change)
    record_id, rev, h = stub.uuid("id"), stub.integer("rev", minimum=1), stub.text("h")
    if record_hash(record_id, record_type, rev, deleted, data) != h:
        return None
    return BaseRow(record_id, record_type, stub.text("scope"), rev, deleted, data, h)


def row_of_change(base: BaseRow | None, change: OwnChange) -> BaseRow:
    """Return the row that a change applied as sent makes of the one before; the closing digest proves it."""
    data, deleted = _after({} if base is None else base.data, change)
    rev = 1 if base is None else base.rev + 1
    h = record_hash(change.record_id, change.type, rev, deleted, data)
    return BaseRow(change.record_id, change.type, change.scope, rev, deleted, data, h)


def _after(data: Json, change: OwnChange) -> tuple[Json, bool]:
    if change.op == Op.DELETE:
        return data, True
    for path, value in change.set.items():
        if not passes_non_object(data, path):
            data = write_path(data, path, value)
    return data, False
