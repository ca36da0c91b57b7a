"""The change processor: finds known changes, evaluates new ones, applies them to the working set."""

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
from field178_server.replication.receipts.receipts import PushedChange, ReceiptState, conclude, read_listeners
from field178_shared.errors import ErrorCode
from field178_shared.time.clock import from_wire
from field178_shared.wire.protocol import Change, Op, Status

_REPLACED = Outcome(Status.UNCHANGED, ErrorCode.REPLACED)


class ChangeProcessor:
    """Evaluates changes one after the other on one batch; tablets MUST be locked before records."""

    def __init__(self, batch: Batch, rules: TypeRules, devices: Iterable[DeviceContext]) -> None:
        self._batch = batch
        self._rules = rules
        self._preload = Preload(batch, devices)
        self._receipts = ReceiptBatch(batch)
        self._dependencies = Dependencies(batch.session, batch.tenant_id)

    def prepare(self, pushed: Sequence[PushedChange]) -> None:
        """Read all that evaluating these changes needs, in as many statements for one as for all."""
        self._receipts.read(pushed)
        if elsewhere := self._receipts.quarantined_elsewhere(self._preload.devices):
            # Of a tablet that this one replaced: locked, and then read as they stand.
            self._preload.lock({receipt.listener for receipt in elsewhere})
            self._receipts.read(pushed)
        fresh = [one.change for one in pushed if self._receipts.known(one) is None]
        if fresh:
            self._read(fresh, [])

    def prepare_again(self, found: Sequence[QuarantinedChange]) -> None:
        """Preload everything for the reprocessing of these quarantined changes."""
        self._read([one.change for one in found], found)

    def process(self, pushed: PushedChange, device: DeviceContext, incarnation: str) -> ReceiptState:
        """Return the receipt of a pushed change: the stored one where it is known, else a new one."""
        receipt = self._receipts.known(pushed)
        if receipt is not None:
            self._receipts.take_over(receipt, device.id)
            return receipt
        one = self._received(pushed, device, incarnation)
        if not self._receipts.add(one):
            return self._receipts.refuse_reuse(one)
        self._evaluate(one)
        return one.receipt

    def reprocess(self, one: QuarantinedChange) -> bool:
        """Evaluate a quarantined change once more; tell whether its receipt changed."""
        if self._receipts.is_settled(one.change.change_id) or self._must_wait(one):
            return False
        return self._evaluate(one)

    def apply_correction(self, one: QuarantinedChange, corrected: Change, source: SourceChange) -> Outcome:
        """Apply the office's correction of a quarantined change and settle it, or return the refusal."""
        outcome, record = (
            admit_correction(self._preload, self._rules, corrected),
            self._batch.get(corrected.record_id),
        )
        if outcome.status == Status.QUARANTINED:
            return outcome
        scope = corrected.scope if record is None else record.scope
        conclude(one.receipt, _REPLACED, scope, self._batch.now)
        self._apply(replace(one, change=corrected), outcome, source)
        self._receipts.settle(one)
        self._follow(one)
        return outcome

    def flush(self) -> None:
        """Write records, receipts, quarantine and counters."""
        self._receipts.write(self._preload.devices.values())

    def _read(self, changes: Sequence[Change], reprocessed: Sequence[QuarantinedChange]) -> None:
        found = [*reprocessed, *self._dependencies.read(changes)]
        if found:
            self._lock_tablets([one.receipt for one in found])
        self._preload.read([*changes, *(one.change for one in found)])

    def _lock_tablets(self, receipts: Sequence[ReceiptState]) -> None:
        self._preload.lock(
            {receipt.listener for receipt in receipts} | {receipt.device_id for receipt in receipts}
        )
        read_listeners(self._batch.session, self._batch.tenant_id, receipts)
        self._preload.lock({receipt.listener for receipt in receipts})

    def _received(self, pushed: PushedChange, device: DeviceContext, incarnation: str) -> QuarantinedChange:
        change = pushed.change
        # A time that is no time is stored as it is, and said so.
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
        # Of a change that is about an erased record nothing MUST be stored.
        text = "" if self._preload.is_erased(change) else change.text
        return QuarantinedChange(change, receipt, text, "")

    def _must_wait(self, one: QuarantinedChange) -> bool:
        # Its tablet is gone, or a later change corrects it.
        return one.receipt.device_id not in self._preload.devices or self._dependencies.is_superseded(one)

    def _evaluate(self, one: QuarantinedChange) -> bool:
        """Apply a change or quarantine it; tell whether that is news."""
        device = self._preload.devices[one.receipt.device_id]
        # Of a change that is about an erased record nothing is stored, whatever its size.
        is_erased = not one.payload and self._preload.is_seen_erased(one.change, device)
        size_bytes = 0 if is_erased else len(one.change.body)
        outcome = admit(self._preload, self._rules, one.change, size_bytes, device)
        if outcome.status == Status.QUARANTINED:
            return self._quarantine(one, outcome)
        conclude(one.receipt, outcome, self._preload.scope_of(one.change, device), self._batch.now)
        self._apply(one, outcome, _source_of(one))
        self._receipts.settle(one)
        self._follow(one)
        return True

    def _quarantine(self, one: QuarantinedChange, outcome: Outcome) -> bool:
        """Quarantine a change; tell whether that is news."""
        receipt = one.receipt
        same_details = outcome.details == {k: v for k, v in receipt.details.items() if k != "at"}
        if receipt.is_quarantined and receipt.reason == outcome.reason and same_details:
            return False
        scope = self._preload.scope_of(one.change, self._preload.devices[receipt.device_id])
        conclude(receipt, outcome, scope, self._batch.now)
        quarantined = replace(one, reason=receipt.reason or "")
        self._receipts.add_quarantined(quarantined)
        self._dependencies.add(quarantined)
        return True

    def _follow(self, one: QuarantinedChange) -> None:
        """Settle what an applied change corrects, and run what waited for its record."""
        for superseded in one.change.replaces:
            self._replace(superseded, one.receipt)
        if one.receipt.rev == 1:
            for orphan in self._dependencies.take_orphans(one.change.record_id):
                self.reprocess(orphan)

    def _apply(self, one: QuarantinedChange, outcome: Outcome, source: SourceChange) -> None:
        change, receipt, batch = one.change, one.receipt, self._batch
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
        one = (
            quarantined
            if self._receipts.is_evaluated(change_id)
            else self._dependencies.replaceable(change_id)
        )
        if one is None or (one.receipt.device_id, one.change.record_id) != (by.device_id, by.record_id):
            return
        conclude(one.receipt, _REPLACED, by.scope, self._batch.now)
        one.receipt.rev, one.receipt.h = by.rev, by.h
        self._receipts.add_quarantined(one)


def _source_of(one: QuarantinedChange) -> SourceChange:
    change = one.change
    return SourceChange(
        change.change_id, change.user or None, one.receipt.device_id, change.at or None, one.payload
    )
