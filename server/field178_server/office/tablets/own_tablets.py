"""Tablets enrolled in an officer's name: the officer is told, and answers "mine" or "not mine"."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.audit.operation_context import Desk
from field178_server.audit.trail import Entry
from field178_server.database.models import Device, DeviceOfficer, Notice, Officer
from field178_server.office.notices.operations import INFO
from field178_shared.errors import AppError, ErrorCode
from field178_shared.text.formats import datetime_text

SHOWN_FOR = timedelta(days=30)
# No account has had so many resets: a binding that carries it is not alive before its officer signs in again.
_ENDED = -1
_VI = (
    "Máy tính bảng “{label}” vừa được đăng ký tên {name} lúc {at}, mã do {issuer} cấp. "
    "Nếu không phải bạn, hãy báo ngay cho quản trị hệ thống để thu hồi máy đó."
)
_EN = (
    "The tablet “{label}” was enrolled in the name of {name} on {at}, with a code issued by {issuer}. "
    "If that was not you, tell the administrator at once, who revokes it."
)
_OPERATOR = ("người vận hành máy chủ", "the operator of the server")


def announce(session: Session, desk: Desk, device: Device, issued_by: str | None) -> None:
    """Tell the officer a tablet is enrolled for, on the console and on the officer's other tablets."""
    now = desk.now()
    name = session.get_one(Officer, (desk.tenant_id, device.user_id)).name
    issuer = None if issued_by is None else session.get(Officer, (desk.tenant_id, issued_by))
    issuer_vi, issuer_en = (issuer.name, issuer.name) if issuer is not None else _OPERATOR
    told = {"label": device.label, "name": name, "at": datetime_text(now)}
    session.add(
        Notice(
            tenant_id=desk.tenant_id,
            notice_id=desk.ids.time_ordered(),
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


def confirm(session: Session, desk: Desk, officer_id: str, device_id: str) -> None:
    """Take the officer's word that the tablet is theirs; raises AppError(not_found)."""
    _answer(session, desk, officer_id, device_id)
    desk.note(session, Entry("device_confirmed", device_id))


def disown(session: Session, desk: Desk, officer_id: str, device_id: str) -> None:
    """End what the tablet may do in the officer's name, until a sign-in there; raises AppError(not_found)."""
    _answer(session, desk, officer_id, device_id)
    binding = session.get(DeviceOfficer, (desk.tenant_id, device_id, officer_id))
    if binding is not None:
        binding.password_resets = _ENDED
    desk.note(session, Entry("device_disowned", device_id))


def _answer(session: Session, desk: Desk, officer_id: str, device_id: str) -> None:
    notice = session.scalars(
        select(Notice).where(
            Notice.tenant_id == desk.tenant_id,
            Notice.officer_id == officer_id,
            Notice.device_id == device_id,
            Notice.until > desk.now(),
        )
    ).one_or_none()
    if notice is None:
        raise AppError(ErrorCode.NOT_FOUND)
    notice.until = desk.now()
