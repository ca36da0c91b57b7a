"""Decisions on divergent records: recovery as a change by the office, or rejection."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import AuditEntry
from field178_server.database.models import DivergentRecord, Scope
from field178_server.records.batch import Batch, SourceChange
from field178_server.records.stored_record import Stored, next_revision
from field178_server.replication.divergent_records import REJECTED, TAKEN, UNDECIDED
from field178_server.replication.policy.record_merge import merged_into
from field178_server.replication.policy.record_validation import TypeRules
from field178_server.replication.quarantine.reprocess import lock_tablets, run_orphans
from field178_shared.errors import AppError, ErrorCode
from field178_shared.merge import Data, difference, without_nulls
from field178_shared.schemas import Side
from field178_shared.time.clock import to_wire
from field178_shared.wire.canonical import canonical


def undecided(session: Session, tenant_id: str) -> list[DivergentRecord]:
    """Return the undecided divergent records, oldest first; their contents are loaded lazily."""
    query = (
        select(DivergentRecord)
        .options(defer(DivergentRecord.body))
        .where(DivergentRecord.tenant_id == tenant_id, DivergentRecord.state == UNDECIDED)
        .order_by(
            DivergentRecord.received_at,
            DivergentRecord.record_id,
            DivergentRecord.h,
            DivergentRecord.device_id,
        )
    )
    return list(session.scalars(query))


@dataclass(frozen=True, slots=True)
class DivergentRecordKey:
    """Key of a divergent record; `h`: hash of its content, needed if tablets sent several contents.

    `seen_rev`: revision of the stored record that the officer saw, 0 for no record; None skips the check.
    """

    record_id: str
    h: str | None = None
    seen_rev: int | None = None


def take(session: Session, context: OperationContext, rules: TypeRules, key: DivergentRecordKey) -> int:
    """Recover a divergent record: write its content as a change by the office; return the new revision.

    The revision is higher than the tablet's one, so that no tablet keeps its copy as newer.
    """
    record_id, batch = key.record_id, Batch(session, context.tenant_id, context.clock, context.ids)
    # Order of locks: tablets, record, divergent records.
    lock_tablets(batch, record_id)
    batch.load([record_id])
    rows, before = _find(session, context, key), batch.get(record_id)
    if key.seen_rev is not None and key.seen_rev != (before.rev if before is not None else 0):
        raise AppError(ErrorCode.REVISION_CHANGED, record=record_id)
    current = before if before is not None else _not_there(session, rows[0])
    data = _content(rows[0])
    _refuse(batch, current, rows[0], (data, rules))
    latest = replace(current, rev=max(current.rev, rows[0].rev))
    after = next_revision(latest, data=data, deleted=rows[0].deleted)
    batch.put(after, _source(batch, context, before, data))
    batch.flush()
    _settle(session, context, rows, TAKEN)
    if before is None:
        # Quarantined changes of this record can be evaluated now.
        run_orphans(Batch(session, context.tenant_id, context.clock, context.ids), rules, [record_id])
    return after.rev


def reject(
    session: Session, context: OperationContext, key: DivergentRecordKey, reason: str | None = None
) -> None:
    """Reject a divergent record; it stays in the store but leaves the list."""
    _settle(session, context, _find(session, context, key), REJECTED, reason)


def _find(session: Session, context: OperationContext, key: DivergentRecordKey) -> list[DivergentRecord]:
    """Return the undecided rows of a content, one for each tablet that sent it."""
    query = select(DivergentRecord).where(
        DivergentRecord.tenant_id == context.tenant_id,
        DivergentRecord.record_id == key.record_id,
        DivergentRecord.state == UNDECIDED,
    )
    rows = list(session.scalars(query.with_for_update()))
    matching = [row for row in rows if key.h in (None, row.h)]
    if not matching:
        raise AppError(ErrorCode.NOT_FOUND, record=key.record_id)
    if len(hashes := sorted({row.h for row in matching})) > 1:
        raise AppError(ErrorCode.REQUIRED, path="hash", known=" ".join(hashes))
    return matching


def _not_there(session: Session, row: DivergentRecord) -> Stored:
    if session.get(Scope, (row.tenant_id, row.scope)) is None:
        raise AppError(ErrorCode.NOT_FOUND, scope=row.scope)
    return Stored(row.record_id, row.type, row.scope, row.rev, 0, row.deleted, "", "", None)


def _content(row: DivergentRecord) -> Data:
    data = without_nulls(json.loads(row.body))
    assert isinstance(data, dict)
    return data


def _refuse(batch: Batch, current: Stored, row: DivergentRecord, content: tuple[Data, TypeRules]) -> None:
    """Refuse a content that the office may not write itself."""
    data, rules = content
    type_ = rules.types.get(row.type)
    if type_ is None:
        raise AppError(ErrorCode.UNKNOWN_TYPE, type=row.type)
    if Side.OFFICE not in type_.editors or current.subject_id is not None or type_.scope_kind == "system":
        raise AppError(ErrorCode.FORBIDDEN, type=row.type)
    if current.type != row.type:
        raise AppError(ErrorCode.WRONG_TYPE, type=row.type)
    if current.scope.partition(":")[0] != type_.scope_kind:
        raise AppError(ErrorCode.SCOPE_MISMATCH, scope=current.scope)
    if batch.is_locked(current.record_id):
        raise AppError(ErrorCode.LOCKED, record=current.record_id)
    if current.is_erased or merged_into(current) is not None:
        raise AppError(ErrorCode.PURGED if current.is_erased else ErrorCode.MERGED, record=current.record_id)
    before = current.data if current.body else None
    if (problem := rules.problem(row.type, data, before)) is not None:
        raise AppError(problem[0], paths=" ".join(sorted(problem[1])))


def _source(batch: Batch, context: OperationContext, before: Stored | None, data: Data) -> SourceChange:
    set_, was = difference({} if before is None else before.data, data)
    payload = {"op": "put", "create": before is None, "set": set_, "was": was, "salvage": True}
    text = canonical(payload).decode()
    return SourceChange(batch.ids.time_ordered(), context.actor.id, None, to_wire(batch.now), text)


def _settle(
    session: Session,
    context: OperationContext,
    rows: Sequence[DivergentRecord],
    state: str,
    reason: str | None = None,
) -> None:
    for row in rows:
        row.state, row.settled_at = state, context.now()
        row.settled_by, row.settled_reason = context.actor.id, reason
    context.note(
        session, AuditEntry(f"salvage_{state}", rows[0].record_id, rows[0].scope, {"count": len(rows)})
    )
