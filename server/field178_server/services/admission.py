"""What keeps a change out before its record is looked at: the tablet, the size, the words, the paths."""

from __future__ import annotations

from field178_server.services.device_context import DeviceContext
from field178_server.services.judge import Outcome, quarantined
from field178_server.services.type_rules import TypeRules
from field178_shared.errors import ErrorCode
from field178_shared.merge import bad_paths
from field178_shared.protocol import MAX_CHANGE_BYTES, Change, Op
from field178_shared.schemas import Side

SERVED_OPS = frozenset(op.value for op in Op)


def refusal(change: Change, size_bytes: int, device: DeviceContext, rules: TypeRules) -> Outcome | None:
    """Return why a change is quarantined whatever its record holds, or None; its paths are not looked at."""
    reason = _of_sender(change, size_bytes, device) or _of_type(change, rules)
    return _of_members(change) if reason is None else quarantined(reason)


def refusal_of_paths(change: Change) -> Outcome | None:
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
    if change.op not in SERVED_OPS:
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
