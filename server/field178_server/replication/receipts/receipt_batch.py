"""Receipts and quarantined changes of one transaction, written at its end."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

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
    conclude,
    find_receipts,
    read_copies,
    write_copies,
    write_receipts,
)
from field178_shared.errors import ErrorCode
from field178_shared.wire.canonical import Digest


class ReceiptBatch:
    """Receipts by change id; `write` MUST be called once, at the end."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._known: dict[str, ReceiptState] = {}
        self._reused: dict[tuple[str, str], ReceiptState] = {}
        self._evaluated: dict[str, ReceiptState] = {}
        self._quarantined: dict[tuple[str, str], QuarantinedChange] = {}
        self._shared: dict[str, set[str]] = {}

    def read(self, pushed: Sequence[PushedChange]) -> None:
        """Read the stored receipts of these changes, with the tablets in whose scopes they are."""
        session, tenant_id = self._batch.session, self._batch.tenant_id
        ids = [pushed_change.change.change_id for pushed_change in pushed]
        self._known = find_receipts(session, tenant_id, ids)
        read_copies(session, tenant_id, self._known.values())

    def stored(self, pushed: PushedChange) -> ReceiptState | None:
        """Return the receipt of an earlier change with the same id and content, or None."""
        receipt = self._known.get(pushed.change.change_id)
        return receipt if receipt is not None and receipt.payload_hash == pushed.hash else None

    def quarantined_elsewhere(self, device_ids: Collection[str]) -> list[ReceiptState]:
        """Return the receipts of quarantined changes that none of these tablets sent."""
        receipts = self._known.values()
        return [
            receipt for receipt in receipts if receipt.is_quarantined and receipt.device_id not in device_ids
        ]

    def share(self, receipt: ReceiptState, device_id: str) -> None:
        """Add a stored receipt to the scope of a further tablet that pushed its change."""
        if receipt.is_stored and device_id not in receipt.devices:
            receipt.copies[device_id] = 0
            self._shared.setdefault(receipt.change_id, set()).add(device_id)

    def latest(self, receipt: ReceiptState) -> ReceiptState:
        """Return the state of a receipt after all evaluations of this transaction."""
        evaluated = self._evaluated.get(receipt.change_id)
        is_same = evaluated is not None and evaluated.payload_hash == receipt.payload_hash
        return evaluated if evaluated is not None and is_same else receipt

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
                received.receipt.at, received.receipt.incarnation = stored
                received.receipt.stored_hash = received.receipt.hash
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
        self._stamp(devices)
        write_receipts(batch.session, batch.tenant_id, self._evaluated.values())
        copied = (self.latest(self._known[change_id]) for change_id in self._shared)
        changed = {receipt.change_id: receipt for receipt in (*copied, *self._evaluated.values())}
        write_copies(batch.session, batch.tenant_id, changed.values())
        quarantine.write_quarantined(batch.session, batch.tenant_id, self._quarantined.values(), batch.now)

    def _stamp(self, devices: Iterable[DeviceContext]) -> None:
        """Stamp new and changed receipts in the scopes of their tablets, and write these scopes' state."""
        scopes = {device.id: _Scope(device.receipt_seq, device.receipts) for device in devices}
        for change_id, added in self._shared.items():
            receipt = self.latest(self._known[change_id])
            if change_id in self._evaluated:
                receipt.copies |= dict.fromkeys(added, 0)
                continue
            for device_id in sorted(added):
                receipt.copies[device_id] = scopes[device_id].stamp(None, receipt.hash)
        for receipt in self._evaluated.values():
            added = self._shared.get(receipt.change_id, set())
            receipt.v = scopes[receipt.device_id].stamp(receipt.stored_hash, receipt.hash)
            for device_id in receipt.copies:
                before = None if device_id in added else receipt.stored_hash
                receipt.copies[device_id] = scopes[device_id].stamp(before, receipt.hash)
        rows = [
            (scope.seq, scope.digest.count, f"{scope.digest.total:032x}", self._batch.tenant_id, device_id)
            for device_id, scope in sorted(scopes.items())
            if scope.is_changed
        ]
        columns = ("verdicts", "receipt_count", "receipt_sum")
        connection = self._batch.session.connection()
        bulk.update(connection, table_of(Device), columns, ("tenant_id", "device_id"), rows)


@dataclass(slots=True)
class _Scope:
    """State of the scope of a tablet's receipts."""

    seq: int
    digest: Digest
    is_changed: bool = False

    def stamp(self, before: str | None, after: str) -> int:
        """Replace a hash in the digest (`before` None: of a new receipt); return the stamp."""
        digest = self.digest if before is None else self.digest.remove(before)
        self.digest, self.is_changed = digest.add(after), True
        self.seq += 1
        return self.seq
