"""Queries of notices: notices of the office with their reach, and notices shown to an officer."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, func, or_, select
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
from field178_server.office.notices.tabs import NoticeTab, in_tab, of_office
from field178_server.records.keyset import KeysetPage, Order, PageStart, keyset_page

PAGE_SIZE = 50


class Reach(NamedTuple):
    """Reach of a notice: number of its officers and tablets, and how many of them read or stored it."""

    officers: int
    read: int
    tablets: int
    delivered: int


@dataclass(frozen=True, slots=True)
class NoticeList:
    """A page of the office's notices, newest first, with the reach of each."""

    page: KeysetPage[Any]
    notices: tuple[Notice, ...]
    reach: Mapping[str, Reach]
    counts: Mapping[NoticeTab, int]


class OwnNotice(NamedTuple):
    """A notice as shown to an officer; `read_at`: when the officer marked it as read."""

    notice_id: str
    text_vi: str
    text_en: str
    since: datetime
    until: datetime
    read_at: datetime | None


class TabletOf(NamedTuple):
    """A tablet of an officer; `delivered_at`: when the tablet stored the notice."""

    device_id: str
    label: str
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Addressee:
    """An officer in the audience of a notice, with reading in the console and delivery to tablets."""

    officer: Officer
    read_at: datetime | None
    tablets: tuple[TabletOf, ...]

    @property
    def seen_at(self) -> datetime | None:
        """Earliest instant of reading in the console or of delivery to a tablet of the officer."""
        instants = [self.read_at, *(tablet.delivered_at for tablet in self.tablets)]
        return min((instant for instant in instants if instant is not None), default=None)


def notice_page(
    session: Session, tenant_id: str, tab: NoticeTab, place: PageStart, now: datetime
) -> NoticeList:
    """Return a page of the notices of a tab."""
    query: Select[*tuple[Any, ...]] = select(Notice.notice_id.label("record_id"), Notice).where(
        *of_office(tenant_id), in_tab(tab, now)
    )
    order = Order(Notice.tenant_id, Notice.notice_id, Notice.notice_id, is_descending=True)
    page = keyset_page(session, query, order, tenant_id, place, PAGE_SIZE)
    notices = tuple(row.Notice for row in page.rows)
    counted = [func.count().filter(in_tab(notice_tab, now)) for notice_tab in NoticeTab]
    counts = session.execute(select(*counted).select_from(Notice).where(*of_office(tenant_id))).one()
    return NoticeList(
        page, notices, _reach(session, tenant_id, notices), dict(zip(NoticeTab, counts, strict=True))
    )


def find_notice(session: Session, tenant_id: str, notice_id: str) -> Notice | None:
    """Return a notice of the office by its id; None for a notice to a single officer."""
    notice = session.get(Notice, (tenant_id, notice_id))
    return notice if notice is not None and notice.officer_id is None else None


def own_notices(session: Session, officer: OfficerContext, now: datetime) -> list[OwnNotice]:
    """Return the notices shown to an officer now, also about the own account: unread first, then newest."""
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
            in_tab(NoticeTab.SHOWN, now),
            or_(
                and_(Notice.officer_id.is_(None), or_(Notice.audience.is_(None), Notice.audience.in_(own))),
                and_(Notice.officer_id == officer.id, Notice.device_id.is_(None)),
            ),
        )
        .order_by(NoticeReading.read_at.is_not(None), Notice.notice_id.desc())
    )
    return [OwnNotice(*row) for row in session.execute(query)]


def addressees(session: Session, notice: Notice) -> list[Addressee]:
    """Return the officers in the audience of a notice, and those who have read it, by login."""
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
        Addressee(officer, read.get(officer.officer_id), tuple(tablets.get(officer.officer_id, ())))
        for officer in officers.everyone(session, tenant_id)
        if officer.officer_id in read or _is_for(notice, officer, scopes.get(officer.officer_id, ()))
    ]


def _is_for(notice: Notice, officer: Officer, scopes: Collection[str]) -> bool:
    if officer.disabled_at is not None:
        return False
    return notice.audience is None or notice.audience in audiences_of(officer.role, officer.agency, scopes)


def _reach(session: Session, tenant_id: str, notices: Collection[Notice]) -> dict[str, Reach]:
    ids = [notice.notice_id for notice in notices]
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
    reach = {}
    for notice in notices:
        own = {
            officer.officer_id
            for officer in everyone
            if _is_for(notice, officer, scopes.get(officer.officer_id, ()))
        }
        tablets = {device_id for officer_id, device_id in bindings if officer_id in own}
        have, readers = delivered.get(notice.notice_id, set()), read.get(notice.notice_id, set())
        reach[notice.notice_id] = Reach(len(own | readers), len(readers), len(tablets | have), len(have))
    return reach


def _ids_by_notice(session: Session, query: Select[str, str]) -> dict[str, set[str]]:
    ids: dict[str, set[str]] = {}
    for notice_id, other_id in session.execute(query):
        ids.setdefault(notice_id, set()).add(other_id)
    return ids


def _bindings(tenant_id: str, *columns: InstrumentedAttribute[Any]) -> Select[Any]:
    """Return the query of officers and their tablets in use, with more columns of the tablet."""
    return (
        select(DeviceOfficer.officer_id, Device.device_id, *columns)
        .join(
            Device,
            and_(Device.tenant_id == DeviceOfficer.tenant_id, Device.device_id == DeviceOfficer.device_id),
        )
        .where(DeviceOfficer.tenant_id == tenant_id, IS_IN_USE)
        .order_by(Device.label, Device.device_id)
    )
