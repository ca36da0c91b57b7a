"""The push of one exchange: many changes, one transaction, a verdict for each (protocol §5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from field178_server.audit import trail
from field178_server.devices.context import DeviceContext
from field178_server.records.batch import Batch
from field178_server.replication.policy.record_validation import TypeRules
from field178_server.replication.push.change_processor import ChangeProcessor
from field178_server.replication.receipts import receipts
from field178_server.replication.receipts.receipts import PushedChange, payload_key
from field178_shared.errors import ErrorCode
from field178_shared.wire.protocol import Change, Op, Receipt, Status


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
    """A receipt, whether its place in the store is hidden from the tablet that asks, and what it made."""

    receipt: Receipt
    is_hidden: bool
    own: OwnRevision | None = None


def push(
    batch: Batch, device: DeviceContext, incarnation: str, changes: Sequence[Change], rules: TypeRules
) -> list[ChangeResult]:
    """Judge and store the changes in their order; return one receipt for each. The tablet MUST be locked."""
    key = payload_key(batch.session, batch.tenant_id)
    sent = [_sent(change, key) for change in changes]
    processor = ChangeProcessor(batch, rules, [device])
    processor.prepare(sent)
    entries = [processor.take(one, device, incarnation) for one in sent]
    # By change id, so that a change sent twice in one request counts once.
    fresh = {entry.change_id: index for index, entry in reversed(list(enumerate(entries))) if not entry.v}
    processor.flush()
    if fresh:
        _write_audit(batch, device, [entry.status.value for entry in entries])
    made = {index: _own_revision(batch, changes[index], entries[index]) for index in fresh.values()}
    return [
        ChangeResult(entry.receipt(), is_hidden(entry, device), made.get(index))
        for index, entry in enumerate(entries)
    ]


def is_hidden(entry: receipts.ReceiptEntry, device: DeviceContext) -> bool:
    """Tell whether rev, seq and h of a verdict are withheld: another's change in a scope not granted."""
    return device.revoked or (entry.device_id != device.id and entry.scope not in device.scopes)


def needs_second_look(answers: Sequence[ChangeResult]) -> bool:
    """Tell whether a change of another transaction may have met one of these in the dark: one that waits for
    a record was stored while that record was being made."""
    return any(answer.receipt.reason == ErrorCode.ORPHAN or answer.receipt.rev == 1 for answer in answers)


def _own_revision(batch: Batch, change: Change, entry: receipts.ReceiptEntry) -> OwnRevision | None:
    record, before = batch.get(entry.record_id), batch.before(entry.record_id)
    is_whole = entry.status is Status.APPLIED and change.op in (Op.PUT, Op.DELETE)
    if not is_whole or entry.seq is None or record is None:
        return None
    rev, seq = (0, 0) if before is None else (before.rev, before.seq)
    if record.rev != rev + 1 or (before is not None and before.scope != record.scope):
        return None
    return OwnRevision(record.scope, entry.seq, seq)


def _sent(change: Change, key: bytes) -> PushedChange:
    body = change.body
    return PushedChange(change, body, receipts.payload_hash(key, body))


def _write_audit(batch: Batch, device: DeviceContext, statuses: Sequence[str]) -> None:
    stamp = trail.Stamp(batch.tenant_id, batch.ids.time_ordered(), batch.now)
    entry = trail.AuditEntry("sync.push", object_id=device.id, details=dict(Counter(statuses)))
    trail.record(batch.session, stamp, trail.Actor("device", device.id), entry)
