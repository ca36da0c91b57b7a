"""Notice of an undone import, after which its establishments leave tablets."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from sqlalchemy.orm import Session

from field178_server.audit.operation_context import OperationContext
from field178_server.database.tables.notice import REMOVAL
from field178_server.office.notices.operations import Announcement, NoticeText, announce
from field178_shared.errors import AppError

ANNOUNCED_FOR = timedelta(days=14)


def announce_removal(session: Session, context: OperationContext, count: int) -> None:
    """Announce to all officers that so many establishments leave the register."""
    wording = NoticeText(
        vi=f"Văn phòng hoàn tác một lần nhập danh sách: {count} cơ sở vừa nhập được gỡ khỏi sổ.",
        en=f"The office undoes an import: {count} establishments leave the register again.",
    )
    # If there are too many notices, the tablets' mass deletion guard asks the officers instead.
    with suppress(AppError):
        announce(session, context, Announcement(REMOVAL, wording, context.now() + ANNOUNCED_FOR))
