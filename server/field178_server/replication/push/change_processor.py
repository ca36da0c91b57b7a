"""Taking changes in: known or not, judged, applied to the working set."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from field178_server.devices.context import DeviceContext
from field178_server.records.batch import Batch, SourceChange
from field178_server.replication.policy.conflict_records import settle, with_conflict
from field178_server.replication.policy.evaluate import Outcome
from field178_server.replication.policy.record_validation import TypeRules
from field178_server.replication.push.admission import hear, hear_office
from field178_server.replication.push.preload import Preload
from field178_server.replication.quarantine.dependencies import Dependencies
from field178_server.replication.quarantine.store import QuarantinedChange
from field178_server.replication.receipts import receipts
from field178_server.replication.receipts.receipt_batch import ReceiptBatch
from field178_server.replication.receipts.receipts import PushedChange, ReceiptEntry
from field178_shared.errors import ErrorCode
from field178_shared.time.clock import from_wire
from field178_shared.wire.protocol import Change, Op, Status

_REPLACED = Outcome(Status.UNCHANGED, ErrorCode.REPLACED)


class ChangeProcessor:
    """Judges changes one after the other on one batch; tablets MUST be locked before records."""

    def __init__(self, batch: Batch, rules: TypeRules, devices: Iterable[DeviceContext]) -> None:
        self._batch = batch
        self._rules = rules
        self._preload = Preload(batch, devices)
        self._book = ReceiptBatch(batch)
        self._dependencies = Dependencies(batch.session, batch.tenant_id)

    def prepare(self, pushed: Sequence[PushedChange]) -> None:
        """Read all that judging these changes needs, in as many statements for one as for all."""
        self._book.read(pushed)
        if elsewhere := self._book.waiting_elsewhere(self._preload.devices):
            # Of a tablet that this one replaced: locked, and then read as they stand.
            self._preload.lock({entry.listener for entry in elsewhere})
            self._book.read(pushed)
        fresh = [sent.change for sent in pushed if self._book.known(sent) is None]
        if fresh:
            self._read(fresh, [])

    def prepare_again(self, found: Sequence[QuarantinedChange]) -> None:
        """Read all that judging these waiting changes once more needs."""
        self._read([one.change for one in found], found)

    def take(self, sent: PushedChange, device: DeviceContext, incarnation: str) -> ReceiptEntry:
        """Return the verdict on a pushed change: the stored one where it is known, else a new one."""
        entry = self._book.known(sent)
        if entry is not None:
            self._book.take_over(entry, device.id)
            return entry
        one = self._arrived(sent, device, incarnation)
        if not self._book.enter(one):
            return self._book.refuse_reuse(one)
        self._evaluate(one)
        return one.entry

    def take_again(self, one: QuarantinedChange) -> bool:
        """Judge a quarantined change once more; tell whether its verdict changed."""
        if self._book.is_settled(one.change.change_id) or self._must_wait(one):
            return False
        return self._evaluate(one)

    def take_mended(self, one: QuarantinedChange, mended: Change, act: SourceChange) -> Outcome:
        """Apply the office's mended version of a waiting change and settle that one; or say why not."""
        outcome, record = hear_office(self._preload, self._rules, mended), self._batch.get(mended.record_id)
        if outcome.status == Status.QUARANTINED:
            return outcome
        scope = mended.scope if record is None else record.scope
        receipts.conclude(one.entry, _REPLACED, scope, self._batch.now)
        self._apply(replace(one, change=mended), outcome, act)
        self._book.settle(one)
        self._follow(one)
        return outcome

    def flush(self) -> None:
        """Write records, verdicts, quarantine and counters."""
        self._book.write(self._preload.devices.values())

    def _read(self, changes: Sequence[Change], waits: Sequence[QuarantinedChange]) -> None:
        found = [*waits, *self._dependencies.read(changes)]
        if found:
            self._lock_tablets([one.entry for one in found])
        self._preload.read([*changes, *(one.change for one in found)])

    def _lock_tablets(self, entries: Sequence[ReceiptEntry]) -> None:
        self._preload.lock({entry.listener for entry in entries} | {entry.device_id for entry in entries})
        receipts.read_listeners(self._batch.session, self._batch.tenant_id, entries)
        self._preload.lock({entry.listener for entry in entries})

    def _arrived(self, sent: PushedChange, device: DeviceContext, incarnation: str) -> QuarantinedChange:
        change = sent.change
        # A time that is no time is stored as it is, and said so.
        is_time = "at" not in change.wire or from_wire(change.at) is not None
        entry = ReceiptEntry(
            change_id=change.change_id,
            device_id=device.id,
            incarnation=incarnation,
            n=change.n,
            record_id=change.record_id,
            payload_hash=sent.hash,
            at=self._batch.now,
            details={} if is_time else {"at": [ErrorCode.BAD_TIME.value]},
        )
        # Of a change that is about a purged record nothing MUST be stored.
        text = "" if self._preload.is_purged(change.record_id) else sent.body.decode()
        return QuarantinedChange(change, entry, text, "")

    def _must_wait(self, one: QuarantinedChange) -> bool:
        # Its tablet is gone, or a later change mends it.
        return one.entry.device_id not in self._preload.devices or self._dependencies.is_mended(one)

    def _evaluate(self, one: QuarantinedChange) -> bool:
        """Apply a change or hold it back; tell whether that is news."""
        device = self._preload.devices[one.entry.device_id]
        outcome = hear(self._preload, self._rules, one.change, len(one.payload.encode()), device)
        if outcome.status == Status.QUARANTINED:
            return self._hold(one, outcome)
        receipts.conclude(one.entry, outcome, self._preload.scope_of(one.change, device), self._batch.now)
        self._apply(one, outcome, _act_of(one))
        self._book.settle(one)
        self._follow(one)
        return True

    def _hold(self, one: QuarantinedChange, outcome: Outcome) -> bool:
        """Hold a change back; tell whether that is news."""
        entry = one.entry
        same_details = outcome.details == {k: v for k, v in entry.details.items() if k != "at"}
        if entry.is_quarantined and entry.reason == outcome.reason and same_details:
            return False
        scope = self._preload.scope_of(one.change, self._preload.devices[entry.device_id])
        receipts.conclude(entry, outcome, scope, self._batch.now)
        parked = replace(one, reason=entry.reason or "")
        self._book.hold(parked)
        self._dependencies.park(parked)
        return True

    def _follow(self, one: QuarantinedChange) -> None:
        """Settle what an applied change mends, and run what waited for its record."""
        for mended in one.change.replaces:
            self._replace(mended, one.entry)
        if one.entry.rev == 1:
            for orphan in self._dependencies.take_orphans(one.change.record_id):
                self.take_again(orphan)

    def _apply(self, one: QuarantinedChange, outcome: Outcome, act: SourceChange) -> None:
        change, entry, batch = one.change, one.entry, self._batch
        if outcome.record is not None:
            batch.put(outcome.record, act)
            self._preload.note_maker(outcome.record, act.device_id)
        else:
            batch.note(change.record_id, act)
        record = batch.get(change.record_id)
        assert record is not None
        entry.rev, entry.h = record.rev, record.h
        for conflict in outcome.conflicts:
            batch.put(with_conflict(batch.get, outcome.about or record, change, entry.device_id, conflict))
        if change.op == Op.RESOLVE:
            self._settle(change, entry)

    def _settle(self, change: Change, entry: ReceiptEntry) -> None:
        settled, still_open = settle(self._batch, change.conflicts or {})
        if entry.status == Status.UNCHANGED and (settled or still_open):
            entry.status = Status.APPLIED
        if still_open:
            entry.details = {**entry.details, "open": still_open}

    def _replace(self, change_id: str, by: ReceiptEntry) -> None:
        """Settle a change that waits, of the same record and tablet: it was mended and is not run again."""
        held = self._book.held_now(change_id)
        one = held if self._book.is_judged(change_id) else self._dependencies.mendable(change_id)
        if one is None or (one.entry.device_id, one.change.record_id) != (by.device_id, by.record_id):
            return
        receipts.conclude(one.entry, _REPLACED, by.scope, self._batch.now)
        one.entry.rev, one.entry.h = by.rev, by.h
        self._book.hold(one)


def _act_of(one: QuarantinedChange) -> SourceChange:
    change = one.change
    return SourceChange(
        change.change_id, change.user or None, one.entry.device_id, change.at or None, one.payload
    )
