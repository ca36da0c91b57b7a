"""The notices that every tablet is shown now."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from field178_server.models import Notice
from field178_server.models.base import UtcDateTime

_NOW = (
    select(Notice)
    .where(Notice.tenant_id == bindparam("tenant_id"), Notice.until > bindparam("now", type_=UtcDateTime()))
    .order_by(Notice.notice_id)
)


def notices_now(session: Session, tenant_id: str, now: datetime) -> list[Notice]:
    """Return the notices that have not run out, the oldest first."""
    return list(session.scalars(_NOW, {"tenant_id": tenant_id, "now": now}))


def to_wire(notice: Notice) -> dict[str, object]:
    """Return a notice as `hello` tells it."""
    return {
        "id": notice.notice_id,
        "kind": notice.kind,
        "text": {"vi": notice.text_vi, "en": notice.text_en},
    }
