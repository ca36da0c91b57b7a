"""Current notices of a tablet: those for every tablet, and those for its officers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import Session

from field178_server.database import engine as database
from field178_server.database.declarative_base import UtcDateTime
from field178_server.database.models import Notice
from field178_server.database.models.notice import MAX_SHOWN
from field178_server.database.prepared import Prepared

_IS_FOR_ITS_OFFICER = and_(
    database.among(Notice.officer_id, bindparam("officer_ids")),
    Notice.device_id != bindparam("device_id"),
)
# Those for every tablet first: notices for one officer never push out what the office tells all.
_NOW = Prepared(
    select(Notice.notice_id, Notice.kind, Notice.text_vi, Notice.text_en, Notice.until)
    .where(
        Notice.tenant_id == bindparam("tenant_id"),
        Notice.until > bindparam("now", type_=UtcDateTime()),
        or_(Notice.officer_id.is_(None), _IS_FOR_ITS_OFFICER),
    )
    .order_by(Notice.officer_id.is_not(None), Notice.notice_id.desc())
    .limit(MAX_SHOWN)
)


class NoticeNow(NamedTuple):
    """A notice that is shown."""

    notice_id: str
    kind: str
    text_vi: str
    text_en: str
    until: datetime


def notices_now(
    session: Session, tenant_id: str, now: datetime, device_id: str = "", officer_ids: Iterable[str] = ()
) -> list[NoticeNow]:
    """Return the notices that have not run out, the oldest first; without a tablet those for every one."""
    values = {
        "tenant_id": tenant_id,
        "now": database.stored_instant(session.connection(), now),
        "device_id": device_id,
        "officer_ids": sorted(officer_ids),
    }
    return sorted(NoticeNow(*row) for row in _NOW.rows(session, values))


def to_wire(notice: NoticeNow) -> dict[str, object]:
    """Return a notice as `hello` tells it."""
    return {
        "id": notice.notice_id,
        "kind": notice.kind,
        "text": {"vi": notice.text_vi, "en": notice.text_en},
    }
