"""Access to a stored webhook: locked row, refused messages, audit entry."""

from __future__ import annotations

from sqlalchemy import ColumnElement, delete
from sqlalchemy.orm import Session

from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import AuditEntry
from field178_server.database.models import Webhook, WebhookRefused
from field178_shared.errors import AppError, ErrorCode


def locked_webhook(session: Session, context: OperationContext, webhook_id: str) -> Webhook:
    """Return a webhook with its row locked; raises AppError(not_found)."""
    row = session.get(Webhook, (context.tenant_id, webhook_id), with_for_update=True)
    if row is None:
        raise AppError(ErrorCode.NOT_FOUND, webhook=webhook_id)
    return row


def forget_refused(session: Session, tenant_id: str, webhook_id: str, which: ColumnElement[bool]) -> None:
    """Delete the refused messages of a webhook that meet a condition."""
    session.execute(
        delete(WebhookRefused).where(
            WebhookRefused.tenant_id == tenant_id, WebhookRefused.webhook_id == webhook_id, which
        )
    )


def audit(
    session: Session,
    context: OperationContext,
    action: str,
    webhook_id: str,
    **details: str | int | None,
) -> None:
    """Write an action on a webhook into the audit trail."""
    context.note(session, AuditEntry(action, webhook_id, details=details))
