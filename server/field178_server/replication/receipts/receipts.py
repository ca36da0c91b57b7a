"""Receipts: their state and their storage, also in the scopes of further tablets (protocol §6.4)."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, select
from sqlalchemy.orm import Session

from field178_server.database import engine as database
from field178_server.database.declarative_base import table_of
from field178_server.database.fast import bulk
from field178_server.database.fast.prepared import Prepared
from field178_server.database.models import ReceiptCopy
from field178_server.database.models import StoredReceipt as ReceiptRow
from field178_server.replication.policy.evaluate import Outcome
from field178_shared.immutable import immutable
from field178_shared.time.clock import to_wire
from field178_shared.wire.canonical import receipt_hash
from field178_shared.wire.protocol import Change, JsonObject, Receipt, Status

_COLUMNS = (
    "status",
    "reason",
    "details",
    "scope",
    "rev",
    "seq",
    "h",
    "at",
    "v",
    "device_id",
    "incarnation",
    "n",
    "record_id",
    "payload_hash",
    "tenant_id",
    "change_id",
)
_OUTCOME_COLUMNS = _COLUMNS[:9]
# Joins a receipt with its rows in the scopes of further tablets.
IS_COPY = and_(ReceiptCopy.tenant_id == ReceiptRow.tenant_id, ReceiptCopy.change_id == ReceiptRow.change_id)
_NAMES = tuple(column.name for column in table_of(ReceiptRow).columns)
_BY_CHANGE = Prepared(
    select(table_of(ReceiptRow)).where(
        ReceiptRow.tenant_id == bindparam("tenant_id"),
        database.among(ReceiptRow.change_id, bindparam("change_ids")),
    )
)
_COPIES = Prepared(
    select(ReceiptCopy.change_id, ReceiptCopy.device_id, ReceiptCopy.v).where(
        ReceiptCopy.tenant_id == bindparam("tenant_id"),
        database.among(ReceiptCopy.change_id, bindparam("change_ids")),
    )
)


@immutable(slots=True)
class PushedChange:
    """A pushed change with the keyed hash of its canonical bytes."""

    change: Change
    hash: str


@dataclass(slots=True)
class ReceiptState:
    """A receipt, stored or new; `v`: its stamp in the scope of its tablet, 0 until it is written.

    `copies`: stamps in the scopes of further tablets that pushed the change, 0 for a new or changed one.
    `stored_hash`: its member of the digests, None if it is in none yet.
    """

    change_id: str
    device_id: str
    incarnation: str
    n: int
    record_id: str
    payload_hash: str
    at: datetime
    status: Status = Status.QUARANTINED
    reason: str | None = None
    details: JsonObject = field(default_factory=dict)
    scope: str = ""
    rev: int = 0
    seq: int | None = None
    h: str | None = None
    v: int = 0
    copies: dict[str, int] = field(default_factory=dict)
    stored_hash: str | None = None

    @property
    def is_stored(self) -> bool:
        """Return whether the receipt was stored before this transaction."""
        return self.stored_hash is not None

    @property
    def hash(self) -> str:
        """The receipt's member of the digests."""
        return receipt_hash(self.change_id, self.status.value, self.reason)

    @property
    def devices(self) -> set[str]:
        """The tablets in whose scopes the receipt is."""
        return {self.device_id, *self.copies}

    def stamp_of(self, device_id: str) -> int:
        """Return the stamp in the scope of one of its tablets."""
        return self.v if device_id == self.device_id else self.copies[device_id]

    @property
    def is_quarantined(self) -> bool:
        """Return whether the change is quarantined."""
        return self.status == Status.QUARANTINED

    def frozen(self) -> Receipt:
        """Return the receipt in the protocol's form."""
        return Receipt(
            change_id=self.change_id,
            status=self.status,
            reason=self.reason,
            details=self.details,
            scope=self.scope,
            rev=self.rev,
            seq=self.seq,
            at=to_wire(self.at),
            incarnation=self.incarnation,
        )


def pushed_changes(changes: Iterable[Change], key: bytes) -> list[PushedChange]:
    """Return the changes of one tablet with their hashes under its key."""
    keyed = hmac.new(key, digestmod="sha256")
    return [PushedChange(change, _payload_hash(keyed.copy(), change.body)) for change in changes]


def find_receipts(session: Session, tenant_id: str, change_ids: Iterable[str]) -> dict[str, ReceiptState]:
    """Return the stored receipts by change id."""
    keys = {"tenant_id": tenant_id, "change_ids": sorted(set(change_ids))}
    rows = _BY_CHANGE.rows(session, keys)
    receipts = [receipt_of_row(dict(zip(_NAMES, row, strict=True))) for row in rows]
    return {receipt.change_id: receipt for receipt in receipts}


