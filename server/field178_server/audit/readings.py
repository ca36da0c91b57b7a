"""Audit of opened records: one audit entry per officer, record and local day."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.audit.actions import RECORD_OPENED
from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import AuditEntry
from field178_server.database.models import Audit
from field178_shared.time.clock import local_date, start_of_day


def has_read_today(session: Session, context: OperationContext, record_id: str) -> bool:
    """Return whether the officer opened the record today, according to the audit trail."""
    query = select(Audit.audit_id).where(
        Audit.tenant_id == context.tenant_id,
        Audit.object_id == record_id,
        Audit.at >= start_of_day(local_date(context.now())),
        Audit.action == RECORD_OPENED,
        Audit.actor_id == context.actor.id,
    )
    return session.scalar(query.limit(1)) is not None


def note_reading(session: Session, context: OperationContext, record_id: str, scope: str | None) -> None:
    """Write an audit entry that the officer opened a record."""
    context.note(session, AuditEntry(RECORD_OPENED, record_id, scope))
