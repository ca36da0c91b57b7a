"""Decisions of retention: a run requested by one officer and confirmed by another, and holds of records."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.accounts import officers
from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import AuditEntry
from field178_server.database.models import LegalHold, Officer, Record, RetentionRun
from field178_server.jobs import queue
from field178_server.office.retention.due_records import count_due, due_among, ids_after, stored_records
from field178_server.office.retention.extent import DueCountsByRow, wire_of
from field178_server.office.retention.other_data import count_others
from field178_server.office.retention.periods import digest_of, periods_on
from field178_server.runtime import Runtime
from field178_shared.codelists import CodeLists
from field178_shared.errors import AppError, ErrorCode
from field178_shared.time.clock import local_date

RETENTION = "retention"
RUN_ID = "run_id"
# The privacy officer, and the leader who answers for the office.
RIGHTS = frozenset({"run_retention", "sign_off_report"})
HOLD_REASONS = "hold_reason"


def dry_run(session: Session, runtime: Runtime, context: OperationContext) -> DueCountsByRow:
    """Count what a run of today would remove and what is held; nothing is changed or locked."""
    periods = periods_on(context.lists, local_date(context.now()))
    extents: DueCountsByRow = {}
    after = ""
    while record_ids := ids_after(session, context.tenant_id, after):
        records = stored_records(session, context.tenant_id, record_ids)
        for due in due_among(session, context.tenant_id, periods, records):
            count_due(extents, due)
        after = record_ids[-1]
    return extents | count_others(session, runtime, periods)


def request(session: Session, runtime: Runtime, context: OperationContext, by: str) -> str:
    """Request a run with its dry run; nothing is removed until another officer confirms. Return its id."""
    officer = _officer(session, context, by)
    if unfinished(session, context.tenant_id) is not None:
        raise AppError(ErrorCode.LOCKED)
    day, run_id = local_date(context.now()), context.ids.time_ordered()
    extents = dry_run(session, runtime, context)
    run = RetentionRun(
        tenant_id=context.tenant_id,
        run_id=run_id,
        on_day=day,
        periods=digest_of(periods_on(context.lists, day)),
        extent=json.dumps(wire_of(extents), sort_keys=True),
        requested_by=officer.officer_id,
        requested_at=context.now(),
    )
    session.add(run)
    session.flush()
    context.note(session, _entry("retention_requested", run, officer))
    return run_id


def confirm(session: Session, context: OperationContext, run_id: str, by: str, seen: datetime) -> str:
    """Confirm a run as another officer than who requested it; queue and return its job.

    Raises AppError(revision_changed) for another request than the `seen` one, or if the periods changed.
    """
    officer = _officer(session, context, by)
    run = _requested(session, context, run_id)
    if officer.officer_id == run.requested_by:
        raise AppError(ErrorCode.SECOND_PERSON_NEEDED)
    if run.requested_at != seen or run.periods != digest_of(periods_on(context.lists, run.on_day)):
        raise AppError(ErrorCode.REVISION_CHANGED)
    run.confirmed_by, run.confirmed_at = officer.officer_id, context.now()
    run.job_id = queue.add(session, context, RETENTION, {RUN_ID: run_id})
    context.note(session, _entry("retention_confirmed", run, officer))
    return run.job_id


def resume(session: Session, context: OperationContext, run_id: str, by: str) -> None:
    """Queue the job of a confirmed run again after it was stopped or failed."""
    officer = _officer(session, context, by)
    run = session.get(RetentionRun, (context.tenant_id, run_id), with_for_update=True)
    if run is None or run.confirmed_at is None or run.proved_at is not None:
        raise AppError(ErrorCode.NOT_FOUND)
    if queue.under_way(session, context.tenant_id, RETENTION) is None:
        run.job_id = queue.add(session, context, RETENTION, {RUN_ID: run_id})
        context.note(session, _entry("retention_resumed", run, officer))


def cancel(session: Session, context: OperationContext, run_id: str, by: str) -> None:
    """Withdraw the own request, or refuse that of another officer; nothing is removed."""
    officer = _officer(session, context, by)
    run = _requested(session, context, run_id)
    is_own = run.requested_by == officer.officer_id
    context.note(session, _entry("retention_withdrawn" if is_own else "retention_refused", run, officer))
    session.delete(run)


def hold(session: Session, context: OperationContext, record_id: str, by: str, reason: str) -> None:
    """Hold a record: no retention run removes anything of it until the hold is released."""
    officer = _officer(session, context, by)
    if reason not in context.lists.choice_ids(HOLD_REASONS):
        raise AppError(ErrorCode.UNKNOWN_CHOICE, path="reason")
    record = session.get(Record, (context.tenant_id, record_id))
    if record is None or record.subject_id is not None:
        raise AppError(ErrorCode.NOT_FOUND, record=record_id)
    if _open_hold(session, context.tenant_id, record_id) is not None:
        raise AppError(ErrorCode.LOCKED, record=record_id)
    session.add(
        LegalHold(
            tenant_id=context.tenant_id,
            hold_id=context.ids.time_ordered(),
            record_id=record_id,
            reason=reason,
            set_by=officer.officer_id,
            set_at=context.now(),
        )
    )
    details = {"officer": officer.officer_id, "reason": reason}
    context.note(session, AuditEntry("record_hold_set", record_id, record.scope, details))


def release(session: Session, context: OperationContext, hold_id: str, by: str) -> None:
    """Release a hold, as another officer than who set it: a hold protects somebody's complaint."""
    officer = _officer(session, context, by)
    row = session.get(LegalHold, (context.tenant_id, hold_id), with_for_update=True)
    if row is None or row.released_at is not None:
        raise AppError(ErrorCode.NOT_FOUND)
    if row.set_by == officer.officer_id:
        raise AppError(ErrorCode.SECOND_PERSON_NEEDED)
    row.released_by, row.released_at = officer.officer_id, context.now()
    context.note(
        session, AuditEntry("record_hold_released", row.record_id, details={"officer": officer.officer_id})
    )


def unfinished(session: Session, tenant_id: str) -> RetentionRun | None:
    """Return the run that is requested or under way, or None."""
    query = select(RetentionRun).where(RetentionRun.tenant_id == tenant_id, RetentionRun.proved_at.is_(None))
    return session.scalars(query.limit(1)).first()


def may_decide(officer: Officer, lists: CodeLists) -> bool:
    """Return whether an officer may request and confirm runs: enabled and with one of the rights."""
    role = lists.roles.get(officer.role)
    return officer.disabled_at is None and role is not None and bool(RIGHTS & set(role.rights))


def _officer(session: Session, context: OperationContext, by: str) -> Officer:
    officer = officers.by_login_or_id(session, context.tenant_id, by)
    if not may_decide(officer, context.lists):
        raise AppError(ErrorCode.FORBIDDEN, officer=officer.officer_id)
    return officer


def _requested(session: Session, context: OperationContext, run_id: str) -> RetentionRun:
    run = session.get(RetentionRun, (context.tenant_id, run_id), with_for_update=True)
    if run is None or run.confirmed_at is not None:
        raise AppError(ErrorCode.NOT_FOUND)
    return run


def _open_hold(session: Session, tenant_id: str, record_id: str) -> LegalHold | None:
    query = select(LegalHold).where(
        LegalHold.tenant_id == tenant_id, LegalHold.record_id == record_id, LegalHold.released_at.is_(None)
    )
    return session.scalars(query.limit(1)).first()


def _entry(action: str, run: RetentionRun, officer: Officer) -> AuditEntry:
    return AuditEntry(action, run.run_id, details={"officer": officer.officer_id})
