"""Decisions on divergent records: recovery as the office's own change, or rejection."""

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
    """Return the undecided records, oldest first; their contents are read lazily."""
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
    """Key of a divergent record; `h` names its content where tablets sent several.

    `seen_rev` is the revision that stood when the office decided, 0 for none; None does not ask.
    """

    record_id: str
    h: str | None = None
    seen_rev: int | None = None


def take(session: Session, context: OperationContext, rules: TypeRules, wanted: DivergentRecordKey) -> int:
    """Make a divergent record the latest word on it, as a change by the office; return its revision.

    The revision counts on from what the tablet had, so that no tablet takes the record for an older one.
    """
    record_id, batch = wanted.record_id, Batch(session, context.tenant_id, context.clock, context.ids)
    # In the order of all locks: tablets, the record, its divergent records.
    lock_tablets(batch, record_id)
    batch.load([record_id])
    rows, before = _find(session, context, wanted), batch.get(record_id)
    if wanted.seen_rev is not None and wanted.seen_rev != (before.rev if before is not None else 0):
        raise AppError(ErrorCode.REVISION_CHANGED, record=record_id)
    known = before if before is not None else _not_there(session, rows[0])
    data = _content(rows[0])
    _refuse(batch, known, rows[0], (data, rules))
    latest = replace(known, rev=max(known.rev, rows[0].rev))
    after = next_revision(latest, data=data, deleted=rows[0].deleted)
    batch.put(after, _source(batch, context, before, data))
    batch.flush()
    _settle(session, context, rows, TAKEN)
    if before is None:
        # What waited for this record can be evaluated now.
        run_orphans(Batch(session, context.tenant_id, context.clock, context.ids), rules, [record_id])
    return after.rev


def reject(
    session: Session, context: OperationContext, wanted: DivergentRecordKey, reason: str | None = None
) -> None:
    """Reject a divergent record; it stays in the store and is not shown again."""
    _settle(session, context, _find(session, context, wanted), REJECTED, reason)


def _find(session: Session, context: OperationContext, wanted: DivergentRecordKey) -> list[DivergentRecord]:
    """Return the undecided rows of one content, from any number of tablets."""
    query = select(DivergentRecord).where(
        DivergentRecord.tenant_id == context.tenant_id,
        DivergentRecord.record_id == wanted.record_id,
        DivergentRecord.state == UNDECIDED,
    )
    rows = list(session.scalars(query.with_for_update()))
    found = [row for row in rows if wanted.h in (None, row.h)]
    if not found:
        raise AppError(ErrorCode.NOT_FOUND, record=wanted.record_id)
    if len(hashes := sorted({row.h for row in found})) > 1:
        raise AppError(ErrorCode.REQUIRED, path="hash", known=" ".join(hashes))
    return found


def _not_there(session: Session, row: DivergentRecord) -> Stored:
    if session.get(Scope, (row.tenant_id, row.scope)) is None:
        raise AppError(ErrorCode.NOT_FOUND, scope=row.scope)
    return Stored(row.record_id, row.type, row.scope, row.rev, 0, row.deleted, "", "", None)


def _content(row: DivergentRecord) -> Data:
    data = without_nulls(json.loads(row.body))
    assert isinstance(data, dict)
    return data


def _refuse(batch: Batch, known: Stored, row: DivergentRecord, wanted: tuple[Data, TypeRules]) -> None:
    """Refuse what the office could not enter itself either."""
    data, rules = wanted
    type_ = rules.types.get(row.type)
    if type_ is None:
        raise AppError(ErrorCode.UNKNOWN_TYPE, type=row.type)
    if Side.OFFICE not in type_.editors or known.subject_id is not None or type_.scope_kind == "system":
        raise AppError(ErrorCode.FORBIDDEN, type=row.type)
    if known.type != row.type:
        raise AppError(ErrorCode.WRONG_TYPE, type=row.type)
    if known.scope.partition(":")[0] != type_.scope_kind:
        raise AppError(ErrorCode.SCOPE_MISMATCH, scope=known.scope)
    if batch.is_locked(known.record_id):
        raise AppError(ErrorCode.LOCKED, record=known.record_id)
    if known.is_erased or merged_into(known) is not None:
        raise AppError(ErrorCode.PURGED if known.is_erased else ErrorCode.MERGED, record=known.record_id)
    before = known.data if known.body else None
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
