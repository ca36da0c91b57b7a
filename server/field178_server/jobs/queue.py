"""The queue of jobs: add a job, request its stop, read states."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import AuditEntry
from field178_server.database.models import Job, Tenant
from field178_server.records.keyset import KeysetPage, Order, PageStart, keyset_page
from field178_shared.errors import AppError, ErrorCode

PAGE_SIZE = 50

Arguments: TypeAlias = Mapping[str, str]
Outcome: TypeAlias = Mapping[str, object]


class JobState(StrEnum):
    """State of a job; the last three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        """Return whether the job has ended."""
        return self not in (JobState.QUEUED, JobState.RUNNING)


@dataclass(frozen=True, slots=True)
class JobRow:
    """A row of the job list."""

    job_id: str
    kind: str
    arguments: Arguments
    state: JobState
    done_count: int
    total_count: int
    is_stop_wanted: bool
    outcome: Outcome
    queued_by: str | None
    queued_at: datetime
    ended_at: datetime | None


def add(session: Session, context: OperationContext, kind: str, arguments: Arguments) -> str:
    """Queue a job and return its id; `arguments` contain only ids and digests."""
    job_id = context.ids.time_ordered()
    session.add(
        Job(
            tenant_id=context.tenant_id,
            job_id=job_id,
            kind=kind,
            arguments=json.dumps(dict(arguments), sort_keys=True),
            queued_by=context.actor.id,
            queued_at=context.now(),
        )
    )
    context.note(session, AuditEntry("job_queued", job_id, details={"kind": kind}))
    return job_id


def add_once(session: Session, context: OperationContext, kind: str) -> str:
    """Queue a job unless one of its kind is queued or running; return the id of the job."""
    # A concurrent call waits here, and then returns the job of the first.
    session.get_one(Tenant, context.tenant_id, with_for_update=True)
    return under_way(session, context.tenant_id, kind) or add(session, context, kind, {})


def under_way(session: Session, tenant_id: str, kind: str) -> str | None:
    """Return the id of the queued or running job of a kind, or None."""
    return _newest(session, tenant_id, kind, (JobState.QUEUED, JobState.RUNNING))


def waiting_of(session: Session, tenant_id: str, kind: str, officer_id: str | None) -> int:
    """Return the number of an officer's queued or running jobs of a kind.

    Concurrent calls wait until the transaction ends, so that a limit of jobs cannot be exceeded.
    """
    session.get_one(Tenant, tenant_id, with_for_update=True)
    query = select(func.count()).where(
        Job.tenant_id == tenant_id,
        Job.kind == kind,
        Job.queued_by == officer_id,
        Job.state.in_((JobState.QUEUED, JobState.RUNNING)),
    )
    return session.scalar(query) or 0


def last_ended(session: Session, tenant_id: str, kind: str) -> str | None:
    """Return the id of the newest job of a kind that is done or failed (not stopped), or None."""
    return _newest(session, tenant_id, kind, (JobState.DONE, JobState.FAILED))


def _newest(session: Session, tenant_id: str, kind: str, states: Collection[JobState]) -> str | None:
    query = select(Job.job_id).where(Job.tenant_id == tenant_id, Job.kind == kind, Job.state.in_(states))
    return session.scalar(query.order_by(Job.job_id.desc()).limit(1))


def stop(session: Session, context: OperationContext, job_id: str) -> None:
    """Stop a queued job, or request the stop of a running one; do nothing if the job has ended."""
    job = session.get(Job, (context.tenant_id, job_id), with_for_update=True)
    if job is None:
        raise AppError(ErrorCode.NOT_FOUND, job=job_id)
    if JobState(job.state).is_final:
        return
    job.is_stop_wanted = True
    if job.state == JobState.QUEUED:
        job.state, job.ended_at = JobState.STOPPED.value, context.now()
    context.note(session, AuditEntry("job_stopped", job_id, details={"kind": job.kind}))


def find_job(session: Session, tenant_id: str, job_id: str) -> JobRow | None:
    """Return the job of an id, or None."""
    job = session.get(Job, (tenant_id, job_id))
    return None if job is None else row_of(job)


def jobs_page(session: Session, tenant_id: str, place: PageStart) -> KeysetPage[JobRow]:
    """Return a page of the jobs, the newest first (ids are time-ordered)."""
    query: Select[*tuple[Any, ...]] = select(Job.job_id.label("record_id"), Job).where(
        Job.tenant_id == tenant_id
    )
    order = Order(Job.tenant_id, Job.job_id, Job.job_id, is_descending=True)
    page = keyset_page(session, query, order, tenant_id, place, PAGE_SIZE)
    return replace(page, rows=tuple(row_of(job) for _, job in page.rows))


def row_of(job: Job) -> JobRow:
    """Return the list row of a job."""
    return JobRow(
        job.job_id,
        job.kind,
        json.loads(job.arguments),
        JobState(job.state),
        job.done_count,
        job.total_count,
        job.is_stop_wanted,
        json.loads(job.outcome),
        job.queued_by,
        job.queued_at,
        job.ended_at,
    )
