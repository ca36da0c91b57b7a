"""Office entries on a visit: decision, payment, executed measure, closure of a correction.

An entry is a record with an id derived from its fact, so that two officers who enter the same fact write one
record. The visit is never changed. A mistake is corrected by a new revision, or the entry is withdrawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from field178_server.audit.office_write import write_record
from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import AuditEntry, require_reason
from field178_server.records.batch import Batch
from field178_server.records.stored_record import Stored, new_record, next_revision
from field178_server.replication.policy.record_validation import Problems, declared_types
from field178_shared.errors import AppError, ErrorCode
from field178_shared.ids import companion_id
from field178_shared.merge import Data
from field178_shared.record_type import RecordType
from field178_shared.records.reading import entries_of, ids_of, text_of
from field178_shared.records.review import ReviewState
from field178_shared.records.sanctions import OFFICE_TYPES, AfterVisit, SanctionDecision, counts, number_key
from field178_shared.rules import sanctions
from field178_shared.rules.problem import Problem, by_path
from field178_shared.time.clock import local_date


@dataclass(frozen=True, slots=True)
class NewEntry:
    """Type and content of an entry on a visit; `data` does not contain the visit id."""

    type: str
    data: Data


def entry_id(visit_id: str, entry: NewEntry) -> str:
    """Return the id of an entry, derived from its fact, so that equal facts have equal ids."""
    data = entry.data
    keys: Mapping[str, str] = {
        RecordType.SANCTION_DECISION: number_key(text_of(data, "document_number")),
        RecordType.PAYMENT: f"{text_of(data, 'decision')}|{number_key(text_of(data, 'document_number'))}",
        RecordType.MEASURE_EXECUTION: f"{text_of(data, 'decision')}|{text_of(data, 'measure_key')}",
        RecordType.FOLLOW_UP_CLOSURE: text_of(data, "follow_up_id"),
    }
    return companion_id(visit_id, entry.type, keys[entry.type])


def enter(batch: Batch, context: OperationContext, visit_id: str, entry: NewEntry) -> str:
    """Write an entry and return its id; a repeated entry changes nothing.

    Raises AppError(already_entered) with the id of an entry of the same fact with other content,
    AppError(rule) with the problems by field. A withdrawn entry is reactivated with the new content.
    """
    visit = _visit(batch, visit_id)
    record_id, data = entry_id(visit_id, entry), {"record": visit_id, **entry.data}
    existing = batch.get(record_id)
    if existing is not None and existing.is_erased:
        raise AppError(ErrorCode.PURGED, record_id=record_id)
    if existing is not None and counts(existing.data):
        if existing.data == data:
            return record_id
        raise AppError(ErrorCode.ALREADY_ENTERED, record_id=record_id)
    _refuse_invalid(batch, context, visit, NewEntry(entry.type, data), record_id)
    made = (
        new_record(record_id, entry.type, visit.scope, data, visit_id)
        if existing is None
        else next_revision(existing, data=data, deleted=False)
    )
    _write(batch, context, visit, made, "entered")
    return record_id


@dataclass(frozen=True, slots=True)
class SeenEntry:
    """An entry of a visit, and the revision that the officer saw."""

    visit_id: str
    record_id: str
    rev: int


def correct(batch: Batch, context: OperationContext, seen: SeenEntry, data: Data) -> None:
    """Replace the content of an entry at the seen revision; the members that identify its fact are kept."""
    visit, stored = _visit(batch, seen.visit_id), _seen_entry(batch, seen)
    fixed = {name: stored.data[name] for name in _FIXED[stored.type] if name in stored.data}
    changed = {**data, **fixed}
    if changed == stored.data:
        return
    _refuse_invalid(batch, context, visit, NewEntry(stored.type, changed), stored.record_id)
    _write(batch, context, visit, next_revision(stored, data=changed), "corrected")


def withdraw(batch: Batch, context: OperationContext, seen: SeenEntry, reason: str) -> None:
    """Withdraw an entry with a reason, so that it no longer counts. The record and its history are kept."""
    require_reason(reason)
    visit, stored = _visit(batch, seen.visit_id), _seen_entry(batch, seen)
    if not counts(stored.data):
        raise AppError(ErrorCode.REVISION_CHANGED, record_id=stored.record_id)
    data = {**stored.data, "withdrawn_reason": reason}
    _write(batch, context, visit, next_revision(stored, data=data), "withdrawn")


def _visit(batch: Batch, visit_id: str) -> Stored:
    batch.load([visit_id])
    visit = batch.get(visit_id)
    if visit is None or visit.deleted or visit.type != RecordType.INSPECTION:
        raise AppError(ErrorCode.NOT_FOUND, record_id=visit_id)
    if visit.is_erased:
        raise AppError(ErrorCode.PURGED, record_id=visit_id)
    review = batch.review_of(visit_id)
    if review is not None and text_of(review.data, "state") == ReviewState.VOID:
        raise AppError(ErrorCode.LOCKED, record_id=visit_id)
    return visit


def _seen_entry(batch: Batch, seen: SeenEntry) -> Stored:
    entry = batch.get(seen.record_id)
    if entry is None or entry.deleted or entry.subject_id != seen.visit_id or entry.type not in OFFICE_TYPES:
        raise AppError(ErrorCode.NOT_FOUND, record_id=seen.record_id)
    if entry.rev != seen.rev:
        raise AppError(ErrorCode.REVISION_CHANGED, record_id=seen.record_id, rev=entry.rev)
    return entry


def _refuse_invalid(
    batch: Batch, context: OperationContext, visit: Stored, entry: NewEntry, record_id: str
) -> None:
    problem = declared_types().problem(entry.type, entry.data)
    problems: Problems = dict(problem[1]) if problem else {}
    for path, codes in by_path(_errors(batch, context, visit, entry)).items():
        problems[path] = [*problems.get(path, []), *codes]
    if entry.type == RecordType.SANCTION_DECISION and _is_number_taken(batch, visit, entry.data, record_id):
        problems["document_number"] = [ErrorCode.ALREADY_ENTERED]
    if problems:
        raise AppError(ErrorCode.RULE, problems=problems)


def _errors(batch: Batch, context: OperationContext, visit: Stored, entry: NewEntry) -> Iterable[Problem]:
    data, today = entry.data, local_date(context.now())
    if entry.type == RecordType.SANCTION_DECISION:
        yield from sanctions.decision_errors(data, visit.data, context.lists, today)
        if sanctions.unknown_violations(data, visit.data) or not ids_of(data, "violation_ids"):
            yield Problem("violation_ids", ErrorCode.REQUIRED)
    elif entry.type == RecordType.PAYMENT:
        yield from sanctions.payment_errors(data, _decision(batch, visit, text_of(data, "decision")), today)
    elif entry.type == RecordType.MEASURE_EXECUTION:
        yield from sanctions.execution_errors(data, visit.data, today)
        _refuse_foreign_measure(batch, visit, data)
    else:
        yield from sanctions.closure_errors(data, visit.data, today)
        if text_of(data, "follow_up_id") not in entries_of(visit.data, "follow_ups"):
            raise AppError(ErrorCode.NOT_FOUND, follow_up=text_of(data, "follow_up_id"))


def _decision(batch: Batch, visit: Stored, decision_id: str) -> SanctionDecision:
    after = after_visit(batch, visit)
    decision = next(
        (candidate for candidate in after.decisions if candidate.decision_id == decision_id), None
    )
    if decision is None:
        raise AppError(ErrorCode.NOT_FOUND, record_id=decision_id)
    return decision


def _refuse_foreign_measure(batch: Batch, visit: Stored, data: Data) -> None:
    key, decision_id = text_of(data, "measure_key"), text_of(data, "decision")
    if decision_id:
        is_known = key in _decision(batch, visit, decision_id).measure_ids
        measure_id = key
    else:
        measures = entries_of(visit.data, "measures")
        is_known, measure_id = key in measures, text_of(measures.get(key, {}), "measure_id")
    if not is_known or measure_id != text_of(data, "measure_id"):
        raise AppError(ErrorCode.NOT_FOUND, measure=key)


def after_visit(batch: Batch, visit: Stored) -> AfterVisit:
    """Return the office entries that count for a loaded visit."""
    entries = {
        companion.record_id: (companion.type, companion.data)
        for companion in batch.companions(visit.record_id)
        if companion.type in OFFICE_TYPES and not companion.deleted
    }
    return AfterVisit.of(visit.data, entries)


def _is_number_taken(batch: Batch, visit: Stored, data: Data, record_id: str) -> bool:
    number = number_key(text_of(data, "document_number"))
    return any(
        number_key(decision.document_number) == number
        for decision in after_visit(batch, visit).decisions
        if decision.decision_id != record_id and not decision.is_of_field
    )


def _write(batch: Batch, context: OperationContext, visit: Stored, made: Stored, action: str) -> None:
    entry = AuditEntry(
        f"{made.type}_{action}", visit.record_id, visit.scope, {"entry": made.record_id, "rev": made.rev}
    )
    write_record(batch, context, made, entry)


# Members that identify the fact of an entry; corrections do not change them.
_FIXED: Mapping[str, tuple[str, ...]] = {
    RecordType.SANCTION_DECISION: ("record",),
    RecordType.PAYMENT: ("record", "decision"),
    RecordType.MEASURE_EXECUTION: ("record", "decision", "measure_key", "measure_id"),
    RecordType.FOLLOW_UP_CLOSURE: ("record", "follow_up_id"),
}