def read_copies(session: Session, tenant_id: str, receipts: Iterable[ReceiptState]) -> None:
    """Read the further tablets of stored receipts.

    Complete only while the senders of these receipts are locked: a tablet is added under that lock.
    """
    by_change = {receipt.change_id: receipt for receipt in receipts}
    if by_change:
        keys = {"tenant_id": tenant_id, "change_ids": sorted(by_change)}
        for change_id, device_id, v in _COPIES.rows(session, keys):
            by_change[change_id].copies[device_id] = v


def read_again(session: Session, tenant_id: str, receipts: Sequence[ReceiptState]) -> None:
    """Read stored receipts again, with their further tablets; their senders MUST be locked.

    Another transaction may have concluded them before the lock was granted.
    """
    stored = find_receipts(session, tenant_id, [receipt.change_id for receipt in receipts])
    for receipt in receipts:
        for name in ReceiptState.__slots__:
            setattr(receipt, name, getattr(stored[receipt.change_id], name))
    read_copies(session, tenant_id, receipts)


def receipt_of_row(row: Mapping[str, Any]) -> ReceiptState:
    """Return the receipt of a row of the receipt table."""
    members = {name: row[name] for name in ReceiptState.__slots__ if name in row}
    details = row["details"]
    members["details"] = json.loads(details) if isinstance(details, str) else {}
    members["status"] = Status(str(row["status"]))
    receipt = ReceiptState(**members)
    receipt.stored_hash = receipt.hash
    return receipt


def details_text(details: JsonObject) -> str | None:
    """Return details as stored JSON text; None for empty details."""
    return json.dumps(dict(details), ensure_ascii=False, sort_keys=True) if details else None


def conclude(receipt: ReceiptState, outcome: Outcome, scope: str, now: datetime) -> None:
    """Write an outcome into a receipt and reset its stamps."""
    receipt.status = outcome.status
    receipt.reason = outcome.reason.value if outcome.reason is not None else None
    receipt.details = {**{k: v for k, v in receipt.details.items() if k == "at"}, **outcome.details}
    receipt.scope = scope
    receipt.at = now
    receipt.v = 0
    receipt.copies = dict.fromkeys(receipt.copies, 0)


def write_receipts(session: Session, tenant_id: str, receipts: Iterable[ReceiptState]) -> None:
    """Insert new receipts and update stored ones."""
    connection, table = session.connection(), table_of(ReceiptRow)
    listed = list(receipts)
    fresh = [
        (*_row(connection, tenant_id, receipt), receipt.v) for receipt in listed if not receipt.is_stored
    ]
    # A plain insert: if another transaction stored the change id meanwhile, this transaction is retried.
    bulk.insert(connection, table, (*_COLUMNS, "first_v"), fresh)
    again = [_row(connection, tenant_id, receipt) for receipt in listed if receipt.is_stored]
    outcomes = [(*row[: len(_OUTCOME_COLUMNS)], *row[-2:]) for row in again]
    bulk.update(connection, table, _OUTCOME_COLUMNS, ("tenant_id", "change_id"), outcomes)


def write_copies(session: Session, tenant_id: str, receipts: Iterable[ReceiptState]) -> None:
    """Insert or update the rows of receipts in the scopes of further tablets."""
    rows = [
        (tenant_id, receipt.change_id, device_id, v)
        for receipt in receipts
        for device_id, v in receipt.copies.items()
    ]
    columns = ("tenant_id", "change_id", "device_id", "v")
    bulk.upsert(session.connection(), table_of(ReceiptCopy), columns, rows)


def _payload_hash(keyed: hmac.HMAC, body: bytes) -> str:
    """Return the keyed hash of a canonical change; it is kept after an erasure and hides the text."""
    keyed.update(body)
    return keyed.hexdigest()


def _row(connection: Connection, tenant_id: str, receipt: ReceiptState) -> bulk.Row:
    return (
        receipt.status.value,
        receipt.reason,
        details_text(receipt.details),
        receipt.scope,
        receipt.rev,
        receipt.seq,
        receipt.h,
        bulk.stored_instant(connection, receipt.at),
        receipt.v,
        receipt.device_id,
        receipt.incarnation,
        receipt.n,
        receipt.record_id,
        receipt.payload_hash,
        tenant_id,
        receipt.change_id,
    )
