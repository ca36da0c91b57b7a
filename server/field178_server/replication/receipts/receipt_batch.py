"""Receipts and quarantined changes of one transaction, written at its end."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from field178_server.database.declarative_base import table_of
from field178_server.database.fast import bulk
from field178_server.database.models import Device
from field178_server.devices.context import DeviceContext
from field178_server.records.batch import Batch
from field178_server.replication.policy.evaluate import quarantined
from field178_server.replication.quarantine import store as quarantine
from field178_server.replication.quarantine.store import QuarantinedChange
from field178_server.replication.receipts.receipts import (
    PushedChange,
    ReceiptState,
    add_receipts,
    conclude,
    find_receipts,
    write_listeners,
    write_receipts,
)
from field178_shared.errors import ErrorCode


class ReceiptBatch:
    """Receipts by change id; `write` MUST be called once, at the end."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._known: dict[str, ReceiptState] = {}
        self._reused: dict[tuple[str, str], ReceiptState] = {}
        self._evaluated: dict[str, ReceiptState] = {}
        self._quarantined: dict[tuple[str, str], QuarantinedChange] = {}
        self._taken_over: dict[str, ReceiptState] = {}

    def read(self, pushed: Sequence[PushedChange]) -> None:
        """Read the stored receipts of these changes."""
        ids = [pushed_change.change.change_id for pushed_change in pushed]
        self._known = find_receipts(self._batch.session, self._batch.tenant_id, ids)

    def stored(self, pushed: PushedChange) -> ReceiptState | None:
        """Return the receipt of an earlier change with the same id and content, or None."""
        receipt = self._known.get(pushed.change.change_id)
        return receipt if receipt is not None and receipt.payload_hash == pushed.hash else None

    def quarantined_elsewhere(self, device_ids: Collection[str]) -> list[ReceiptState]:
        """Return the receipts of quarantined changes whose listener is none of these tablets."""
        return [
            receipt
            for receipt in self._known.values()
            if receipt.is_quarantined and receipt.listener not in device_ids
        ]

    def take_over(self, receipt: ReceiptState, device_id: str) -> None:
        """Redirect the receipt of a quarantined change to the tablet that replaced its sender."""
        if receipt.is_quarantined and receipt.listener != device_id:
            receipt.told_to = device_id
            self._taken_over[receipt.change_id] = receipt

    def add(self, received: QuarantinedChange) -> bool:
        """Add the receipt of a new change; return False if its id was used for another content."""
        return self._known.setdefault(received.receipt.change_id, received.receipt) is received.receipt

    def refuse_reuse(self, received: QuarantinedChange) -> ReceiptState:
        """Quarantine a change whose id was used for another content; return its receipt (stored if any)."""
        key = (received.receipt.change_id, received.receipt.payload_hash)
        if key not in self._reused:
            stored = quarantine.find_reused(self._batch.session, self._batch.tenant_id, *key)
            conclude(
                received.receipt, quarantined(ErrorCode.ID_REUSE), received.change.scope, self._batch.now
            )
            self._reused[key] = received.receipt
            if stored is None:
                self._quarantined[key] = received
            else:
                received.receipt.v, received.receipt.at, received.receipt.incarnation = stored
        return self._reused[key]

    def is_settled(self, change_id: str) -> bool:
        """Return whether a change was evaluated in this transaction and is not quarantined."""
        evaluated = self._evaluated.get(change_id)
        return evaluated is not None and not evaluated.is_quarantined

    def is_evaluated(self, change_id: str) -> bool:
        """Return whether a change was evaluated in this transaction, with any outcome."""
        return change_id in self._evaluated

    def quarantined_now(self, change_id: str) -> QuarantinedChange | None:
        """Return a change that this transaction quarantined, or None."""
        evaluated = self._evaluated.get(change_id)
        if evaluated is None or not evaluated.is_quarantined:
            return None
        return self._quarantined.get((change_id, evaluated.payload_hash))

    def add_quarantined(self, received: QuarantinedChange) -> None:
        """Record a quarantined change."""
        self._evaluated[received.receipt.change_id] = received.receipt
        self._quarantined[received.receipt.change_id, received.receipt.payload_hash] = received

    def settle(self, received: QuarantinedChange) -> None:
        """Record a settled change; if it is stored in quarantine, its row is updated by `write`."""
        if received.receipt.is_stored:
            self.add_quarantined(received)
            return
        self._evaluated[received.receipt.change_id] = received.receipt
        self._quarantined.pop((received.receipt.change_id, received.receipt.payload_hash), None)

    def write(self, devices: Iterable[DeviceContext]) -> None:
        """Write records, receipts, quarantine and counters."""
        batch = self._batch
        seqs = batch.flush()
        for receipt in self._evaluated.values():
            record = None if receipt.is_quarantined else batch.get(receipt.record_id)
            receipt.seq = None if record is None else seqs.get(receipt.record_id, record.seq)
        fresh = [receipt for receipt in self._evaluated.values() if not receipt.is_stored]
        self._count(devices)
        add_receipts(batch.session, batch.tenant_id, fresh)
        write_receipts(batch.session, batch.tenant_id, self._evaluated.values())
        write_listeners(batch.session, batch.tenant_id, self._taken_over.values())
        quarantine.write_quarantined(batch.session, batch.tenant_id, self._quarantined.values(), batch.now)

    def _count(self, devices: Iterable[DeviceContext]) -> None:
        counts = {device.id: device.receipt_count for device in devices}
        for change_id, receipt in self._taken_over.items():
            self._evaluated.setdefault(change_id, receipt).told_to = receipt.told_to
        uncounted = [*self._evaluated.values(), *(e for e in self._reused.values() if not e.v)]
        moved = set[str]()
        for receipt in uncounted:
            listener = receipt.listener
            counts[listener] += 1
            receipt.v = counts[listener]
            moved.add(listener)
        for change_id, receipt in self._taken_over.items():
            # If the change was evaluated again in this transaction, the tablet gets that receipt.
            receipt.become(self._evaluated[change_id])
        rows = [(counts[device_id], self._batch.tenant_id, device_id) for device_id in sorted(moved)]
        connection = self._batch.session.connection()
        bulk.update(connection, table_of(Device), ("verdicts",), ("tenant_id", "device_id"), rows)
