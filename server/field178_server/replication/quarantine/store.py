"""Store of quarantined changes: queries by state and record, and their writing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
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
from field178_shared.immutable import immutable
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
)
# A second evaluation MUST NOT change these columns.
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


@immutable(slots=True)
class QuarantinedChange:
    """A change with its receipt and the reason of its quarantine, "" if it is not quarantined.

    An empty `payload` is stored as NULL: the record was erased, and only the hash of the change is kept.
    """

    change: Change
    receipt: ReceiptState
    payload: str
    reason: str

    @property
    def waits_for(self) -> str:
        """The id of the record that an orphan waits for: the subject if there is one, else its own record."""
        return subject_of(self.change) or self.change.record_id

    @property
    def is_orphan(self) -> bool:
        """Return whether the change waits for its record or subject."""
        return self.reason == ErrorCode.ORPHAN


class Reused(NamedTuple):
    """A second change under a used id: its time of receipt and incarnation."""

    at: datetime
    incarnation: str


_ALL = (
    select(Quarantine.change_id, Quarantine.payload_hash, Quarantine.payload)
    .where(Quarantine.tenant_id == bindparam("tenant_id"))
    .order_by(Quarantine.device_id, Quarantine.incarnation, Quarantine.n, Quarantine.change_id)
)
_OPEN = _ALL.where(IS_OPEN)
# A rejected change is not evaluated again, but its author may still replace it.
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
    """Return the condition of quarantined changes of these records and of their companions."""
    named = (
        Quarantine.payload.contains(f'"{SUBJECT}":"{record_id}"', autoescape=True) for record_id in record_ids
    )
    return or_(
        Quarantine.record_id.in_(record_ids), and_(Quarantine.record_type.in_(TYPES_BESIDE), or_(*named))
    )


def find_quarantined(
    session: Session, tenant_id: str, *conditions: ColumnElement[bool]
) -> list[QuarantinedChange]:
    """Return the open changes that meet the conditions, by tablet, incarnation and number."""
    rows = session.execute(_OPEN.where(*conditions), {"tenant_id": tenant_id})
    return _with_receipts(
        session, tenant_id, [(change_id, hash_, payload) for change_id, hash_, payload in rows]
    )


def find_orphans(session: Session, tenant_id: str, record_ids: Sequence[str]) -> list[QuarantinedChange]:
    """Return the open changes that wait for one of these records."""
    keys = {"tenant_id": tenant_id, "record_ids": list(record_ids)}
    quarantined = _with_receipts(session, tenant_id, _ORPHANS.rows(session, keys))
    return [change for change in quarantined if change.waits_for in record_ids]


def find_replaceable(session: Session, tenant_id: str, record_ids: Sequence[str]) -> list[QuarantinedChange]:
    """Return the changes of these records that a later change may replace: the open and the rejected."""
    rows = session.execute(_REPLACEABLE, {"tenant_id": tenant_id, "record_ids": record_ids})
    return _with_receipts(
        session, tenant_id, [(change_id, hash_, payload) for change_id, hash_, payload in rows]
    )


def _with_receipts(
    session: Session, tenant_id: str, rows: Sequence[tuple[str, str, str | None]]
) -> list[QuarantinedChange]:
    if not rows:
        return []
    receipts = find_receipts(session, tenant_id, [change_id for change_id, _, payload in rows if payload])
    quarantined = []
    for change_id, hash_, payload in rows:
        receipt = receipts.get(change_id)
        # A second content under a used id needs a decision; evaluating it again would not help.
        if payload and receipt is not None and receipt.payload_hash == hash_:
            change = Change.from_wire(json.loads(payload))
            quarantined.append(QuarantinedChange(change, receipt, payload, receipt.reason or ""))
    return quarantined


def find_reused(session: Session, tenant_id: str, change_id: str, payload_hash: str) -> Reused | None:
    """Return the quarantined second content of a change id, by its hash, or None."""
    row = session.execute(
        select(Quarantine.received_at, Quarantine.incarnation).where(
            Quarantine.tenant_id == tenant_id,
            Quarantine.change_id == change_id,
            Quarantine.payload_hash == payload_hash,
        )
    ).one_or_none()
    return None if row is None else Reused(*row)


def write_quarantined(
    session: Session, tenant_id: str, changes: Iterable[QuarantinedChange], now: datetime
) -> None:
    """Insert or update quarantined changes; changes whose receipt is not quarantined are settled."""
    connection, listed = session.connection(), list(changes)
    file_references.claim(session, tenant_id, (quarantined.payload for quarantined in listed))
    at = bulk.stored_instant(connection, now)
    bulk.upsert(
        connection,
        table_of(Quarantine),
        _COLUMNS,
        [_row(tenant_id, quarantined, at) for quarantined in listed],
        keep=_FIRST_ONLY,
    )


def _row(tenant_id: str, quarantined: QuarantinedChange, at: object) -> bulk.Row:
    change, receipt = quarantined.change, quarantined.receipt
    is_open, state = receipt.is_quarantined, _state_of(quarantined)
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
        receipt.reason or "" if is_open else quarantined.reason,
        details_text(receipt.details),
        quarantined.payload or None,
        at,
        state,
        None if state == OPEN else at,
    )


def _state_of(quarantined: QuarantinedChange) -> str:
    receipt = quarantined.receipt
    if receipt.is_quarantined:
        # Of a change of an erased record only the hash is kept: nobody can decide on it.
        is_hopeless = not quarantined.payload or receipt.reason == ErrorCode.PURGED
        return DISCARDED if is_hopeless else OPEN
    return REPLACED if receipt.reason == ErrorCode.REPLACED else APPLIED
