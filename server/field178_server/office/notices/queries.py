"""Queries of notices: those of the office with who has them, and those that an officer is shown now."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from field178_server.accounts import officers
from field178_server.accounts.audience import audiences_of
from field178_server.accounts.officers import OfficerContext
from field178_server.database.models import (
    Device,
    DeviceOfficer,
    Notice,
    NoticeDelivery,
    NoticeReading,
    Officer,
)
from field178_server.devices.heartbeat import IS_IN_USE
from field178_server.records.keyset import KeysetPage, Order, PageStart, keyset_page

PAGE_SIZE = 50


class NoticeTab(StrEnum):
    """Part of the list: notices of today, of a later day, and of the past."""

    SHOWN = "shown"
    COMING = "coming"
    ENDED = "ended"


class Reach(NamedTuple):
    """How far a notice has come: officers and tablets it is for, and how many of them have it."""

    officers: int
    read: int
    tablets: int
    delivered: int


@dataclass(frozen=True, slots=True)
class NoticeList:
    """One page of the office's notices, the youngest first, and how far each has come."""

    page: KeysetPage[Any]
    notices: tuple[Notice, ...]
    reach: Mapping[str, Reach]
    counts: Mapping[NoticeTab, int]


class OwnNotice(NamedTuple):
    """A notice as one officer is shown it; `read_at`: when the officer said it was read."""

    notice_id: str
    text_vi: str
    text_en: str
    since: datetime
    until: datetime
    read_at: datetime | None


class TabletOf(NamedTuple):
    """A tablet that an officer signs in on; `delivered_at`: since when it has the notice."""

    device_id: str
    label: str
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Addressee:
    """An officer whom a notice is for, with the word in the console and the tablets."""

    officer: Officer
    read_at: datetime | None
    tablets: tuple[TabletOf, ...]

    @property
    def seen_at(self) -> datetime | None:
        """When the officer first had it: read in the console, or stored on a tablet of the officer."""
        found = [self.read_at, *(one.delivered_at for one in self.tablets)]
        return min((one for one in found if one is not None), default=None)


def notice_page(
    session: Session, tenant_id: str, tab: NoticeTab, place: PageStart, now: datetime
) -> NoticeList:
    """Return one page of the notices of a part."""
    query: Select[*tuple[Any, ...]] = select(Notice.notice_id.label("record_id"), Notice).where(
        *_of_office(tenant_id), _in_tab(tab, now)
    )
    order = Order(Notice.tenant_id, Notice.notice_id, Notice.notice_id, is_descending=True)
    page = keyset_page(session, query, order, tenant_id, place, PAGE_SIZE)
    notices = tuple(row.Notice for row in page.rows)
    counted = [func.count().filter(_in_tab(one, now)) for one in NoticeTab]
    counts = session.execute(select(*counted).select_from(Notice).where(*_of_office(tenant_id))).one()
    return NoticeList(
        page, notices, _reach(session, tenant_id, notices), dict(zip(NoticeTab, counts, strict=True))
    )


def shown_now(session: Session, tenant_id: str, now: datetime) -> list[Notice]:
    """Return what the office shows now, the oldest first."""
    query = select(Notice).where(*_of_office(tenant_id), _in_tab(NoticeTab.SHOWN, now))
    return list(session.scalars(query.order_by(Notice.notice_id)))


def find_notice(session: Session, tenant_id: str, notice_id: str) -> Notice | None:
    """Return a notice of the office; one about an officer's own tablet is none."""
    found = session.get(Notice, (tenant_id, notice_id))
    return found if found is not None and found.officer_id is None else None


def own_notices(session: Session, officer: OfficerContext, now: datetime) -> list[OwnNotice]:
    """Return what an officer is shown now, of the own account too: unread ones first, then the youngest."""
    own = sorted(audiences_of(officer.role, officer.agency, officer.scopes))
    reading = and_(
        NoticeReading.tenant_id == Notice.tenant_id,
        NoticeReading.notice_id == Notice.notice_id,
        NoticeReading.officer_id == officer.id,
    )
    query = (
        select(
            Notice.notice_id,
            Notice.text_vi,
            Notice.text_en,
            func.coalesce(Notice.since, Notice.made_at),
            Notice.until,
            NoticeReading.read_at,
        )
        .outerjoin(NoticeReading, reading)
        .where(
            Notice.tenant_id == officer.tenant_id,
            _in_tab(NoticeTab.SHOWN, now),
            or_(
                and_(Notice.officer_id.is_(None), or_(Notice.audience.is_(None), Notice.audience.in_(own))),
                and_(Notice.officer_id == officer.id, Notice.device_id.is_(None)),
            ),
        )
        .order_by(NoticeReading.read_at.is_not(None), Notice.notice_id.desc())
    )
    return [OwnNotice(*row) for row in session.execute(query)]


