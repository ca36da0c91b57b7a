"""Write of a record by the office: its revision, its history and the audit entry."""

from __future__ import annotations

from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import AuditEntry
from field178_server.records.batch import Batch, SourceChange
from field178_server.records.planned_visits import release_due
from field178_server.records.sealed_visits import Keys
from field178_server.records.stored_record import Stored, next_revision
from field178_shared.merge import difference
from field178_shared.time.clock import local_date, to_wire
from field178_shared.wire.canonical import canonical
from field178_shared.wire.protocol import Op


def write_record(batch: Batch, context: OperationContext, made: Stored, entry: AuditEntry) -> None:
    """Put the next state of a record into the batch and write the audit entry; the caller flushes."""
    put_record(batch, context, made)
    context.note(batch.session, entry)


def put_record(batch: Batch, context: OperationContext, made: Stored) -> None:
    """Put the next state of a loaded or new record into the batch; the caller writes the audit entry."""
    before = batch.get(made.record_id)
    seen = before.data if before is not None and not before.deleted else {}
    set_, was = difference(seen, made.data)
    payload: dict[str, object] = {"op": "put", "set": set_, "was": was}
    if before is None:
        payload = {"op": "put", "create": True, "set": made.data, "was": {}}
    text = canonical(payload).decode()
    batch.put(made, SourceChange(batch.ids.time_ordered(), context.actor.id, None, to_wire(batch.now), text))


def release_planned_visits(batch: Batch, context: OperationContext, keys: Keys) -> int:
    """Give the unannounced visits whose window has begun to their teams; return their number."""
    released = release_due(batch, keys, local_date(context.now()))
    for item_id in released:
        context.note(batch.session, AuditEntry("plan_item_released", item_id))
    return len(released)


def delete_record(batch: Batch, context: OperationContext, record: Stored) -> Stored:
    """Delete a loaded record in the batch and return it; the caller writes the audit entry."""
    made = next_revision(record, deleted=True)
    text = canonical({"op": Op.DELETE.value}).decode()
    batch.put(made, SourceChange(batch.ids.time_ordered(), context.actor.id, None, to_wire(batch.now), text))
    return made
