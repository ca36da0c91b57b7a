"""Admission of a change: tablet, size, form and paths first, then its evaluation. Nothing is written."""

from __future__ import annotations

from field178_server.devices.context import DeviceContext
from field178_server.replication.policy import record_merge
from field178_server.replication.policy.conflict_records import conflicts_of
from field178_server.replication.policy.evaluate import Evaluation, Outcome, evaluate_new, quarantined
from field178_server.replication.policy.record_validation import TypeRules
from field178_server.replication.push.preload import Preload
from field178_shared.errors import ErrorCode
from field178_shared.merge import bad_paths
from field178_shared.schemas import Side
from field178_shared.wire.protocol import MAX_CHANGE_BYTES, Change, Op

_SERVED_OPS = frozenset(op.value for op in Op)


def admit(
    preload: Preload, rules: TypeRules, change: Change, size_bytes: int, device: DeviceContext
) -> Outcome:
    """Return what becomes of a tablet's change; `size_bytes` is its canonical form's."""
    if (refused := _refusal(change, size_bytes, device, rules)) is not None:
        return refused
    is_accepted = change.create and rules.accepts(change.type, change.set)
    if not is_accepted and (refused := _refusal_of_paths(change)) is not None:
        return refused
    batch, seen = preload.batch, preload.seen(change, device)
    evaluation = Evaluation(
        rules.types[change.type],
        rules,
        is_accepted=is_accepted,
        is_locked=seen is not None and batch.is_locked(change.record_id),
        has_seen_newer=seen is not None and preload.has_made_newer(change, seen, device),
        conflicts=conflicts_of(batch, change.record_id) if change.op == Op.RESOLVE else (),
    )
    if seen is not None:
        return record_merge.evaluate(change, seen, evaluation, batch.get, device.scopes)
    return _unseen(change, device, evaluation, is_hidden=batch.get(change.record_id) is not None)


def admit_correction(preload: Preload, rules: TypeRules, change: Change) -> Outcome:
    """Return what becomes of the office's version of a change: only its content is evaluated."""
    batch, record = preload.batch, preload.batch.get(change.record_id)
    evaluation = Evaluation(rules.types[change.type], rules, is_locked=batch.is_locked(change.record_id))
    if record is None:
        return evaluate_new(change, evaluation)
    return record_merge.evaluate(change, record, evaluation, batch.get, None)


def _refusal(change: Change, size_bytes: int, device: DeviceContext, rules: TypeRules) -> Outcome | None:
    """Return why a change is quarantined whatever its record holds, or None; its paths are not looked at."""
    reason = _of_sender(change, size_bytes, device) or _of_type(change, rules)
    return _of_members(change) if reason is None else quarantined(reason)


def _refusal_of_paths(change: Change) -> Outcome | None:
    """Return why what a change sets can be stored nowhere, or None."""
    bad = bad_paths(change.set)
    if not bad:
        return None
    # An over-long text is a fault of content, a bad key one of form; the form weighs more.
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


def _unseen(change: Change, device: DeviceContext, evaluation: Evaluation, *, is_hidden: bool) -> Outcome:
    if change.scope not in device.scopes:
        return quarantined(ErrorCode.SCOPE_NOT_GRANTED)
    if change.op != Op.PUT or not change.create:
        return quarantined(ErrorCode.ORPHAN)
    return quarantined(ErrorCode.RECORD_EXISTS) if is_hidden else evaluate_new(change, evaluation)
