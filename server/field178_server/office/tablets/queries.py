"""Queries of the tablets: last contact, reported status, quarantined changes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, func, literal, or_, select
from sqlalchemy.orm import Session

from field178_server.accounts import officers
from field178_server.database.models import Device, DeviceOfficer, DeviceScope, Officer, Quarantine
from field178_server.devices.access import tablets_within
from field178_server.devices.context import load_device
from field178_server.devices.heartbeat import IS_IN_USE, is_silent, silent_since
from field178_server.records import scopes
from field178_server.records.access import AccessFilter
from field178_server.records.keyset import KeysetPage, Order, PageStart, keyset_page
from field178_server.records.labels import Names, names_of
from field178_server.records.scopes import Grants
from field178_server.replication.quarantine.store import IS_OPEN
from field178_shared.codelists import CodeLists
from field178_shared.time.clock import local_date, start_of_day

PAGE_SIZE = 50
# A tablet never seen sorts as the longest silent.
_NEVER = literal(datetime(1970, 1, 1, tzinfo=UTC), Device.last_seen_at.type)


@dataclass(frozen=True, slots=True)
class TabletRow:
    """A tablet as a row of the list. Fields of its status are None if none was reported (`reported_at`)."""

    device_id: str
    label: str
    officer: str | None
    scopes: tuple[str, ...]
    enrolled_at: datetime
    revoked_at: datetime | None
    last_seen_at: datetime | None
    app_version: str | None
    clock_offset_ms: int | None
    reported_at: datetime | None
    unsent: int | None
    unsent_files: int | None
    free_mb: int | None
    key_store: str | None
    mismatches: int | None
    mismatched: tuple[str, ...]
    quarantined: int
    root_alarm: str | None
    root_alarm_at: datetime | None


@dataclass(frozen=True, slots=True)
class TabletList:
    """A page of tablets: tablets in use first, longest silent on top."""

    tablets: tuple[TabletRow, ...]
    names: Names
    page: KeysetPage[Any]


def tablet_list(session: Session, tenant_id: str, access: AccessFilter, place: PageStart) -> TabletList:
    """Return a page of the tablets with a scope within the access filter."""
    within = tablets_within(tenant_id, access)
    query: Select[*tuple[Any, ...]] = select(Device.device_id.label("record_id"), Device).where(*within)
    silent_since = func.coalesce(Device.last_seen_at, _NEVER)
    order = Order(Device.tenant_id, silent_since, Device.device_id, group=Device.revoked_at.is_not(None))
    page = keyset_page(session, query, order, tenant_id, place, PAGE_SIZE)
    rows = _rows(session, tenant_id, [device for _, device in page.rows])
    teams = {scope.partition(":")[2] for row in rows for scope in row.scopes}
    return TabletList(rows, names_of(session, tenant_id, teams), page)


def find_tablet(session: Session, tenant_id: str, access: AccessFilter, device_id: str) -> TabletRow | None:
    """Return a tablet within the access filter, else None."""
    query = select(Device).where(*tablets_within(tenant_id, access), Device.device_id == device_id)
    devices = session.scalars(query).all()
    return next(iter(_rows(session, tenant_id, list(devices))), None)


@dataclass(frozen=True, slots=True)
class Grant:
    """A scope of a tablet; `is_own`: granted to the tablet itself, not through its officers."""

    scope: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class OfficerOnTablet:
    """An officer who has signed in on a tablet."""

    officer_id: str
    name: str
    login: str
    bound_at: datetime


def grants_of(session: Session, tenant_id: str, device_id: str) -> tuple[Grant, ...]:
    """Return the scopes of a tablet."""
    rows = session.execute(
        select(DeviceScope.scope, DeviceScope.via)
        .where(DeviceScope.tenant_id == tenant_id, DeviceScope.device_id == device_id)
        .order_by(DeviceScope.scope)
    )
    return tuple(Grant(scope, via is None) for scope, via in rows)


def grantable_scopes(session: Session, tenant_id: str, device_id: str, lists: CodeLists) -> Grants:
    """Return the scopes that a tablet lacks and that officers who signed in on it have.

    Officers with a closed account, or with a password that was reset since, do not count.
    """
    own: set[str] = set()
    for officer_id in load_device(session, tenant_id, device_id).users:
        own |= officers.scopes_of(session, tenant_id, officer_id)
    granted = {grant.scope for grant in grants_of(session, tenant_id, device_id)}
    of_officers = scopes.for_tablet(own, lists)
    return {scope: via for scope, via in of_officers.items() if via is not None and scope not in granted}


def officers_on(session: Session, tenant_id: str, device_id: str) -> tuple[OfficerOnTablet, ...]:
    """Return the officers who have signed in on a tablet, by name."""
    rows = session.execute(
        select(Officer.officer_id, Officer.name, Officer.login, DeviceOfficer.bound_at)
        .join(
            DeviceOfficer,
            (DeviceOfficer.tenant_id == Officer.tenant_id) & (DeviceOfficer.officer_id == Officer.officer_id),
        )
        .where(DeviceOfficer.tenant_id == tenant_id, DeviceOfficer.device_id == device_id)
        .order_by(Officer.name, Officer.login)
    )
    return tuple(OfficerOnTablet(*row) for row in rows)


class TabletCounts(NamedTuple):
    """Counts of the tablets in use.

    `in_contact`: with contact since midnight; `unsent`: that reported records or files not sent yet at their
    last report; `silent`: without contact for SILENT_AFTER.
    """

    in_use: int
    in_contact: int
    unsent: int
    silent: int


def count_tablets(session: Session, tenant_id: str, access: AccessFilter, now: datetime) -> TabletCounts:
    """Return the counts of the tablets in use."""
    is_in_contact = Device.last_seen_at >= start_of_day(local_date(now))
    has_unsent = or_(Device.unsent_count > 0, Device.unsent_file_count > 0)
    counts = [func.count().filter(is_) for is_ in (is_in_contact, has_unsent, is_silent(silent_since(now)))]
    query = select(func.count(), *counts).select_from(Device)
    row = session.execute(query.where(*tablets_within(tenant_id, access), IS_IN_USE)).one()
    return TabletCounts._make(row)


def _rows(session: Session, tenant_id: str, devices: list[Device]) -> tuple[TabletRow, ...]:
    ids = [device.device_id for device in devices]
    officers = select(Officer.officer_id, Officer.name).where(
        Officer.tenant_id == tenant_id, Officer.officer_id.in_({d.user_id for d in devices if d.user_id})
    )
    quarantined_counts = (
        select(Quarantine.device_id, func.count())
        .where(Quarantine.tenant_id == tenant_id, Quarantine.device_id.in_(ids), IS_OPEN)
        .group_by(Quarantine.device_id)
    )
    granted = (
        select(DeviceScope.device_id, DeviceScope.scope)
        .where(DeviceScope.tenant_id == tenant_id, DeviceScope.device_id.in_(ids))
        .order_by(DeviceScope.scope)
    )
    names = {officer_id: name for officer_id, name in session.execute(officers)}
    counts = {device_id: count for device_id, count in session.execute(quarantined_counts)}
    scopes: dict[str, list[str]] = {}
    for device_id, scope in session.execute(granted):
        scopes.setdefault(device_id, []).append(scope)
    return tuple(
        _row(
            device,
            names.get(device.user_id or ""),
            tuple(scopes.get(device.device_id, ())),
            counts.get(device.device_id, 0),
        )
        for device in devices
    )


def _row(device: Device, officer: str | None, scopes: tuple[str, ...], quarantined: int) -> TabletRow:
    return TabletRow(
        device_id=device.device_id,
        label=device.label,
        officer=officer,
        scopes=scopes,
        enrolled_at=device.enrolled_at,
        revoked_at=device.revoked_at,
        last_seen_at=device.last_seen_at,
        app_version=device.app_version,
        clock_offset_ms=device.clock_offset_ms,
        reported_at=device.told_at,
        unsent=device.unsent_count,
        unsent_files=device.unsent_file_count,
        free_mb=device.free_mb,
        key_store=device.key_store,
        mismatches=device.mismatch_count,
        mismatched=tuple(json.loads(device.mismatch_records)) if device.mismatch_records else (),
        quarantined=quarantined,
        root_alarm=device.root_alarm,
        root_alarm_at=device.root_alarm_at,
    )
