"""Queries of erasures: requests, confirmed and refused ones, and tablets that have not synced since."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from field178_server.database.models import Audit, ChangeHistory, Device, DeviceScope, Erasure, Feed, Record
from field178_server.records.keyset import KeysetPage, Order, PageStart, keyset_page
from field178_server.records.labels import Names, names_of

PAGE_SIZE = 20
ACTIONS = ("purge_requested", "purge_withdrawn", "purge_refused", "purge_confirmed")
# Refused requests leave audit entries only; older ones are shown in the audit trail only.
ACTIONS_SHOWN_FOR = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class ErasureAction:
    """An action on a request, read from the audit trail; `officer_id`: the deciding officer."""

    record_id: str
    action: str
    officer_id: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Holder:
    """A tablet that may have a copy: it reads a scope of the record, or has sent changes of it."""

    device_id: str
    label: str
    has_sent: bool
    is_revoked: bool
    last_seen_at: datetime | None
    unsent: int | None

    def has_synced(self, erased_at: datetime) -> bool:
        """Return whether the tablet has synced since the erasure; a sync replaces its copy."""
        return self.last_seen_at is not None and self.last_seen_at > erased_at


@dataclass(frozen=True, slots=True)
class ErasureRow:
    """An erasure with fields of its record and the tablets that may have a copy."""

    record_id: str
    type: str
    scope: str
    reason: str
    requested_by: str
    requested_at: datetime
    confirmed_by: str | None
    confirmed_at: datetime | None
    erased_at: datetime | None
    holders: tuple[Holder, ...]

    @property
    def unsynced(self) -> tuple[Holder, ...]:
        """Tablets without a sync since the confirmation; none before it."""
        at = self.confirmed_at
        return () if at is None else tuple(holder for holder in self.holders if not holder.has_synced(at))


@dataclass(frozen=True, slots=True)
class ErasureList:
    """A page of erasures, unconfirmed first, and the requests refused or withdrawn lately."""

    rows: tuple[ErasureRow, ...]
    refused: tuple[ErasureAction, ...]
    names: Names
    page: KeysetPage[Any]


def erasure_list(session: Session, tenant_id: str, now: datetime, place: PageStart) -> ErasureList:
    """Return a page of all erasures."""
    query: Select[*tuple[Any, ...]] = select(Erasure.record_id, Erasure).where(Erasure.tenant_id == tenant_id)
    is_open, latest = Erasure.confirmed_at.is_(None), Erasure.requested_at
    order = Order(Erasure.tenant_id, latest, Erasure.record_id, is_descending=True, group=is_open)
    page = keyset_page(session, query, order, tenant_id, place, PAGE_SIZE)
    rows = tuple(_row(session, erasure) for _, erasure in page.rows)
    ended = [
        action
        for action in actions_since(session, tenant_id, now - ACTIONS_SHOWN_FOR)
        if action.action in ACTIONS[1:3]
    ]
    return ErasureList(rows, tuple(ended), _names(session, tenant_id, rows, ended), page)


def find_erasure(session: Session, tenant_id: str, record_id: str) -> ErasureRow | None:
    """Return the erasure of a record, None without a request."""
    erasure = session.get(Erasure, (tenant_id, record_id))
    return None if erasure is None else _row(session, erasure)


def count_requested(session: Session, tenant_id: str) -> int:
    """Return the number of unconfirmed requests."""
    query = select(func.count()).where(Erasure.tenant_id == tenant_id, Erasure.confirmed_at.is_(None))
    return session.scalar(query) or 0


def actions_since(
    session: Session, tenant_id: str, since: datetime, record_id: str | None = None
) -> list[ErasureAction]:
    """Return the actions on requests (of all records, or of one) since an instant, latest first."""
    query = (
        select(Audit)
        .where(Audit.tenant_id == tenant_id, Audit.action.in_(ACTIONS), Audit.at >= since)
        .order_by(Audit.at.desc(), Audit.audit_id.desc())
    )
    if record_id is not None:
        query = query.where(Audit.object_id == record_id)
    return [_action(row) for row in session.scalars(query)]


def holders_of(session: Session, tenant_id: str, record_id: str) -> tuple[Holder, ...]:
    """Return the tablets that may have a copy of a record, longest silent first."""
    scopes = select(Feed.scope).where(Feed.tenant_id == tenant_id, Feed.record_id == record_id)
    reading = select(DeviceScope.device_id).where(
        DeviceScope.tenant_id == tenant_id, DeviceScope.scope.in_(scopes)
    )
    sent = select(ChangeHistory.device_id).where(
        ChangeHistory.tenant_id == tenant_id, ChangeHistory.record_id == record_id
    )
    senders = {device_id for device_id in session.scalars(sent.distinct()) if device_id is not None}
    query = (
        select(Device)
        .where(Device.tenant_id == tenant_id)
        .where(or_(Device.device_id.in_(reading), Device.device_id.in_(sorted(senders))))
        .order_by(Device.last_seen_at.is_not(None), Device.last_seen_at, Device.device_id)
    )
    return tuple(
        Holder(
            device_id=device.device_id,
            label=device.label or device.device_id,
            has_sent=device.device_id in senders,
            is_revoked=device.revoked_at is not None,
            last_seen_at=device.last_seen_at,
            unsent=device.unsent_count,
        )
        for device in session.scalars(query)
    )


def _row(session: Session, erasure: Erasure) -> ErasureRow:
    record = session.get_one(Record, (erasure.tenant_id, erasure.record_id))
    return ErasureRow(
        record_id=erasure.record_id,
        type=record.type,
        scope=record.scope,
        reason=erasure.reason,
        requested_by=erasure.requested_by,
        requested_at=erasure.requested_at,
        confirmed_by=erasure.confirmed_by,
        confirmed_at=erasure.confirmed_at,
        erased_at=erasure.erased_at,
        holders=holders_of(session, erasure.tenant_id, erasure.record_id),
    )


def _action(row: Audit) -> ErasureAction:
    details = json.loads(row.details) if row.details else {}
    officer = details.get("officer")
    return ErasureAction(
        row.object_id or "", row.action, officer if isinstance(officer, str) else None, row.at
    )


def _names(
    session: Session, tenant_id: str, rows: Sequence[ErasureRow], actions: Sequence[ErasureAction]
) -> Names:
    ids = {row.requested_by for row in rows} | {row.confirmed_by for row in rows if row.confirmed_by}
    ids |= {row.scope.partition(":")[2] for row in rows} | {
        action.officer_id for action in actions if action.officer_id
    }
    return names_of(session, tenant_id, ids)
