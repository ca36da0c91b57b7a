"""Operations on notices to every tablet: announcement and withdrawal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import AuditEntry
from field178_server.database.models import Notice
from field178_server.database.models.notice import MAX_SHOWN
from field178_shared.errors import AppError, ErrorCode
from field178_shared.text.normalisation import nfc

MAX_TEXT = 500


@dataclass(frozen=True, slots=True)
class NoticeText:
    """A notice in both languages."""

    vi: str
    en: str


def announce(
    session: Session, context: OperationContext, kind: str, wording: NoticeText, lasts: timedelta
) -> Notice:
    """Show a notice on every tablet from its next exchange until it runs out."""
    _refuse_unfit(wording)
    now = context.now()
    shown = select(func.count()).where(
        Notice.tenant_id == context.tenant_id, Notice.until > now, Notice.officer_id.is_(None)
    )
    if (session.scalar(shown) or 0) >= MAX_SHOWN:
        raise AppError(ErrorCode.TOO_LARGE, limit=MAX_SHOWN, unit="notices")
    notice = Notice(
        tenant_id=context.tenant_id,
        notice_id=context.ids.time_ordered(),
        kind=kind,
        text_vi=nfc(wording.vi),
        text_en=nfc(wording.en),
        made_at=now,
        until=now + lasts,
    )
    session.add(notice)
    context.note(session, AuditEntry("notice_announced", notice.notice_id, details={"kind": kind}))
    return notice


def withdraw(session: Session, context: OperationContext, notice_id: str) -> None:
    """Take a notice down at once; it stays in the store."""
    notice = session.get(Notice, (context.tenant_id, notice_id))
    if notice is None:
        raise AppError(ErrorCode.NOT_FOUND, notice=notice_id)
    notice.until = min(notice.until, context.now())
    context.note(session, AuditEntry("notice_withdrawn", notice_id))


def _refuse_unfit(wording: NoticeText) -> None:
    for language, text in (("vi", wording.vi), ("en", wording.en)):
        if not text.strip():
            raise AppError(ErrorCode.REQUIRED, path=language)
        if len(text) > MAX_TEXT:
            raise AppError(ErrorCode.TOO_LONG, path=language, limit=MAX_TEXT)
