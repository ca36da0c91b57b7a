"""Binding of an officer to a tablet, with the changes that were quarantined for want of it."""

from __future__ import annotations

from functools import partial

from sqlalchemy.orm import Session

from field178_server.accounts import officers
from field178_server.audit.operation_context import OperationContext
from field178_server.database.models import Device, Officer
from field178_server.database.unit_of_work import run_write
from field178_server.devices import enrolment
from field178_server.jobs import queue
from field178_server.jobs.run import JobRun
from field178_server.records.batch import Batch
from field178_server.replication.policy.record_validation import declared_types
from field178_server.replication.quarantine.reprocess import FIRST, Position, run_portion
from field178_shared.errors import AppError, ErrorCode

WAITING_CHANGES = "waiting_changes"


def bind_officer(session: Session, context: OperationContext, device_id: str, officer_id: str) -> Officer:
    """Bind an officer to a tablet, return the officer; raises AppError(forbidden) for a role without tablets.

    Changes quarantined because their author was unknown on this tablet are evaluated again: the first
    portion here, more of them by a job, whose transactions others need not wait for.
    """
    officer = session.get_one(Officer, (context.tenant_id, officer_id))
    device = session.get_one(Device, (context.tenant_id, device_id), with_for_update={"key_share": True})
    if officer.role not in officers.field_roles(context.lists):
        raise AppError(ErrorCode.FORBIDDEN)
    enrolment.bind_officer(session, context, device, officer)
    if _run_portion(session, context, device_id, FIRST) is not None:
        queue.add(session, context, WAITING_CHANGES, {"device": device_id})
    return officer


def run_waiting_changes(run: JobRun) -> None:
    """Evaluate what waits on a tablet again, in portions; one that was cut off begins anew."""
    device_id, place = run.arguments["device"], FIRST
    while True:
        portion = partial(_run_portion, context=run.context, device_id=device_id, after=place)
        after = run_write(run.runtime.engine, portion)
        if after is None:
            return
        run.raise_if_stopped()
        place = after


def _run_portion(
    session: Session, context: OperationContext, device_id: str, after: Position
) -> Position | None:
    batch = Batch(session, context.tenant_id, context.clock, context.ids)
    return run_portion(batch, declared_types(), device_id, after)
