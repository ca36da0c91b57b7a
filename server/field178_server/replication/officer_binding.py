"""Binding of an officer to a tablet, and reprocessing of changes quarantined without it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from field178_server.accounts import officers
from field178_server.audit.operation_context import OperationContext
from field178_server.database.models import Device, Officer
from field178_server.devices import enrolment
from field178_server.replication.quarantine.waiting import run_waiting
from field178_shared.errors import AppError, ErrorCode


def bind_officer(session: Session, context: OperationContext, device_id: str, officer_id: str) -> Officer:
    """Bind an officer to a tablet, return the officer; raise AppError(forbidden) for a role without tablets.

    Changes quarantined because their author was unknown on this tablet are evaluated again.
    """
    officer = session.get_one(Officer, (context.tenant_id, officer_id))
    device = session.get_one(Device, (context.tenant_id, device_id), with_for_update={"key_share": True})
    if officer.role not in officers.field_roles(context.lists):
        raise AppError(ErrorCode.FORBIDDEN)
    enrolment.bind_officer(session, context, device, officer)
    run_waiting(session, context, device_id)
    return officer