def addressees(session: Session, notice: Notice) -> list[Addressee]:
    """Return the officers whom a notice is for and those who have had it, by login."""
    tenant_id = notice.tenant_id
    read = {
        officer_id: at
        for officer_id, at in session.execute(
            select(NoticeReading.officer_id, NoticeReading.read_at).where(
                NoticeReading.tenant_id == tenant_id, NoticeReading.notice_id == notice.notice_id
            )
        )
    }
    delivery = and_(
        NoticeDelivery.tenant_id == Device.tenant_id,
        NoticeDelivery.device_id == Device.device_id,
        NoticeDelivery.notice_id == notice.notice_id,
    )
    tablets: dict[str, list[TabletOf]] = {}
    for officer_id, *tablet in session.execute(
        _bindings(tenant_id, Device.label, NoticeDelivery.delivered_at).outerjoin(NoticeDelivery, delivery)
    ):
        tablets.setdefault(officer_id, []).append(TabletOf(*tablet))
    scopes = officers.all_scopes(session, tenant_id)
    return [
        Addressee(one, read.get(one.officer_id), tuple(tablets.get(one.officer_id, ())))
        for one in officers.everyone(session, tenant_id)
        if one.officer_id in read or _is_for(notice, one, scopes.get(one.officer_id, ()))
    ]


def _of_office(tenant_id: str) -> tuple[ColumnElement[bool], ...]:
    return Notice.tenant_id == tenant_id, Notice.officer_id.is_(None)


def _in_tab(tab: NoticeTab, now: datetime) -> ColumnElement[bool]:
    begun = func.coalesce(Notice.since, Notice.made_at)
    return {
        NoticeTab.SHOWN: and_(begun <= now, Notice.until > now),
        NoticeTab.COMING: and_(begun > now, Notice.until > now),
        NoticeTab.ENDED: Notice.until <= now,
    }[tab]


def _is_for(notice: Notice, officer: Officer, scopes: Collection[str]) -> bool:
    if officer.disabled_at is not None:
        return False
    return notice.audience is None or notice.audience in audiences_of(officer.role, officer.agency, scopes)


def _reach(session: Session, tenant_id: str, notices: Collection[Notice]) -> dict[str, Reach]:
    ids = [one.notice_id for one in notices]
    read = _ids_by_notice(
        session,
        select(NoticeReading.notice_id, NoticeReading.officer_id).where(
            NoticeReading.tenant_id == tenant_id, NoticeReading.notice_id.in_(ids)
        ),
    )
    delivered = _ids_by_notice(
        session,
        select(NoticeDelivery.notice_id, NoticeDelivery.device_id).where(
            NoticeDelivery.tenant_id == tenant_id, NoticeDelivery.notice_id.in_(ids)
        ),
    )
    scopes, everyone = officers.all_scopes(session, tenant_id), officers.everyone(session, tenant_id)
    bindings = [(row.officer_id, row.device_id) for row in session.execute(_bindings(tenant_id))]
    found = {}
    for notice in notices:
        own = {one.officer_id for one in everyone if _is_for(notice, one, scopes.get(one.officer_id, ()))}
        tablets = {device_id for officer_id, device_id in bindings if officer_id in own}
        have, said = delivered.get(notice.notice_id, set()), read.get(notice.notice_id, set())
        found[notice.notice_id] = Reach(len(own | said), len(said), len(tablets | have), len(have))
    return found


def _ids_by_notice(session: Session, query: Select[str, str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for notice_id, other_id in session.execute(query):
        found.setdefault(notice_id, set()).add(other_id)
    return found


def _bindings(tenant_id: str, *columns: InstrumentedAttribute[Any]) -> Select[Any]:
    """Return which officer signs in on which tablet in use, with these columns."""
    return (
        select(DeviceOfficer.officer_id, Device.device_id, *columns)
        .join(
            Device,
            and_(Device.tenant_id == DeviceOfficer.tenant_id, Device.device_id == DeviceOfficer.device_id),
        )
        .where(DeviceOfficer.tenant_id == tenant_id, IS_IN_USE)
        .order_by(Device.label, Device.device_id)
    )
