"""Current notices of a tablet: those for everybody, for its teams, and for its officers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BindParameter, Integer, and_, bindparam, cast, exists, literal, or_, select
from sqlalchemy.orm import Session

from field178_server.database import engine as database
from field178_server.database.declarative_base import UtcDateTime, table_of
from field178_server.database.fast import bulk
from field178_server.database.fast.prepared import Prepared
from field178_server.database.models import Notice, NoticeDelivery, Officer
from field178_server.database.tables.notice import MAX_SHOWN
from field178_server.devices.context import DeviceContext

_TENANT: BindParameter[str] = bindparam("tenant_id")
_DEVICE: BindParameter[str] = bindparam("device_id")
_OFFICERS: BindParameter[str] = bindparam("officer_ids")
_IS_FOR_ITS_OFFICER = and_(database.among(Notice.officer_id, _OFFICERS), Notice.device_id != _DEVICE)
_NAMES_OFFICERS = exists().where(
    Officer.tenant_id == _TENANT,
    database.among(Officer.officer_id, _OFFICERS),
    or_(
        Notice.audience == literal("role:") + Officer.role,
        Notice.audience == literal("agency:") + Officer.agency,
    ),
)
_IS_FOR_ALL_OF_IT = and_(
    Notice.officer_id.is_(None),
    or_(Notice.audience.is_(None), database.among(Notice.audience, bindparam("scopes")), _NAMES_OFFICERS),
)
_IS_DELIVERED = exists().where(
    NoticeDelivery.tenant_id == _TENANT,
    NoticeDelivery.notice_id == Notice.notice_id,
    NoticeDelivery.device_id == _DEVICE,
)
_NOW = Prepared(
    select(
        Notice.notice_id,
        Notice.kind,
        Notice.text_vi,
        Notice.text_en,
        cast(_IS_DELIVERED, Integer).label("is_delivered"),
        Notice.officer_id,
    ).where(
        Notice.tenant_id == _TENANT,
        Notice.until > bindparam("now", type_=UtcDateTime()),
        or_(Notice.since.is_(None), Notice.since <= bindparam("now", type_=UtcDateTime())),
        or_(_IS_FOR_ALL_OF_IT, _IS_FOR_ITS_OFFICER),
    )
)


class NoticeNow(NamedTuple):
    """A current notice; `is_delivered`: the tablet has confirmed that it stored the notice."""

    notice_id: str
    kind: str
    text_vi: str
    text_en: str
    is_delivered: int


def notices_now(session: Session, tenant_id: str, now: datetime, device: DeviceContext) -> list[NoticeNow]:
    """Return the current notices of a tablet (started, not expired), the oldest first."""
    values = {
        "tenant_id": tenant_id,
        "now": bulk.stored_instant(session.connection(), now),
        "device_id": device.id,
        "officer_ids": sorted(device.users),
        "scopes": sorted(device.scopes),
    }
    # Limited here: for an order with a limit SQLite would open a temporary database at each exchange.
    newest_first = sorted(_NOW.rows(session, values), reverse=True)
    # Notices to a single officer never displace those of the office from the limit.
    newest_first.sort(key=lambda row: row[-1] is not None)
    return sorted(NoticeNow(*row[:-1]) for row in newest_first[:MAX_SHOWN])


def note_delivered(
    session: Session, tenant_id: str, device_id: str, notice_ids: Iterable[str], at: datetime
) -> None:
    """Store the delivery of notices to a tablet; an earlier delivery time is kept."""
    connection = session.connection()
    stored = bulk.stored_instant(connection, at)
    columns = ("tenant_id", "notice_id", "device_id", "delivered_at")
    rows = [(tenant_id, notice_id, device_id, stored) for notice_id in notice_ids]
    bulk.upsert(connection, table_of(NoticeDelivery), columns, rows, keep=("delivered_at",))


def to_wire(notice: NoticeNow) -> dict[str, object]:
    """Return a notice as a member of the `hello` frame."""
    return {
        "id": notice.notice_id,
        "kind": notice.kind,
        "text": {"vi": notice.text_vi, "en": notice.text_en},
    }
