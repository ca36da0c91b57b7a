"""Reprocessing of a tablet's quarantined changes after a grant: one portion at once, the others by a job."""

from __future__ import annotations

from functools import partial

from sqlalchemy.orm import Session

from field178_server.audit.operation_context import OperationContext
from field178_server.database.unit_of_work import run_write
from field178_server.jobs import queue
from field178_server.jobs.run import JobRun
from field178_server.records.batch import Batch
from field178_server.replication.policy.record_validation import declared_types
from field178_server.replication.quarantine.reprocess import FIRST, ChangePosition, run_portion

WAITING_CHANGES = "waiting_changes"


def run_waiting(session: Session, context: OperationContext, device_id: str) -> None:
    """Evaluate a portion of a tablet's quarantined changes again, and queue a job for the others.

    The job uses short transactions, so that other requests need not wait.
    """
    if _run_portion(session, context, device_id, FIRST) is not None:
        queue.add(session, context, WAITING_CHANGES, {"device": device_id})


def run_waiting_changes(run: JobRun) -> None:
    """Run the job: evaluate a tablet's quarantined changes again, in portions.

    An interrupted job starts again with the first portion.
    """
    device_id, place = run.arguments["device"], FIRST
    while True:
        portion = partial(_run_portion, context=run.context, device_id=device_id, after=place)
        after = run_write(run.runtime.engine, portion)
        if after is None:
            return
        run.raise_if_stopped()
        place = after


def _run_portion(
    session: Session, context: OperationContext, device_id: str, after: ChangePosition
) -> ChangePosition | None:
    batch = Batch(session, context.tenant_id, context.clock, context.ids)
    return run_portion(batch, declared_types(), device_id, after)
