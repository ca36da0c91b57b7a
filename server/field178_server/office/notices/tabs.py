"""Tabs of the office's notices: shown now, coming, ended."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from field178_server.database.tables.notice import Notice


class NoticeTab(StrEnum):
    """Tab of the list: shown now, coming, or ended."""

    SHOWN = "shown"
    COMING = "coming"
    ENDED = "ended"


def shown_now(session: Session, tenant_id: str, now: datetime) -> list[Notice]:
    """Return the office's notices that are shown now, oldest first."""
    query = select(Notice).where(*of_office(tenant_id), in_tab(NoticeTab.SHOWN, now))
    return list(session.scalars(query.order_by(Notice.notice_id)))


def of_office(tenant_id: str) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of notices of the office, not to a single officer."""
    return Notice.tenant_id == tenant_id, Notice.officer_id.is_(None)


def in_tab(tab: NoticeTab, now: datetime) -> ColumnElement[bool]:
    """Return the condition of notices in a tab at an instant."""
    begun = func.coalesce(Notice.since, Notice.made_at)
    return {
        NoticeTab.SHOWN: and_(begun <= now, Notice.until > now),
        NoticeTab.COMING: and_(begun > now, Notice.until > now),
        NoticeTab.ENDED: Notice.until <= now,
    }[tab]
