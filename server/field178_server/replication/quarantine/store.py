"""Store of quarantined changes: added, found, settled."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from field178_server.database import engine as database
from field178_server.database.declarative_base import table_of
from field178_server.database.fast import bulk
from field178_server.database.fast.prepared import Prepared
from field178_server.database.models import Quarantine
from field178_server.records import file_references
from field178_server.replication.policy.subjects import SUBJECT, TYPES_BESIDE, subject_of
from field178_server.replication.receipts.receipts import ReceiptState, details_text, find_receipts
from field178_shared.errors import ErrorCode
from field178_shared.wire.protocol import Change

_COLUMNS = (
    "tenant_id",
    "change_id",
    "payload_hash",
    "device_id",
    "incarnation",
    "n",
    "record_id",
    "record_type",
    "scope",
    "user_id",
    "reason",
    "details",
    "payload",
    "received_at",
    "state",
    "settled_at",
    "v",
)
# What a second evaluation may change; the rest is as it came.
_FIRST_ONLY = (
    "device_id",
    "incarnation",
    "n",
    "record_id",
    "record_type",
    "user_id",
    "payload",
    "received_at",
)
OPEN = "open"
APPLIED = "applied"
REPLACED = "replaced"
DISCARDED = "discarded"
IS_OPEN = Quarantine.state == OPEN


@dataclass(frozen=True, slots=True)
class QuarantinedChange:
    """A change in quarantine with its receipt; `reason` is why it is there.

    An empty `payload` is stored as none: the record was erased, and only the hash of the change is kept.
    """

    change: Change
    receipt: ReceiptState
    payload: str
    reason: str

    @property
    def waits_for(self) -> str:
        """The record whose appearance would set an orphan free: its own, or the one that it is about."""
        return subject_of(self.change) or self.change.record_id

    @property
    def is_orphan(self) -> bool:
        """Tell whether the appearance of its record would set this change free."""
        return self.reason == ErrorCode.ORPHAN


class Reused(NamedTuple):
    """A second content under one id: the count of its receipt, its arrival and incarnation."""

    v: int
    at: datetime
    incarnation: str


_ALL = (
    select(Quarantine.change_id, Quarantine.payload_hash, Quarantine.payload)
    .where(Quarantine.tenant_id == bindparam("tenant_id"))
    .order_by(Quarantine.device_id, Quarantine.incarnation, Quarantine.n, Quarantine.change_id)
)
_OPEN = _ALL.where(IS_OPEN)
# What the office rejected runs no more, but its author may still correct it.
_REPLACEABLE = _ALL.where(
    Quarantine.state.in_((OPEN, DISCARDED)),
    Quarantine.record_id.in_(bindparam("record_ids", expanding=True)),
)
_ORPHANS = Prepared(
    _OPEN.where(
        Quarantine.reason == ErrorCode.ORPHAN.value,
        or_(
            database.among(Quarantine.record_id, bindparam("record_ids")),
            *(Quarantine.record_type == name for name in TYPES_BESIDE),
        ),
    )
)


def concerning(record_ids: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition of quarantined changes of these records, and of records that are about them."""
    named = (Quarantine.payload.contains(f'"{SUBJECT}":"{one}"', autoescape=True) for one in record_ids)
    return or_(
        Quarantine.record_id.in_(record_ids), and_(Quarantine.record_type.in_(TYPES_BESIDE), or_(*named))
    )


def find_quarantined(
    session: Session, tenant_id: str, *conditions: ColumnElement[bool]
) -> list[QuarantinedChange]:
    """Return the open changes that meet the conditions, those of one tablet in the order of their making."""
    rows = session.execute(_OPEN.where(*conditions), {"tenant_id": tenant_id})
    return _with_receipts(session, tenant_id, [(one, hash_, payload) for one, hash_, payload in rows])


def find_orphans(session: Session, tenant_id: str, record_ids: Sequence[str]) -> list[QuarantinedChange]:
    """Return the open changes that wait for one of these records."""
    wanted = {"tenant_id": tenant_id, "record_ids": list(record_ids)}
    found = _with_receipts(session, tenant_id, _ORPHANS.rows(session, wanted))
    return [one for one in found if one.waits_for in record_ids]


def find_replaceable(session: Session, tenant_id: str, record_ids: Sequence[str]) -> list[QuarantinedChange]:
    """Return the changes of these records that a later one may replace: open and rejected ones."""
    rows = session.execute(_REPLACEABLE, {"tenant_id": tenant_id, "record_ids": record_ids})
    return _with_receipts(session, tenant_id, [(one, hash_, payload) for one, hash_, payload in rows])


def _with_receipts(
    session: Session, tenant_id: str, rows: Sequence[tuple[str, str, str | None]]
) -> list[QuarantinedChange]:
    if not rows:
        return []
    receipts = find_receipts(session, tenant_id, [change_id for change_id, _, payload in rows if payload])
    found = []
    for change_id, hash_, payload in rows:
        receipt = receipts.get(change_id)
        # A second content sent under one id waits for people, not for another run.
        if payload and receipt is not None and receipt.payload_hash == hash_:
            change = Change.from_wire(json.loads(payload))
            found.append(QuarantinedChange(change, receipt, payload, receipt.reason or ""))
    return found


def find_reused(session: Session, tenant_id: str, change_id: str, payload_hash: str) -> Reused | None:
    """Return the row of this content, whose id another content had first."""
    row = session.execute(
        select(Quarantine.v, Quarantine.received_at, Quarantine.incarnation).where(
            Quarantine.tenant_id == tenant_id,
            Quarantine.change_id == change_id,
            Quarantine.payload_hash == payload_hash,
        )
    ).one_or_none()
    return None if row is None else Reused(*row)


def write_quarantined(
    session: Session, tenant_id: str, changes: Iterable[QuarantinedChange], now: datetime
) -> None:
    """Store quarantined changes, and settle applied ones."""
    connection, listed = session.connection(), list(changes)
    file_references.claim(session, tenant_id, (one.payload for one in listed))
    at = bulk.stored_instant(connection, now)
    bulk.upsert(
        connection,
        table_of(Quarantine),
        _COLUMNS,
        [_row(tenant_id, one, at) for one in listed],
        keep=_FIRST_ONLY,
    )


def _row(tenant_id: str, one: QuarantinedChange, at: object) -> bulk.Row:
    change, receipt = one.change, one.receipt
    is_open, state = receipt.is_quarantined, _state_of(one)
    return (
        tenant_id,
        receipt.change_id,
        receipt.payload_hash,
        receipt.device_id,
        receipt.incarnation,
        receipt.n,
        receipt.record_id,
        change.type,
        receipt.scope,
        change.user or None,
        receipt.reason or "" if is_open else one.reason,
        details_text(receipt.details),
        one.payload or None,
        at,
        state,
        None if state == OPEN else at,
        receipt.v,
    )


def _state_of(one: QuarantinedChange) -> str:
    receipt = one.receipt
    if receipt.is_quarantined:
        # Of what is said of an erased record only the hash is kept: nobody can do anything with it.
        is_hopeless = not one.payload or receipt.reason == ErrorCode.PURGED
        return DISCARDED if is_hopeless else OPEN
    return REPLACED if receipt.reason == ErrorCode.REPLACED else APPLIED
