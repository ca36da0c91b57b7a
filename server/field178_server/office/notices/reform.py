"""Notice of an administrative reform, in which records move to other units and leave tablets."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from field178_server.audit.operation_context import OperationContext
from field178_server.database.models import Notice
from field178_server.database.tables.notice import REFORM
from field178_server.office.notices.operations import Announcement, NoticeText, announce
from field178_shared.errors import AppError

ANNOUNCED_FOR = timedelta(days=30)
_RENEWED_WITHIN = timedelta(days=14)
_WORDING = NoticeText(
    vi="Sắp xếp đơn vị hành chính: văn phòng chuyển cơ sở sang xã mới. Máy tự nhận lại cơ sở của mình.",
    en="Administrative reform: establishments are moved to the new communes. Tablets get theirs again.",
)


def announce_reform(session: Session, context: OperationContext) -> None:
    """Announce a reform to all officers, unless such a notice is shown for two more weeks.

    Also for few moved records: a tablet that was offline for long gets many moves at once (protocol R12.12).
    """
    is_announced = select(
        exists().where(
            Notice.tenant_id == context.tenant_id,
            Notice.kind == REFORM,
            Notice.audience.is_(None),
            Notice.officer_id.is_(None),
            Notice.until > context.now() + _RENEWED_WITHIN,
        )
    )
    if session.scalar(is_announced):
        return
    # If there are too many notices, the tablets' mass deletion guard asks the officers instead.
    with suppress(AppError):
        announce(session, context, Announcement(REFORM, _WORDING, context.now() + ANNOUNCED_FOR))
