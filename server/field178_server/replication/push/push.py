"""The push of one exchange: evaluates changes in one transaction, with a receipt for each (protocol §5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain

from field178_server.audit import trail
from field178_server.devices.context import DeviceContext
from field178_server.records.batch import Batch
from field178_server.replication.policy.record_validation import TypeRules
from field178_server.replication.push.change_processor import ChangeProcessor
from field178_server.replication.receipts.receipts import ReceiptState, pushed_changes
from field178_shared.errors import ErrorCode
from field178_shared.immutable import immutable
from field178_shared.wire.protocol import Change, Op, Receipt, Status, SyncRequest, receipt_scope


@immutable(slots=True)
class OwnRevision:
    """A revision that the tablet can compute itself: the revision before it plus the change as sent.

    `known_seq`: stamp of the revision before, 0 for a new record. A tablet with a lower cursor lacks it.
    """

    scope: str
    seq: int
    known_seq: int


@immutable(slots=True)
class ChangeResult:
    """A receipt and its revision; `is_hidden`: rev and seq are withheld from the tablet.

    `stamp`: its stamp in the scope of the tablet's receipts, 0 for one that is in no scope.
    """

    receipt: Receipt
    is_hidden: bool
    stamp: int = 0
    own: OwnRevision | None = None


@dataclass(frozen=True, slots=True)
class TabletPush:
    """The changes of one request, and its tablet, which MUST be locked."""

    device: DeviceContext
    incarnation: str
    changes: Sequence[Change]


def push(
    batch: Batch, device: DeviceContext, incarnation: str, changes: Sequence[Change], rules: TypeRules
) -> list[ChangeResult]:
    """Evaluate and store changes in order; return one result for each. The tablet MUST be locked."""
    [answers] = push_together(batch, [TabletPush(device, incarnation, changes)], rules)
    return answers


def push_together(batch: Batch, pushes: Sequence[TabletPush], rules: TypeRules) -> list[list[ChangeResult]]:
    """Evaluate and store the changes of several tablets in order; return the results of each push."""
    processor = ChangeProcessor(batch, rules, [push.device for push in pushes])
    pushed = [pushed_changes(push.changes, push.device.payload_key) for push in pushes]
    processor.prepare(list(chain.from_iterable(pushed)))
    receipts = [
        [
            processor.process(pushed_change, push.device, push.incarnation)
            for pushed_change in pushed_of_tablet
        ]
        for push, pushed_of_tablet in zip(pushes, pushed, strict=True)
    ]
    # Before `flush`, which stores the new receipts.
    fresh = [_fresh(receipts_of_push) for receipts_of_push in receipts]
    processor.flush()
    return [
        _results(batch, push, [processor.latest(receipt) for receipt in receipts_of_push], fresh_of_push)
        for push, receipts_of_push, fresh_of_push in zip(pushes, receipts, fresh, strict=True)
    ]


def is_hidden(sender_id: str, scope: str, device: DeviceContext) -> bool:
    """Return whether a receipt hides rev and seq: another tablet's change in a scope not granted."""
    return device.revoked or (sender_id != device.id and scope not in device.scopes)


def needs_second_pass(results: Sequence[ChangeResult]) -> bool:
    """Return whether a result is an orphan or a new record, whose counterpart may be in a concurrent push."""
    return any(result.receipt.reason == ErrorCode.ORPHAN or result.receipt.rev == 1 for result in results)


def _fresh(receipts: Sequence[ReceiptState]) -> list[int]:
    """Return the positions of the new receipts; a change sent twice in one request counts once."""
    positions = {
        receipt.change_id: index
        for index, receipt in reversed(list(enumerate(receipts)))
        if not receipt.is_stored
    }
    return list(positions.values())


def _results(
    batch: Batch, push: TabletPush, receipts: Sequence[ReceiptState], fresh: Sequence[int]
) -> list[ChangeResult]:
    device = push.device
    if fresh:
        _write_audit(batch, device, [receipt.status.value for receipt in receipts])
    made = {index: _own_revision(batch, push.changes[index], receipts[index]) for index in fresh}
    return [
        ChangeResult(
            receipt.frozen(),
            is_hidden(receipt.device_id, receipt.scope, device),
            receipt.stamp_of(device.id),
            made.get(index),
        )
        for index, receipt in enumerate(receipts)
    ]


def _own_revision(batch: Batch, change: Change, receipt: ReceiptState) -> OwnRevision | None:
    record, before = batch.get(receipt.record_id), batch.before(receipt.record_id)
    is_whole = receipt.status is Status.APPLIED and change.op in (Op.PUT, Op.DELETE)
    if not is_whole or receipt.seq is None or record is None:
        return None
    rev, seq = (0, 0) if before is None else (before.rev, before.seq)
    if record.rev != rev + 1 or (before is not None and before.scope != record.scope):
        return None
    return OwnRevision(record.scope, receipt.seq, seq)


def _write_audit(batch: Batch, device: DeviceContext, statuses: Sequence[str]) -> None:
    stamp = trail.Stamp(batch.tenant_id, batch.ids.time_ordered(), batch.now)
    entry = trail.AuditEntry("sync.push", object_id=device.id, details=dict(Counter(statuses)))
    trail.record(batch.session, stamp, trail.Actor("device", device.id), entry)


@dataclass(slots=True)
class ResultFrames:
    """The `res` frames of one request, and {scope: {seq}} of the rows that they bring to the tablet."""

    frames: list[dict[str, object]] = field(default_factory=list)
    own: dict[str, set[int]] = field(default_factory=dict)


def results(request: SyncRequest, answers: Sequence[ChangeResult], epoch: str) -> ResultFrames:
    """Return the `res` frames of the pushed changes, in their order."""
    collected = ResultFrames()
    collected.own[receipt_scope(request.device)] = {answer.stamp for answer in answers}
    for answer in answers:
        members = result(answer)
        if answer.own is not None and _is_workable(request, answer, epoch):
            members["stub"] = True
            collected.own.setdefault(answer.own.scope, set()).add(answer.own.seq)
        collected.frames.append(members)
    return collected


def result(answer: ChangeResult) -> dict[str, object]:
    """Return the members of a `res` frame."""
    return receipt_members(answer.receipt, is_hidden=answer.is_hidden)


def receipt_members(receipt: Receipt, *, is_hidden: bool) -> dict[str, object]:
    """Return the members of the `res` frame of a receipt."""
    members = receipt.to_wire()
    return {**members, "rev": None, "seq": None} if is_hidden else members


def _is_workable(request: SyncRequest, answer: ChangeResult, epoch: str) -> bool:
    """Return whether the tablet has the revision before its own revision."""
    own = answer.own
    if own is None or request.epoch not in (None, epoch) or own.scope in request.repair:
        return False
    # A load that has not ended lacks the rows below its bound.
    below = (request.below or {}).get(own.scope, 0)
    return own.known_seq == 0 or below <= own.known_seq <= request.cursors.get(own.scope, 0)
