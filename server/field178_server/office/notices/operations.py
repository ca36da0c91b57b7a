"""Operations on notices: announce, withdraw, mark as read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from field178_server.accounts.audience import audiences_of
from field178_server.accounts.officers import OfficerContext
from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import AuditEntry
from field178_server.database.models import Notice, NoticeReading, Scope
from field178_server.database.tables.notice import MAX_SHOWN
from field178_server.records.access import oversees
from field178_shared.codelists import CodeLists
from field178_shared.errors import AppError, ErrorCode
from field178_shared.text.normalisation import nfc
from field178_shared.time.clock import local_date

MAX_TEXT = 500
_SHOWN_AFTER_READING = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class NoticeText:
    """Text of a notice in both languages."""

    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class Announcement:
    """A new notice; without `since` it is shown at once, without `audience` to all officers.

    `is_automatic`: the server's, about what an officer did. It has no author, and no limit keeps it back.
    """

    kind: str
    wording: NoticeText
    until: datetime
    since: datetime | None = None
    audience: str | None = None
    is_automatic: bool = False


def announce(session: Session, context: OperationContext, announcement: Announcement) -> Notice:
    """Store a notice, which console and tablets (from their next exchange) show until it expires.

    Raises AppError for an empty or too long text, an unknown audience, an end before the start, or too many
    notices.
    """
    _refuse_unfit(announcement.wording)
    _refuse_audience(session, context, announcement.audience)
    now = context.now()
    if announcement.until <= max(now, announcement.since or now):
        raise AppError(ErrorCode.END_BEFORE_START, path="until")
    shown = select(func.count()).where(
        Notice.tenant_id == context.tenant_id, Notice.until > now, Notice.officer_id.is_(None)
    )
    if not announcement.is_automatic and (session.scalar(shown) or 0) >= MAX_SHOWN:
        raise AppError(ErrorCode.TOO_LARGE, limit=MAX_SHOWN, unit="notices")
    notice = Notice(
        tenant_id=context.tenant_id,
        notice_id=context.ids.time_ordered(),
        kind=announcement.kind,
        audience=announcement.audience,
        text_vi=nfc(announcement.wording.vi),
        text_en=nfc(announcement.wording.en),
        made_by=None if announcement.is_automatic else context.actor.id,
        made_at=now,
        since=announcement.since,
        until=announcement.until,
    )
    session.add(notice)
    details = {"kind": announcement.kind, "audience": announcement.audience}
    context.note(session, AuditEntry("notice_announced", notice.notice_id, details=details))
    return notice


def withdraw(session: Session, context: OperationContext, notice_id: str) -> None:
    """End a notice now; it stays in the store.

    AppError(forbidden) for an officer who ends what the server tells oversight: it may be about that officer.
    """
    notice = session.get(Notice, (context.tenant_id, notice_id))
    if notice is None:
        raise AppError(ErrorCode.NOT_FOUND, notice=notice_id)
    if context.actor.kind == "officer" and tells_oversight(notice, context.lists):
        raise AppError(ErrorCode.FORBIDDEN, notice=notice_id)
    notice.until = min(notice.until, context.now())
    context.note(session, AuditEntry("notice_withdrawn", notice_id))


def tells_oversight(notice: Notice, lists: CodeLists) -> bool:
    """Return whether a notice is the server's to a role of oversight."""
    kind, _, name = (notice.audience or "").partition(":")
    return notice.made_by is None and kind == "role" and oversees(name, lists)


def mark_read(session: Session, context: OperationContext, officer: OfficerContext, notice_id: str) -> None:
    """Store that an officer has read a notice; raises AppError(not_found) for a notice to others.

    A notice to one officer ends some days after it was read.
    """
    notice = session.get(Notice, (context.tenant_id, notice_id))
    if notice is None or not _is_for(notice, officer):
        raise AppError(ErrorCode.NOT_FOUND, notice=notice_id)
    key = (context.tenant_id, notice_id, officer.id)
    if session.get(NoticeReading, key) is None:
        session.add(
            NoticeReading(
                tenant_id=context.tenant_id,
                notice_id=notice_id,
                officer_id=officer.id,
                read_at=context.now(),
            )
        )
        if notice.officer_id is not None:
            notice.until = min(notice.until, context.now() + _SHOWN_AFTER_READING)


def _is_for(notice: Notice, officer: OfficerContext) -> bool:
    if notice.officer_id is not None:
        return notice.officer_id == officer.id and notice.device_id is None
    return notice.audience in {None, *audiences_of(officer.role, officer.agency, officer.scopes)}


def _refuse_unfit(wording: NoticeText) -> None:
    for language, text in (("vi", wording.vi), ("en", wording.en)):
        if not text.strip():
            raise AppError(ErrorCode.REQUIRED, path=language)
        if len(text) > MAX_TEXT:
            raise AppError(ErrorCode.TOO_LONG, path=language, limit=MAX_TEXT)


def _refuse_audience(session: Session, context: OperationContext, audience: str | None) -> None:
    kind, _, name = (audience or "").partition(":")
    is_known = (
        audience is None
        or (kind == "role" and name in context.lists.roles)
        or (kind == "agency" and name in context.lists.agencies.on(local_date(context.now())))
        or (kind == "team" and session.get(Scope, (context.tenant_id, audience)) is not None)
    )
    if not is_known:
        raise AppError(ErrorCode.BAD_REQUEST, audience=audience)
