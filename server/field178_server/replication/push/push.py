"""The push of one exchange: many changes, one transaction, a receipt for each (protocol §5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from field178_server.audit import trail
from field178_server.devices.context import DeviceContext
from field178_server.records.batch import Batch
from field178_server.replication.policy.record_validation import TypeRules
from field178_server.replication.push.change_processor import ChangeProcessor
from field178_server.replication.receipts.receipts import ReceiptState, pushed_changes
from field178_shared.errors import ErrorCode
from field178_shared.wire.protocol import Change, Op, Receipt, Status, SyncRequest


@dataclass(frozen=True, slots=True)
class OwnRevision:
    """A revision that the tablet can work out itself: its change, as sent, is all that it brought.

    `known_seq` is the stamp of the revision before it, 0 for a new record: a tablet whose cursor is below
    has not seen that one.
    """

    scope: str
    seq: int
    known_seq: int


@dataclass(frozen=True, slots=True)
class ChangeResult:
    """A receipt, whether rev, seq and h are hidden from the tablet that asks, and the revision it made."""

    receipt: Receipt
    is_hidden: bool
    own: OwnRevision | None = None


def push(
    batch: Batch, device: DeviceContext, incarnation: str, changes: Sequence[Change], rules: TypeRules
) -> list[ChangeResult]:
    """Evaluate and store changes in order; return one result for each. The tablet MUST be locked."""
    pushed = pushed_changes(changes, device.payload_key)
    processor = ChangeProcessor(batch, rules, [device])
    processor.prepare(pushed)
    receipts = [processor.process(one, device, incarnation) for one in pushed]
    # By change id, so that a change sent twice in one request counts once.
    fresh = {
        receipt.change_id: index for index, receipt in reversed(list(enumerate(receipts))) if not receipt.v
    }
    processor.flush()
    if fresh:
        _write_audit(batch, device, [receipt.status.value for receipt in receipts])
    made = {index: _own_revision(batch, changes[index], receipts[index]) for index in fresh.values()}
    return [
        ChangeResult(receipt.frozen(), is_hidden(receipt, device), made.get(index))
        for index, receipt in enumerate(receipts)
    ]


def is_hidden(receipt: ReceiptState, device: DeviceContext) -> bool:
    """Tell whether rev, seq and h of a receipt are withheld: another's change in a scope not granted."""
    return device.revoked or (receipt.device_id != device.id and receipt.scope not in device.scopes)


def needs_second_pass(results: Sequence[ChangeResult]) -> bool:
    """Tell whether a change of another transaction may have missed one of these: an orphan stored
    while another transaction made its record."""
    return any(result.receipt.reason == ErrorCode.ORPHAN or result.receipt.rev == 1 for result in results)


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
    """The frames about the changes of one request, and the stamps {scope: {seq}} of rows not sent."""

    frames: list[dict[str, object]] = field(default_factory=list)
    own: dict[str, set[int]] = field(default_factory=dict)


def results(request: SyncRequest, answers: Sequence[ChangeResult], epoch: str) -> ResultFrames:
    """Return a `res` for each pushed change, in their order."""
    collected = ResultFrames()
    for answer in answers:
        members = result(answer)
        if answer.own is not None and _is_workable(request, answer, epoch):
            members["stub"] = True
            collected.own.setdefault(answer.own.scope, set()).add(answer.own.seq)
        collected.frames.append(members)
    return collected


def result(answer: ChangeResult) -> dict[str, object]:
    """Return the members of a `res` frame."""
    members = answer.receipt.to_wire()
    return {**members, "rev": None, "seq": None, "h": None} if answer.is_hidden else members


def _is_workable(request: SyncRequest, answer: ChangeResult, epoch: str) -> bool:
    """Tell whether the tablet has what its own revision builds on."""
    own = answer.own
    if own is None or request.epoch not in (None, epoch) or own.scope in request.repair:
        return False
    return own.known_seq <= request.cursors.get(own.scope, 0)
