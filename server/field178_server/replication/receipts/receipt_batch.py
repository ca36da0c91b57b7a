"""The verdicts of one transaction: which are known, which were made, and what waits; written at its end."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from field178_server.database import engine as database
from field178_server.database.declarative_base import table_of
from field178_server.database.models import Device
from field178_server.devices.context import DeviceContext
from field178_server.records.batch import Batch
from field178_server.replication.policy.evaluate import quarantined
from field178_server.replication.quarantine import store as quarantine
from field178_server.replication.quarantine.store import QuarantinedChange
from field178_server.replication.receipts import receipts
from field178_server.replication.receipts.receipts import PushedChange, ReceiptEntry
from field178_shared.errors import ErrorCode


class ReceiptBatch:
    """Verdicts by change id; `write` MUST be called once, at the end."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._known: dict[str, ReceiptEntry] = {}
        self._reused: dict[tuple[str, str], ReceiptEntry] = {}
        self._judged: dict[str, ReceiptEntry] = {}
        self._parked: dict[tuple[str, str], QuarantinedChange] = {}
        self._taken_over: dict[str, ReceiptEntry] = {}

    def read(self, pushed: Sequence[PushedChange]) -> None:
        """Find the stored verdicts on these changes."""
        ids = [sent.change.change_id for sent in pushed]
        self._known = receipts.find_entries(self._batch.session, self._batch.tenant_id, ids)

    def known(self, sent: PushedChange) -> ReceiptEntry | None:
        """Return the verdict on a change that came before with this very content."""
        entry = self._known.get(sent.change.change_id)
        return entry if entry is not None and entry.payload_hash == sent.hash else None

    def waiting_elsewhere(self, device_ids: Collection[str]) -> list[ReceiptEntry]:
        """Return the known verdicts on waiting changes that none of these tablets is told of."""
        return [one for one in self._known.values() if one.is_quarantined and one.listener not in device_ids]

    def take_over(self, entry: ReceiptEntry, device_id: str) -> None:
        """Let this tablet be told what becomes of a waiting change: it replaced the one that was."""
        if entry.is_quarantined and entry.listener != device_id:
            entry.told_to = device_id
            self._taken_over[entry.change_id] = entry

    def enter(self, one: QuarantinedChange) -> bool:
        """Take in a change to be judged; False when its id was used for another content."""
        return self._known.setdefault(one.entry.change_id, one.entry) is one.entry

    def refuse_reuse(self, one: QuarantinedChange) -> ReceiptEntry:
        """Hold back a content whose id another one had first; return its verdict, the stored one if any."""
        key = (one.entry.change_id, one.entry.payload_hash)
        if key not in self._reused:
            stored = quarantine.find_reused(self._batch.session, self._batch.tenant_id, *key)
            receipts.conclude(one.entry, quarantined(ErrorCode.ID_REUSE), one.change.scope, self._batch.now)
            self._reused[key] = one.entry
            if stored is None:
                self._parked[key] = one
            else:
                one.entry.v, one.entry.at, one.entry.incarnation = stored
        return self._reused[key]

    def is_settled(self, change_id: str) -> bool:
        """Tell whether a change was judged in this transaction and does not wait."""
        judged = self._judged.get(change_id)
        return judged is not None and not judged.is_quarantined

    def is_judged(self, change_id: str) -> bool:
        """Tell whether a change was judged in this transaction, whatever came of it."""
        return change_id in self._judged

    def held_now(self, change_id: str) -> QuarantinedChange | None:
        """Return a change that this transaction holds back."""
        judged = self._judged.get(change_id)
        if judged is None or not judged.is_quarantined:
            return None
        return self._parked.get((change_id, judged.payload_hash))

    def hold(self, one: QuarantinedChange) -> None:
        """Note that a change waits."""
        self._judged[one.entry.change_id] = one.entry
        self._parked[one.entry.change_id, one.entry.payload_hash] = one

    def settle(self, one: QuarantinedChange) -> None:
        """Note that a change waits no more; what waited in the store is settled there."""
        if one.entry.is_stored:
            self.hold(one)
            return
        self._judged[one.entry.change_id] = one.entry
        self._parked.pop((one.entry.change_id, one.entry.payload_hash), None)

    def write(self, devices: Iterable[DeviceContext]) -> None:
        """Write records, verdicts, quarantine and counters."""
        batch = self._batch
        seqs = batch.flush()
        for entry in self._judged.values():
            record = None if entry.is_quarantined else batch.get(entry.record_id)
            entry.seq = None if record is None else seqs.get(entry.record_id, record.seq)
        fresh = [entry for entry in self._judged.values() if not entry.is_stored]
        self._count(devices)
        receipts.add_receipts(batch.session, batch.tenant_id, fresh)
        receipts.write_entries(batch.session, batch.tenant_id, self._judged.values())
        receipts.write_listeners(batch.session, batch.tenant_id, self._taken_over.values())
        quarantine.write_quarantined(batch.session, batch.tenant_id, self._parked.values(), batch.now)

    def _count(self, devices: Iterable[DeviceContext]) -> None:
        counts = {device.id: device.verdicts for device in devices}
        for change_id, entry in self._taken_over.items():
            self._judged.setdefault(change_id, entry).told_to = entry.told_to
        uncounted = [*self._judged.values(), *(e for e in self._reused.values() if not e.v)]
        moved = set[str]()
        for entry in uncounted:
            listener = entry.listener
            counts[listener] += 1
            entry.v = counts[listener]
            moved.add(listener)
        for change_id, entry in self._taken_over.items():
            # Judged anew in this very transaction: that verdict is the one that is told.
            entry.become(self._judged[change_id])
        rows = [(counts[device_id], self._batch.tenant_id, device_id) for device_id in sorted(moved)]
        connection = self._batch.session.connection()
        database.bulk_update(connection, table_of(Device), ("verdicts",), ("tenant_id", "device_id"), rows)
