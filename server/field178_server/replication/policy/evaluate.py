"""Evaluation of one change: pure functions of the change and of the stored record (protocol §5.4)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from field178_server.records.stored_record import Stored, new_record, next_revision, record_of_content
from field178_server.replication.policy.record_validation import TypeRules
from field178_shared.errors import ErrorCode
from field178_shared.immutable import immutable
from field178_shared.merge import (
    Data,
    equal,
    merge,
    passes_non_object,
    read_path,
    without_nulls,
    write_path,
)
from field178_shared.records.value import Value
from field178_shared.schemas import RecordTypeRules
from field178_shared.schemas.types import SYSTEM
from field178_shared.wire.protocol import MAX_DATA_BYTES, Change, Op, Status

DELETED_PATH = "_deleted"
_ORDER = (ErrorCode.DELETED, ErrorCode.LOCKED, ErrorCode.CHANGED)


@dataclass(frozen=True, slots=True)
class ConflictingValue:
    """A value of a change that was not applied; the conflict record keeps it beside the current value."""

    path: str
    was: object
    mine: object
    current: object
    reason: ErrorCode


@immutable(slots=True)
class Outcome:
    """Outcome of a change. `record`: the next state of its record, None if unchanged.

    `conflicts_on`: the merge target, if the conflicts belong to it instead of the record.
    """

    status: Status
    reason: ErrorCode | None = None
    details: Mapping[str, object] = field(default_factory=dict)
    record: Stored | None = None
    conflicts: tuple[ConflictingValue, ...] = ()
    conflicts_on: Stored | None = None


@immutable(slots=True)
class Evaluation:
    """The context of an evaluation. `value`: the content of a create if it is certainly valid.

    `subject_id`: the subject of a new record.
    """

    type: RecordTypeRules
    rules: TypeRules
    value: Value | None = None
    is_locked: bool = False
    has_seen_newer: bool = False
    conflicts: Collection[str] = ()
    subject_id: str | None = None


def quarantined(reason: ErrorCode, details: Mapping[str, object] | None = None) -> Outcome:
    """Return the outcome of a change that is kept as sent and not applied."""
    return Outcome(Status.QUARANTINED, reason, details or {})


def evaluate_new(change: Change, evaluation: Evaluation) -> Outcome:
    """Evaluate the creation of a new record."""
    value = evaluation.value
    if value is not None and not _sets_office_paths(value, evaluation.type):
        return _evaluate_valid_create(change, value, evaluation)
    free, owned = _divided(change, evaluation)
    data = _content_of_create(free)
    refusal = _refusal(change.set, change.scope, data, {}, evaluation)
    if refusal is not None:
        return refusal
    record = new_record(change.record_id, change.type, change.scope, data, subject_id=evaluation.subject_id)
    if len(record.body) > MAX_DATA_BYTES // 4 and len(record.body.encode()) > MAX_DATA_BYTES:
        return quarantined(ErrorCode.TOO_LARGE)
    return _concluded(record, _owned_conflicts(change, {}, owned, ErrorCode.LOCKED))


def _evaluate_valid_create(change: Change, value: Value, evaluation: Evaluation) -> Outcome:
    """Evaluate the creation of a record whose content is valid by its schema, without a dict of it."""
    # Not every type declares a unit.
    unit_id = getattr(value, "unit_id", None)
    if not _belongs(change.scope, () if unit_id is None else (unit_id,), evaluation.type):
        return quarantined(ErrorCode.SCOPE_MISMATCH)
    problem = evaluation.rules.contradiction(change.type, value)
    if problem is not None:
        return quarantined(*problem)
    if len(change.content) > MAX_DATA_BYTES:
        return quarantined(ErrorCode.TOO_LARGE)
    record = record_of_content(
        change.record_id, change.type, change.scope, change.content, value, subject_id=evaluation.subject_id
    )
    return Outcome(Status.APPLIED, record=record)


def evaluate_existing(change: Change, record: Stored, evaluation: Evaluation) -> Outcome:
    """Evaluate a change of an existing record; a create is evaluated as an edit without base values."""
    if record.type != change.type:
        return quarantined(ErrorCode.SCHEMA, {"type": [ErrorCode.WRONG_TYPE.value]})
    if record.is_erased:
        return quarantined(ErrorCode.PURGED)
    if change.op == Op.RESOLVE:
        return _evaluate_resolve(change, record, evaluation)
    return (_evaluate_delete if change.op == Op.DELETE else _evaluate_put)(change, record, evaluation)


def _evaluate_resolve(change: Change, record: Stored, evaluation: Evaluation) -> Outcome:
    """Evaluate the values of a resolve; the conflicts that it names are resolved after that."""
    if unknown := sorted((change.conflicts or {}).keys() - set(evaluation.conflicts)):
        code = ErrorCode.CONFLICT_UNKNOWN
        return quarantined(code, {conflict_id: [code.value] for conflict_id in unknown})
    # A resolve without values does not change the record: a deleted record stays deleted.
    return _evaluate_put(change, record, evaluation) if change.set else Outcome(Status.UNCHANGED)


def _evaluate_put(change: Change, record: Stored, evaluation: Evaluation) -> Outcome:
    free, owned = _divided(change, evaluation)
    if through := [path for path in free if "." in path and passes_non_object(record.data, path)]:
        return quarantined(ErrorCode.BAD_PATH, {path: [ErrorCode.BAD_PATH.value] for path in through})
    was = {} if change.create else change.was
    # Only the record's current revision proves that the deletion was seen.
    unseen_deletion = record.deleted and change.base_rev != record.rev
    merged = merge(record.data, free, was)
    changed = ErrorCode.DELETED if unseen_deletion else ErrorCode.CHANGED
    locked = ErrorCode.DELETED if unseen_deletion else ErrorCode.LOCKED
    conflicts = [ConflictingValue(c.path, c.was, c.mine, c.current, changed) for c in merged.clashes]
    conflicts += _owned_conflicts(change, record.data, owned, locked)
    if unseen_deletion or (record.deleted and evaluation.is_locked):
        conflicts.append(ConflictingValue(DELETED_PATH, False, False, True, ErrorCode.DELETED))
    if not merged.applied:
        back = record.deleted and not evaluation.is_locked
        return _concluded(next_revision(record, deleted=False) if back else None, conflicts)
    refusal = _refusal(merged.applied, record.scope, merged.data, record.data, evaluation)
    if refusal is not None:
        return refusal
    after = next_revision(record, data=merged.data, deleted=False)
    if len(after.body) > MAX_DATA_BYTES // 4 and len(after.body.encode()) > MAX_DATA_BYTES:
        return quarantined(ErrorCode.TOO_LARGE)
    return _concluded(after, conflicts)


def _evaluate_delete(change: Change, record: Stored, evaluation: Evaluation) -> Outcome:
    if record.deleted:
        return Outcome(Status.UNCHANGED)
    if evaluation.is_locked:
        return _concluded(None, [ConflictingValue(DELETED_PATH, False, True, False, ErrorCode.LOCKED)])
    if change.was.get("_h") == record.short_hash or evaluation.has_seen_newer:
        return _concluded(next_revision(record, deleted=True), ())
    return _concluded(None, [ConflictingValue(DELETED_PATH, False, True, False, ErrorCode.CHANGED)])


def _content_of_create(set_: Mapping[str, object]) -> Data:
    """Return the data of a create: the same as a merge of `set_` into an empty record, but faster."""
    data: Data = {}
    for path in sorted(set_):
        value = set_[path]
        if "." in path:
            data = write_path(data, path, value)
        elif value is not None:
            data[path] = without_nulls(value)
    return data


def _concluded(record: Stored | None, conflicts: Sequence[ConflictingValue]) -> Outcome:
    if conflicts:
        reasons = {conflict.reason for conflict in conflicts}
        first = next(reason for reason in _ORDER if reason in reasons)
        return Outcome(Status.CONFLICT, first, record=record, conflicts=tuple(conflicts))
    return Outcome(Status.APPLIED if record is not None else Status.UNCHANGED, record=record)


def _divided(change: Change, evaluation: Evaluation) -> tuple[Data, list[str]]:
    """Return the values that a tablet may set, and the paths that only the office may set (locked: all)."""
    if evaluation.is_locked:
        return {}, sorted(change.set)
    owned = [path for path in change.set if _is_owned(path, evaluation.type.office_paths)]
    if not owned:
        return change.set, []
    return {path: value for path, value in change.set.items() if path not in owned}, sorted(owned)


def _sets_office_paths(value: Value, type_: RecordTypeRules) -> bool:
    # A valid value has only declared members; paths of a merge are not declared by every type.
    return any(getattr(value, owner.partition(".")[0], None) is not None for owner in type_.office_paths)


def _is_owned(path: str, owners: Iterable[str]) -> bool:
    return any(
        path == owner or path.startswith(f"{owner}.") or owner.startswith(f"{path}.") for owner in owners
    )


def _owned_conflicts(
    change: Change, data: Data, paths: Sequence[str], reason: ErrorCode
) -> list[ConflictingValue]:
    conflicts = []
    for path in paths:
        current = read_path(data, path)
        if not equal(current, change.set[path]):
            conflicts.append(
                ConflictingValue(
                    path, None if change.create else change.was.get(path), change.set[path], current, reason
                )
            )
    return conflicts


def _refusal(
    given: Collection[str], scope: str, data: Data, before: Data, evaluation: Evaluation
) -> Outcome | None:
    """Return the quarantine outcome of invalid data, or None; `given`: the paths with a new value."""
    # The office may have moved the record: `unit_id` keeps the unit of the filed record, so it is
    # checked only where the change sets it.
    units = (data.get("unit_id"),) if "unit_id" in given else ()
    if not _belongs(scope, units, evaluation.type):
        return quarantined(ErrorCode.SCOPE_MISMATCH)
    problem = evaluation.rules.problem(evaluation.type.name, data, before)
    return None if problem is None else quarantined(*problem)


def _belongs(scope: str, units: tuple[object, ...], type_: RecordTypeRules) -> bool:
    """Return whether a record of a type may be in a scope; `units`: the unit that the change sets, if any."""
    if type_.scope_kind == SYSTEM:
        return True
    kind, _, unit = scope.partition(":")
    return kind == type_.scope_kind and (kind != "unit" or units in ((), (unit,)))
