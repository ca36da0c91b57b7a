"""Admission of a change: checks tablet, size, form and paths, then evaluates it. Writes nothing."""

from __future__ import annotations

from dataclasses import replace

from field178_server.devices.context import DeviceContext
from field178_server.records.find_record import FILED_TYPES
from field178_server.replication.policy import record_merge
from field178_server.replication.policy.conflict_records import conflicts_of
from field178_server.replication.policy.evaluate import Evaluation, Outcome, evaluate_new, quarantined
from field178_server.replication.policy.record_validation import TypeRules
from field178_server.replication.policy.subjects import SUBJECT, TYPES_BESIDE, subject_of
from field178_server.replication.push.preload import Preload
from field178_shared.errors import ErrorCode
from field178_shared.ids import is_computed
from field178_shared.merge import bad_paths
from field178_shared.records.value import Value
from field178_shared.rules.computed_ids import computed_id
from field178_shared.schemas import Side
from field178_shared.wire.protocol import MAX_CHANGE_BYTES, Change, Op, Status

_SERVED_OPS = frozenset(op.value for op in Op)


def admit(
    preload: Preload, rules: TypeRules, change: Change, size_bytes: int, device: DeviceContext
) -> Outcome:
    """Return the outcome of a tablet's change; `size_bytes` is the size of its canonical form."""
    if (refused := _refusal(change, size_bytes, device, rules)) is not None:
        return refused
    value = rules.valid_value(change) if change.create else None
    if value is None and (refused := _refusal_of_paths(change)) is not None:
        return refused
    if change.type in TYPES_BESIDE:
        return _admit_companion(preload, rules, change, value, device)
    batch, seen = preload.batch, preload.seen(change, device)
    evaluation = Evaluation(
        rules.types[change.type],
        rules,
        value=value,
        is_locked=seen is not None and batch.is_locked(change.record_id),
        has_seen_newer=seen is not None and preload.has_made_newer(change, seen, device),
        conflicts=conflicts_of(batch, change.record_id) if change.op == Op.RESOLVE else (),
    )
    if seen is not None:
        return record_merge.evaluate(change, seen, evaluation, batch.get, device.scopes)
    return _unseen(preload, change, device, evaluation)


def _admit_companion(
    preload: Preload, rules: TypeRules, change: Change, value: Value | None, device: DeviceContext
) -> Outcome:
    """Return the outcome of a companion record: written once, in the scope of its subject."""
    record, subject = preload.seen(change, device), preload.subject_of(change, device)
    if subject is None:
        is_granted = change.scope in device.scopes
        return quarantined(ErrorCode.ORPHAN if is_granted else ErrorCode.SCOPE_NOT_GRANTED)
    if preload.is_seen_erased(change, device):
        return quarantined(ErrorCode.PURGED)
    if subject.type not in FILED_TYPES:
        return quarantined(ErrorCode.SCHEMA, {SUBJECT: [ErrorCode.WRONG_TYPE.value]})
    if record is None:
        evaluation = Evaluation(rules.types[change.type], rules, value, subject_id=subject.record_id)
        return _filed(preload, replace(change, scope=subject.scope), evaluation)
    is_same = record.type == change.type and record.data == dict(change.set)
    return Outcome(Status.UNCHANGED) if is_same else quarantined(ErrorCode.RECORD_EXISTS)


def admit_correction(preload: Preload, rules: TypeRules, change: Change) -> Outcome:
    """Return the outcome of the office's correction of a change: only its content is evaluated."""
    batch, record = preload.batch, preload.batch.get(change.record_id)
    is_locked, subject = batch.is_locked(change.record_id), subject_of(change)
    evaluation = Evaluation(rules.types[change.type], rules, is_locked=is_locked, subject_id=subject)
    if record is None:
        return evaluate_new(change, evaluation)
    return record_merge.evaluate(change, record, evaluation, batch.get, None)


def _refusal(change: Change, size_bytes: int, device: DeviceContext, rules: TypeRules) -> Outcome | None:
    """Return the quarantine outcome by sender, type and members of a change, or None; skips the paths."""
    reason = _of_sender(change, size_bytes, device) or _of_type(change, rules)
    return _of_members(change) if reason is None else quarantined(reason)


def _refusal_of_paths(change: Change) -> Outcome | None:
    """Return the quarantine outcome of invalid paths or over-long texts, or None."""
    bad = bad_paths(change.set)
    if not bad:
        return None
    # A bad path takes precedence over an over-long text.
    is_form = any(ErrorCode.BAD_PATH.value in codes for codes in bad.values())
    return quarantined(ErrorCode.BAD_PATH if is_form else ErrorCode.SCHEMA, bad)


def _of_sender(change: Change, size_bytes: int, device: DeviceContext) -> ErrorCode | None:
    if device.revoked:
        return ErrorCode.DEVICE_REVOKED
    if size_bytes > MAX_CHANGE_BYTES:
        return ErrorCode.TOO_LARGE
    return ErrorCode.USER_UNKNOWN if change.user not in device.users else None


def _of_type(change: Change, rules: TypeRules) -> ErrorCode | None:
    if change.op not in _SERVED_OPS:
        return ErrorCode.UNKNOWN_OP
    type_ = rules.types.get(change.type)
    if type_ is None:
        return ErrorCode.UNKNOWN_TYPE
    if not type_.takes(change.schema):
        return ErrorCode.UNKNOWN_SCHEMA
    writers = type_.creators if change.create else type_.editors
    return ErrorCode.OFFICE_ONLY if Side.TABLET not in writers else None


def _of_members(change: Change) -> Outcome | None:
    unread = []
    if change.op == Op.RESOLVE and change.conflicts is None:
        unread.append("conflicts")
    return (
        quarantined(ErrorCode.SCHEMA, {m: [ErrorCode.WRONG_TYPE.value] for m in unread}) if unread else None
    )


def _unseen(preload: Preload, change: Change, device: DeviceContext, evaluation: Evaluation) -> Outcome:
    if change.scope not in device.scopes:
        return quarantined(ErrorCode.SCOPE_NOT_GRANTED)
    if change.op != Op.PUT or not change.create:
        return quarantined(ErrorCode.ORPHAN)
    return _filed(preload, change, evaluation)


def _filed(preload: Preload, change: Change, evaluation: Evaluation) -> Outcome:
    """Return the outcome of a create whose record id is not visible to the tablet.

    RECORD_EXISTS reveals that a hidden record has the id. It is returned only for changes that would be
    applied, and only for ids that cannot be computed, so that the tablet must have seen the id.
    """
    if is_computed(change.record_id) and change.record_id != computed_id(change.type, change.set):
        return quarantined(ErrorCode.SCHEMA, {"record_id": [ErrorCode.BAD_ID.value]})
    outcome = evaluate_new(change, evaluation)
    is_free = preload.batch.get(change.record_id) is None
    return (
        outcome if is_free or outcome.status == Status.QUARANTINED else quarantined(ErrorCode.RECORD_EXISTS)
    )
