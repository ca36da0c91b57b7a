"""Receipts: their state, storage and counts, and the digest of receipts of each incarnation."""

from __future__ import annotations

import hmac
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.orm import Session

from field178_server.database import engine as database
from field178_server.database.declarative_base import table_of
from field178_server.database.fast import bulk
from field178_server.database.fast.prepared import Prepared
from field178_server.database.models import Incarnation
from field178_server.database.models import StoredReceipt as ReceiptRow
from field178_server.replication.policy.evaluate import Outcome
from field178_shared.time.clock import to_wire
from field178_shared.wire.canonical import EMPTY, Digest, digest_of, receipt_hash
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
_TOLD_TO = Prepared(
    select(ReceiptRow.change_id, ReceiptRow.told_to).where(
        ReceiptRow.tenant_id == bindparam("tenant_id"),
        database.among(ReceiptRow.change_id, bindparam("change_ids")),
        ReceiptRow.told_to.is_not(None),
    )
)
_NAMES = tuple(column.name for column in table_of(ReceiptRow).columns)
_BY_CHANGE = Prepared(
    select(table_of(ReceiptRow)).where(
        ReceiptRow.tenant_id == bindparam("tenant_id"),
        database.among(ReceiptRow.change_id, bindparam("change_ids")),
    )
)
_DIGEST_COLUMNS = ("tenant_id", "device_id", "incarnation", "receipt_count", "receipt_sum", "backed_up")
_DIGESTS_OF_DEVICES = Prepared(
    select(
        Incarnation.device_id, Incarnation.incarnation, Incarnation.receipt_count, Incarnation.receipt_sum
    ).where(
        Incarnation.tenant_id == bindparam("tenant_id"),
        database.among(Incarnation.device_id, bindparam("device_ids")),
    )
)


@dataclass(frozen=True, slots=True)
class PushedChange:
    """A pushed change with the keyed hash of its canonical bytes."""

    change: Change
    hash: str


@dataclass(slots=True)
class ReceiptState:
    """A receipt, stored or new; `v` 0 means that it has no count yet."""

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
    told_to: str | None = None
    is_stored: bool = False

    @property
    def listener(self) -> str:
        """The id of the tablet that gets this receipt, under that tablet's count."""
        return self.told_to or self.device_id

    @property
    def is_quarantined(self) -> bool:
        """Return whether the change is quarantined."""
        return self.status == Status.QUARANTINED

    def become(self, other: ReceiptState) -> None:
        """Copy all values of another state of this receipt."""
        for name in self.__slots__:
            setattr(self, name, getattr(other, name))

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
            h=self.h,
            at=to_wire(self.at),
            incarnation=self.incarnation,
            v=self.v,
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


def read_listeners(session: Session, tenant_id: str, receipts: Sequence[ReceiptState]) -> None:
    """Read the listeners of receipts again. The tablets MUST be locked, so that they cannot change."""
    keys = {"tenant_id": tenant_id, "change_ids": sorted({receipt.change_id for receipt in receipts})}
    listeners = dict(_TOLD_TO.rows(session, keys))
    for receipt in receipts:
        receipt.told_to = listeners.get(receipt.change_id)


def receipt_of_row(row: Mapping[str, Any]) -> ReceiptState:
    """Return the receipt of a row of the receipt table."""
    members = {name: row[name] for name in ReceiptState.__slots__ if name in row}
    details = row["details"]
    members["details"] = json.loads(details) if isinstance(details, str) else {}
    members["status"] = Status(str(row["status"]))
    return ReceiptState(**members, is_stored=True)


def details_text(details: JsonObject) -> str | None:
    """Return details as stored JSON text; None for empty details."""
    return json.dumps(dict(details), ensure_ascii=False, sort_keys=True) if details else None


def conclude(receipt: ReceiptState, outcome: Outcome, scope: str, now: datetime) -> None:
    """Write an outcome into a receipt and reset its count."""
    receipt.status = outcome.status
    receipt.reason = outcome.reason.value if outcome.reason is not None else None
    receipt.details = {**{k: v for k, v in receipt.details.items() if k == "at"}, **outcome.details}
    receipt.scope = scope
    receipt.at = now
    receipt.v = 0


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


def write_listeners(session: Session, tenant_id: str, receipts: Iterable[ReceiptState]) -> None:
    """Update the listener and count of stored receipts."""
    rows = [(receipt.told_to, receipt.v, tenant_id, receipt.change_id) for receipt in receipts]
    key = ("tenant_id", "change_id")
    bulk.update(session.connection(), table_of(ReceiptRow), ("told_to", "v"), key, rows)


def add_receipts(session: Session, tenant_id: str, fresh: Iterable[ReceiptState]) -> None:
    """Add new receipts to the digests of the incarnations that sent their changes."""
    by_life = defaultdict[tuple[str, str], list[str]](list)
    for receipt in fresh:
        by_life[receipt.device_id, receipt.incarnation].append(receipt.change_id)
    if not by_life:
        return
    stored = _digests(session, tenant_id, {device_id for device_id, _ in by_life})
    rows: list[bulk.Row] = []
    for life, change_ids in sorted(by_life.items()):
        digest = stored.get(life, EMPTY).union(digest_of(map(receipt_hash, change_ids)))
        rows.append((tenant_id, *life, digest.count, f"{digest.total:032x}", 0))
    table = table_of(Incarnation)
    bulk.upsert(session.connection(), table, _DIGEST_COLUMNS, rows, keep=("backed_up",))


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


def _digests(session: Session, tenant_id: str, device_ids: set[str]) -> dict[tuple[str, str], Digest]:
    keys = {"tenant_id": tenant_id, "device_ids": sorted(device_ids)}
    rows = _DIGESTS_OF_DEVICES.rows(session, keys)
    return {(device, life): Digest(count, int(total, 16)) for device, life, count, total in rows}
