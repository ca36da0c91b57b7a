"""The notice to an officer that a tablet was enrolled in the officer's name."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from field178_server.audit.operation_context import OperationContext
from field178_server.database.models import Device, Notice, Officer
from field178_server.database.models.notice import INFO
from field178_shared.text.formats import datetime_text

SHOWN_FOR = timedelta(days=30)
_VI = (
    "Máy tính bảng “{label}” vừa được đăng ký tên {name} lúc {at}, mã do {issuer} cấp. "
    "Nếu không phải bạn, hãy báo ngay cho quản trị hệ thống để thu hồi máy đó."
)
_EN = (
    "The tablet “{label}” was enrolled in the name of {name} on {at}, with a code issued by {issuer}. "
    "If that was not you, tell the administrator at once, who revokes it."
)
_OPERATOR = ("người vận hành máy chủ", "the operator of the server")


def announce(session: Session, context: OperationContext, device: Device, issued_by: str | None) -> None:
    """Tell the officer a tablet is enrolled for, on the console and on the officer's other tablets."""
    now = context.now()
    name = session.get_one(Officer, (context.tenant_id, device.user_id)).name
    issuer = None if issued_by is None else session.get(Officer, (context.tenant_id, issued_by))
    issuer_vi, issuer_en = (issuer.name, issuer.name) if issuer is not None else _OPERATOR
    told = {"label": device.label, "name": name, "at": datetime_text(now)}
    session.add(
        Notice(
            tenant_id=context.tenant_id,
            notice_id=context.ids.time_ordered(),
            kind=INFO,
            officer_id=device.user_id,
            device_id=device.device_id,
            text_vi=_VI.format(**told, issuer=issuer_vi),
            text_en=_EN.format(**told, issuer=issuer_en),
            made_at=now,
            until=now + SHOWN_FOR,
        )
    )
    session.flush()
