"""Tablets enrolled in an officer's name, which the officer confirms or disowns."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import AuditEntry
from field178_server.database.models import Device, DeviceOfficer, EnrolmentCode, Notice, Officer
from field178_shared.errors import AppError, ErrorCode

# Number of password resets that no account has: the binding is inactive until the officer signs in again.
_ENDED = -1


def confirm(session: Session, context: OperationContext, officer_id: str, device_id: str) -> None:
    """Confirm a tablet as the officer's own; raises AppError(not_found) without an open question."""
    _answer(session, context, officer_id, device_id)
    context.note(session, AuditEntry("device_confirmed", device_id))


def disown(session: Session, context: OperationContext, officer_id: str, device_id: str) -> None:
    """Deactivate an officer's binding to a tablet until a sign-in there; raises AppError(not_found)."""
    _answer(session, context, officer_id, device_id)
    binding = session.get(DeviceOfficer, (context.tenant_id, device_id, officer_id))
    if binding is not None:
        binding.password_resets = _ENDED
    context.note(session, AuditEntry("device_disowned", device_id))


def _answer(session: Session, context: OperationContext, officer_id: str, device_id: str) -> None:
    notice = session.scalars(
        select(Notice).where(
            Notice.tenant_id == context.tenant_id,
            Notice.officer_id == officer_id,
            Notice.device_id == device_id,
            Notice.until > context.now(),
        )
    ).one_or_none()
    if notice is None:
        raise AppError(ErrorCode.NOT_FOUND)
    notice.until = context.now()


class OwnTablet(NamedTuple):
    """An enrolled tablet; `issuer`: name of the code's issuer, None: the operator of the server."""

    device_id: str
    label: str
    enrolled_at: datetime
    issuer: str | None


def unanswered_tablets(
    session: Session, tenant_id: str, officer_id: str, now: datetime
) -> tuple[OwnTablet, ...]:
    """Return the tablets that an officer has not confirmed or disowned yet, latest first."""
    code = and_(
        EnrolmentCode.tenant_id == Device.tenant_id,
        EnrolmentCode.device_id == Device.device_id,
        EnrolmentCode.public_key == Device.public_key,
    )
    issuer = and_(Officer.tenant_id == Device.tenant_id, Officer.officer_id == EnrolmentCode.issued_by)
    query = (
        select(Device.device_id, Device.label, Device.enrolled_at, Officer.name)
        .join(Notice, and_(Notice.tenant_id == Device.tenant_id, Notice.device_id == Device.device_id))
        .join(EnrolmentCode, code)
        .outerjoin(Officer, issuer)
        .where(Notice.tenant_id == tenant_id, Notice.officer_id == officer_id, Notice.until > now)
        .order_by(Notice.notice_id.desc())
    )
    return tuple(OwnTablet(*row) for row in session.execute(query))
