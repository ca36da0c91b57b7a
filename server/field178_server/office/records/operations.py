"""The operator's operations on single records: move, merge, unmerge, decision."""

from __future__ import annotations

from sqlalchemy.orm import Session

from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import AuditEntry
from field178_server.records import scopes
from field178_server.records.batch import Batch, SourceChange
from field178_server.records.move import move as move_record
from field178_server.records.stored_record import Stored, next_revision
from field178_server.replication.policy.conflict_records import RESOLVED, ConflictPath, entries_of, with_entry
from field178_server.replication.policy.evaluate import DELETED_PATH
from field178_server.replication.policy.record_merge import load_merge_targets, merge_target_of, merged_into
from field178_server.replication.policy.record_validation import declared_types
from field178_server.replication.quarantine.reprocess import lock_tablets, run_record
from field178_shared.errors import AppError, ErrorCode
from field178_shared.merge import equal, read_path, without_nulls
from field178_shared.record_type import RecordType
from field178_shared.schemas import TYPES
from field178_shared.time.clock import to_wire
from field178_shared.wire.canonical import canonical
from field178_shared.wire.protocol import MERGED_INTO

# They ask whether the record shall be there at all: the merge has answered that.
_SETTLED_BY_MERGE = frozenset({DELETED_PATH, MERGED_INTO})


def move(session: Session, context: OperationContext, record_id: str, scope: str) -> None:
    """Move a record to another scope, whose row is made when there is none.

    Its quarantined changes are evaluated again: their tablets may see it where it is now.
    """
    scopes.ensure(session, context.tenant_id, (scope,), context.lists)
    batch = _batch(session, context)
    lock_tablets(batch, record_id)
    move_record(batch, record_id, scope, context.actor.id)
    batch.flush()
    context.note(session, AuditEntry("record_moved", record_id, scope))
    run_record(_batch(session, context), declared_types(), record_id)


def merge(session: Session, context: OperationContext, record_id: str, into: str) -> int:
    """Merge a record into a merge target; return the new revision of the record.

    `into` may be merged itself: then it means the record behind it. Raises
    AppError: NOT_FOUND, DELETED, PURGED, WRONG_TYPE, MERGE_CIRCLE.
    """
    batch = _batch(session, context)
    batch.load([record_id, into])
    load_merge_targets(batch, [into])
    record, target = batch.get(record_id), batch.get(into)
    if record is None or target is None:
        raise AppError(ErrorCode.NOT_FOUND, record=record_id, into=into)
    merge_target = merge_target_of(target, batch.get)
    if (refusal := _refusal(record, merge_target)) is not None:
        raise AppError(refusal, record=record_id, into=into)
    merged = next_revision(record, data={**record.data, MERGED_INTO: into}, deleted=True)
    batch.put(merged, _source(batch, context, "merge", into, None))
    _carry_conflicts(batch, merged, merge_target)
    context.note(batch.session, AuditEntry("record_merged", record_id, record.scope, {"into": into}))
    batch.flush()
    return merged.rev


def unmerge(session: Session, context: OperationContext, record_id: str) -> int:
    """Give a merged record its own life back, as it was; return its revision.

    What waits at the merge target stays there: it is decided by people.
    """
    batch = _batch(session, context)
    batch.load([record_id])
    record = batch.get(record_id)
    into = None if record is None else merged_into(record)
    if record is None or into is None:
        raise AppError(ErrorCode.NOT_FOUND, record=record_id)
    data = {key: value for key, value in record.data.items() if key != MERGED_INTO}
    live = next_revision(record, data=data, deleted=False)
    batch.put(live, _source(batch, context, "unmerge", None, into))
    context.note(batch.session, AuditEntry("record_unmerged", record_id, record.scope))
    batch.flush()
    return live.rev


def _batch(session: Session, context: OperationContext) -> Batch:
    return Batch(session, context.tenant_id, context.clock, context.ids)


def _refusal(record: Stored, merge_target: Stored) -> ErrorCode | None:
    if record.record_id == merge_target.record_id:
        return ErrorCode.MERGE_CIRCLE
    if record.is_erased or merge_target.is_erased:
        return ErrorCode.PURGED
    if record.deleted or merge_target.deleted:
        return ErrorCode.DELETED
    is_mergeable = record.type in TYPES and MERGED_INTO in TYPES[record.type].office_paths
    return None if is_mergeable and record.type == merge_target.type else ErrorCode.WRONG_TYPE


def _source(
    batch: Batch, context: OperationContext, op: str, into: str | None, was: str | None
) -> SourceChange:
    payload = {"op": op, "set": {MERGED_INTO: into}, "was": {MERGED_INTO: was}}
    text = canonical(payload).decode()
    return SourceChange(batch.ids.time_ordered(), context.actor.id, None, to_wire(batch.now), text)


def _carry_conflicts(batch: Batch, record: Stored, merge_target: Stored) -> None:
    """Take the open conflicts about a merged record over to its merge target, and close them here."""
    for conflict in batch.companions(record.record_id):
        if conflict.type == RecordType.CONFLICT and not conflict.deleted:
            _carry(batch, conflict, merge_target)
            batch.put(next_revision(conflict, data={**conflict.data, "state": RESOLVED}, deleted=True))


def _carry(batch: Batch, conflict: Stored, merge_target: Stored) -> None:
    conflict_path = ConflictPath(str(conflict.data["path"]), str(conflict.data["device"]))
    if conflict_path.path in _SETTLED_BY_MERGE:
        return
    current = read_path(merge_target.data, conflict_path.path)
    for change_id, entry in sorted(entries_of(conflict).items()):
        if isinstance(entry, dict) and not equal(entry.get("mine"), current):
            moved = without_nulls({**entry, "current": current, "reason": ErrorCode.MERGED.value})
            assert isinstance(moved, dict)
            batch.put(with_entry(batch.get, merge_target, conflict_path, change_id, moved))
