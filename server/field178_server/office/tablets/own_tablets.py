"""Tablets enrolled in an officer's name: the officer is told, and answers "mine" or "not mine"."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import AuditEntry
from field178_server.database.models import DeviceOfficer, Notice
from field178_shared.errors import AppError, ErrorCode

# No account has had so many resets: a binding that carries it is not alive before its officer signs in again.
_ENDED = -1


def confirm(session: Session, context: OperationContext, officer_id: str, device_id: str) -> None:
    """Take the officer's word that the tablet is theirs; raises AppError(not_found)."""
    _answer(session, context, officer_id, device_id)
    context.note(session, AuditEntry("device_confirmed", device_id))


def disown(session: Session, context: OperationContext, officer_id: str, device_id: str) -> None:
    """End what the tablet may do in the officer's name, until a sign-in there; raises AppError(not_found)."""
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
