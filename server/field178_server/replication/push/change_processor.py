"""The change processor: returns receipts of repeated changes, evaluates and applies new changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from field178_server.devices.context import DeviceContext
from field178_server.records.batch import Batch, SourceChange
from field178_server.replication.policy.conflict_records import settle, with_conflict
from field178_server.replication.policy.evaluate import Outcome
from field178_server.replication.policy.record_validation import TypeRules
from field178_server.replication.push.admission import admit, admit_correction
from field178_server.replication.push.preload import Preload
from field178_server.replication.quarantine.dependencies import Dependencies
from field178_server.replication.quarantine.store import QuarantinedChange
from field178_server.replication.receipts.receipt_batch import ReceiptBatch
from field178_server.replication.receipts.receipts import PushedChange, ReceiptState, conclude, read_again
from field178_shared.errors import ErrorCode
from field178_shared.time.clock import from_wire
from field178_shared.wire.protocol import Change, Op, Status

_REPLACED = Outcome(Status.UNCHANGED, ErrorCode.REPLACED)


class ChangeProcessor:
    """Processor of changes, one after the other, on one batch; tablets MUST be locked before records."""

    def __init__(self, batch: Batch, rules: TypeRules, devices: Iterable[DeviceContext]) -> None:
        self._batch = batch
        self._rules = rules
        self._preload = Preload(batch, devices)
        self._receipts = ReceiptBatch(batch)
        self._dependencies = Dependencies(batch.session, batch.tenant_id)

    def prepare(self, pushed: Sequence[PushedChange]) -> None:
        """Preload everything for the evaluation of pushed changes, in a constant number of statements."""
        senders = frozenset(self._preload.devices)
        self._receipts.read(pushed)
        if elsewhere := self._receipts.quarantined_elsewhere(senders):
            # An evaluation may change a quarantined receipt of another tablet: read again under its lock.
            self._preload.lock({receipt.device_id for receipt in elsewhere})
            self._receipts.read(pushed)
        fresh = [
            pushed_change.change for pushed_change in pushed if self._receipts.stored(pushed_change) is None
        ]
        if fresh:
            self._read(fresh, [])

    def prepare_again(self, quarantined: Sequence[QuarantinedChange]) -> None:
        """Preload tablets, records and dependencies for the reprocessing of quarantined changes."""
        self._read([], quarantined)

    def process(self, pushed: PushedChange, device: DeviceContext, incarnation: str) -> ReceiptState:
        """Return the receipt of a pushed change: the stored one if it is a repeat, else a new one."""
        receipt = self._receipts.stored(pushed)
        if receipt is not None:
            self._receipts.share(receipt, device.id)
            return receipt
        received = self._received(pushed, device, incarnation)
        if not self._receipts.add(received):
            return self._receipts.refuse_reuse(received)
        self._evaluate(received)
        return received.receipt

    def reprocess(self, quarantined: QuarantinedChange) -> bool:
        """Evaluate a quarantined change again; return whether its receipt changed."""
        if self._receipts.is_settled(quarantined.change.change_id) or self._must_wait(quarantined):
            return False
        return self._evaluate(quarantined)

    def apply_correction(
        self, quarantined: QuarantinedChange, corrected: Change, source: SourceChange
    ) -> Outcome:
        """Apply the office's correction of a quarantined change and settle the change; return the outcome.

        A correction that would be quarantined changes nothing.
        """
        outcome, record = (
            admit_correction(self._preload, self._rules, corrected),
            self._batch.get(corrected.record_id),
        )
        if outcome.status == Status.QUARANTINED:
            return outcome
        scope = corrected.scope if record is None else record.scope
        conclude(quarantined.receipt, _REPLACED, scope, self._batch.now)
        self._apply(replace(quarantined, change=corrected), outcome, source)
        self._receipts.settle(quarantined)
        self._follow(quarantined)
        return outcome

    def flush(self) -> None:
        """Write records, receipts, quarantine and counters."""
        self._receipts.write(self._preload.devices.values())

    def latest(self, receipt: ReceiptState) -> ReceiptState:
        """Return the state of a receipt after all evaluations of this transaction."""
        return self._receipts.latest(receipt)

    def _read(self, changes: Sequence[Change], reprocessed: Sequence[QuarantinedChange]) -> None:
        quarantined = [*reprocessed, *self._dependencies.read(changes, reprocessed)]
        if quarantined:
            self._lock_tablets([entry.receipt for entry in quarantined])
        self._preload.read([*changes, *(entry.change for entry in quarantined)])

    def _lock_tablets(self, receipts: Sequence[ReceiptState]) -> None:
        # The senders first: a further tablet is added under the lock of the sender.
        self._preload.lock({receipt.device_id for receipt in receipts})
        read_again(self._batch.session, self._batch.tenant_id, receipts)
        self._preload.lock({device_id for receipt in receipts for device_id in receipt.devices})

    def _received(self, pushed: PushedChange, device: DeviceContext, incarnation: str) -> QuarantinedChange:
        change = pushed.change
        # An invalid time is stored as it is, and named in the details.
        is_time = change.at is None or from_wire(change.at) is not None
        receipt = ReceiptState(
            change_id=change.change_id,
            device_id=device.id,
            incarnation=incarnation,
            n=change.n,
            record_id=change.record_id,
            payload_hash=pushed.hash,
            at=self._batch.now,
            details={} if is_time else {"at": [ErrorCode.BAD_TIME.value]},
        )
        # The text of a change of an erased record MUST NOT be stored.
        text = "" if self._preload.is_erased(change) else change.text
        return QuarantinedChange(change, receipt, text, "")

    def _must_wait(self, quarantined: QuarantinedChange) -> bool:
        # Its tablet was deleted, a later change replaces it, or another transaction has settled it.
        return (
            quarantined.receipt.device_id not in self._preload.devices
            or not quarantined.receipt.is_quarantined
            or self._dependencies.is_superseded(quarantined)
        )

    def _evaluate(self, received: QuarantinedChange) -> bool:
        """Evaluate a change, then apply or quarantine it; return whether its receipt changed."""
        device = self._preload.devices[received.receipt.device_id]
        # The text of a change of an erased record is not stored, so its size does not matter.
        is_erased = not received.payload and self._preload.is_seen_erased(received.change, device)
        size_bytes = 0 if is_erased else len(received.change.body)
        outcome = admit(self._preload, self._rules, received.change, size_bytes, device)
        if outcome.status == Status.QUARANTINED:
            return self._quarantine(received, outcome)
        conclude(received.receipt, outcome, self._preload.scope_of(received.change, device), self._batch.now)
        self._apply(received, outcome, _source_of(received))
        self._receipts.settle(received)
        self._follow(received)
        return True

    def _quarantine(self, received: QuarantinedChange, outcome: Outcome) -> bool:
        """Quarantine a change; return whether its receipt changed."""
        receipt = received.receipt
        same_details = outcome.details == {k: v for k, v in receipt.details.items() if k != "at"}
        if receipt.is_quarantined and receipt.reason == outcome.reason and same_details:
            return False
        scope = self._preload.scope_of(received.change, self._preload.devices[receipt.device_id])
        conclude(receipt, outcome, scope, self._batch.now)
        quarantined = replace(received, reason=receipt.reason or "")
        self._receipts.add_quarantined(quarantined)
        self._dependencies.add(quarantined)
        return True

    def _follow(self, applied: QuarantinedChange) -> None:
        """Settle the changes that an applied change replaces, and reprocess the orphans of its record."""
        for superseded in applied.change.replaces:
            self._replace(superseded, applied.receipt)
        if applied.receipt.rev == 1:
            for orphan in self._dependencies.take_orphans(applied.change.record_id):
                self.reprocess(orphan)

    def _apply(self, received: QuarantinedChange, outcome: Outcome, source: SourceChange) -> None:
        change, receipt, batch = received.change, received.receipt, self._batch
        if outcome.record is not None:
            batch.put(outcome.record, source)
            self._preload.note_maker(outcome.record, source.device_id)
        else:
            batch.note(change.record_id, source)
        record = batch.get(change.record_id)
        assert record is not None
        receipt.rev, receipt.h = record.rev, record.h
        for conflict in outcome.conflicts:
            batch.put(
                with_conflict(batch.get, outcome.conflicts_on or record, change, receipt.device_id, conflict)
            )
        if change.op == Op.RESOLVE:
            self._settle(change, receipt)

    def _settle(self, change: Change, receipt: ReceiptState) -> None:
        settled, still_open = settle(self._batch, change.conflicts or {})
        if receipt.status == Status.UNCHANGED and (settled or still_open):
            receipt.status = Status.APPLIED
        if still_open:
            receipt.details = {**receipt.details, "open": still_open}

    def _replace(self, change_id: str, by: ReceiptState) -> None:
        """Settle a quarantined change of the same record and tablet that a later change replaces."""
        quarantined = self._receipts.quarantined_now(change_id)
        replaced = (
            quarantined
            if self._receipts.is_evaluated(change_id)
            else self._dependencies.replaceable(change_id)
        )
        if replaced is None or (replaced.receipt.device_id, replaced.change.record_id) != (
            by.device_id,
            by.record_id,
        ):
            return
        conclude(replaced.receipt, _REPLACED, by.scope, self._batch.now)
        replaced.receipt.rev, replaced.receipt.h = by.rev, by.h
        self._receipts.add_quarantined(replaced)


def _source_of(received: QuarantinedChange) -> SourceChange:
    change = received.change
    return SourceChange(
        change.change_id, change.user or None, received.receipt.device_id, change.at or None, received.payload
    )
