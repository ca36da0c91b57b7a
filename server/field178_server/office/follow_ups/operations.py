"""Entries of the office beside a visit: decision, payment, measure carried out, closure of a correction.

Each is a record of its own with the id of what it states, so that two officers who enter one fact write one
record. The visit is never changed; a mistake is corrected by a new revision, or the entry is withdrawn.
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
    """What an officer states of a visit; `data` without the visit itself."""

    type: str
    data: Data


def entry_id(visit_id: str, entry: NewEntry) -> str:
    """Return the id of an entry: what makes it the same fact, whoever enters it."""
    data = entry.data
    keys: Mapping[str, str] = {
        RecordType.SANCTION_DECISION: number_key(text_of(data, "document_number")),
        RecordType.PAYMENT: f"{text_of(data, 'decision')}|{number_key(text_of(data, 'document_number'))}",
        RecordType.MEASURE_EXECUTION: f"{text_of(data, 'decision')}|{text_of(data, 'measure_key')}",
        RecordType.FOLLOW_UP_CLOSURE: text_of(data, "follow_up_id"),
    }
    return companion_id(visit_id, entry.type, keys[entry.type])


def enter(batch: Batch, context: OperationContext, visit_id: str, entry: NewEntry) -> str:
    """Write an entry and return its id; the same again changes nothing.

    Raises AppError(already_entered) with the id of an entry that states it otherwise, AppError(rule) with the
    problems by field. An entry that was withdrawn counts again with its new content.
    """
    visit = _visit(batch, visit_id)
    record_id, data = entry_id(visit_id, entry), {"record": visit_id, **entry.data}
    known = batch.get(record_id)
    if known is not None and known.is_erased:
        raise AppError(ErrorCode.PURGED, record_id=record_id)
    if known is not None and counts(known.data):
        if known.data == data:
            return record_id
        raise AppError(ErrorCode.ALREADY_ENTERED, record_id=record_id)
    _refuse_wrong(batch, context, visit, NewEntry(entry.type, data), record_id)
    made = (
        new_record(record_id, entry.type, visit.scope, data, visit_id)
        if known is None
        else next_revision(known, data=data, deleted=False)
    )
    _write(batch, context, visit, made, "entered")
    return record_id


@dataclass(frozen=True, slots=True)
class SeenEntry:
    """An entry as an officer saw it: its visit, its id and its revision."""

    visit_id: str
    record_id: str
    rev: int


def correct(batch: Batch, context: OperationContext, seen: SeenEntry, data: Data) -> None:
    """Replace the content of an entry at the revision that was seen; what it is about stays as it is."""
    visit, known = _visit(batch, seen.visit_id), _known(batch, seen)
    fixed = {name: known.data[name] for name in _FIXED[known.type] if name in known.data}
    changed = {**data, **fixed}
    if changed == known.data:
        return
    _refuse_wrong(batch, context, visit, NewEntry(known.type, changed), known.record_id)
    _write(batch, context, visit, next_revision(known, data=changed), "corrected")


def withdraw(batch: Batch, context: OperationContext, seen: SeenEntry, reason: str) -> None:
    """Let an entry count no longer, with a reason; it stays readable with its history."""
    require_reason(reason)
    visit, known = _visit(batch, seen.visit_id), _known(batch, seen)
    if not counts(known.data):
        raise AppError(ErrorCode.REVISION_CHANGED, record_id=known.record_id)
    data = {**known.data, "withdrawn_reason": reason}
    _write(batch, context, visit, next_revision(known, data=data), "withdrawn")


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


def _known(batch: Batch, seen: SeenEntry) -> Stored:
    found = batch.get(seen.record_id)
    if found is None or found.deleted or found.subject_id != seen.visit_id or found.type not in OFFICE_TYPES:
        raise AppError(ErrorCode.NOT_FOUND, record_id=seen.record_id)
    if found.rev != seen.rev:
        raise AppError(ErrorCode.REVISION_CHANGED, record_id=seen.record_id, rev=found.rev)
    return found


def _refuse_wrong(
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
    found = next((one for one in after.decisions if one.decision_id == decision_id), None)
    if found is None:
        raise AppError(ErrorCode.NOT_FOUND, record_id=decision_id)
    return found


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
    """Return what counts beside a loaded visit."""
    entries = {
        one.record_id: (one.type, one.data)
        for one in batch.companions(visit.record_id)
        if one.type in OFFICE_TYPES and not one.deleted
    }
    return AfterVisit.of(visit.data, entries)


def _is_number_taken(batch: Batch, visit: Stored, data: Data, record_id: str) -> bool:
    number = number_key(text_of(data, "document_number"))
    return any(
        number_key(one.document_number) == number
        for one in after_visit(batch, visit).decisions
        if one.decision_id != record_id and not one.is_of_field
    )


def _write(batch: Batch, context: OperationContext, visit: Stored, made: Stored, action: str) -> None:
    entry = AuditEntry(
        f"{made.type}_{action}", visit.record_id, visit.scope, {"entry": made.record_id, "rev": made.rev}
    )
    write_record(batch, context, made, entry)


# What an entry is about: given when it is entered.
_FIXED: Mapping[str, tuple[str, ...]] = {
    RecordType.SANCTION_DECISION: ("record",),
    RecordType.PAYMENT: ("record", "decision"),
    RecordType.MEASURE_EXECUTION: ("record", "decision", "measure_key", "measure_id"),
    RecordType.FOLLOW_UP_CLOSURE: ("record", "follow_up_id"),
}
