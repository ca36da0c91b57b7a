"""The notices that every tablet is shown now."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from field178_server import database
from field178_server.models import Notice
from field178_server.models.base import UtcDateTime
from field178_server.prepared import Prepared

_NOW = Prepared(
    select(Notice.notice_id, Notice.kind, Notice.text_vi, Notice.text_en, Notice.until)
    .where(Notice.tenant_id == bindparam("tenant_id"), Notice.until > bindparam("now", type_=UtcDateTime()))
    .order_by(Notice.notice_id)
)


class NoticeNow(NamedTuple):
    """A notice that is shown."""

    notice_id: str
    kind: str
    text_vi: str
    text_en: str
    until: datetime


def notices_now(session: Session, tenant_id: str, now: datetime) -> list[NoticeNow]:
    """Return the notices that have not run out, the oldest first."""
    at = database.stored_instant(session.connection(), now)
    return [NoticeNow(*row) for row in _NOW.rows(session, {"tenant_id": tenant_id, "now": at})]


def to_wire(notice: NoticeNow) -> dict[str, object]:
    """Return a notice as `hello` tells it."""
    return {
        "id": notice.notice_id,
        "kind": notice.kind,
        "text": {"vi": notice.text_vi, "en": notice.text_en},
    }
