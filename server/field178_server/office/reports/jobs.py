"""Jobs that count a report of a large store: for sign-off, freeze, comparison and days without totals.

A separate process reads the records; the job then writes its result, so that other writers do not wait.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.accounts import officers
from field178_server.audit.operation_context import OperationContext
from field178_server.database.models import Job, Tenant
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.jobs import queue
from field178_server.jobs.job_files import JobFiles
from field178_server.jobs.queue import JobRow, JobState
from field178_server.jobs.run import JobRun
from field178_server.office.indicators.totals.day_counts import write_day_counts
from field178_server.office.reports import operations
from field178_server.office.reports.count_process import CountedFor, count_in_own_process
from field178_server.office.reports.counted_content import CountedContent
from field178_server.office.reports.operations import SeenReport
from field178_server.office.reports.queries import LaterChange, find_report, period_of
from field178_server.records.batch import Batch
from field178_shared.errors import AppError, ErrorCode

REPORT_COUNT = "report_count"
# Right that the officer needs when the job runs; a comparison is checked when it is opened.
_RIGHTS = {CountedFor.SIGN_OFF: "sign_off_report", CountedFor.FREEZE: "draft_report"}


@dataclass(frozen=True, slots=True)
class CountedComparison:
    """A comparison that a job stored: the content at an instant, and the records that changed until then."""

    counted_at: datetime
    content: Mapping[str, Any]
    changes: list[LaterChange]


def request_sign_off(batch: Batch, context: OperationContext, seen: SeenReport, figures: str) -> None:
    """Check and queue the sign-off of a seen report; raises AppError as the sign-off does."""
    operations.check_sign_off(batch, context, seen, figures)
    request_count(batch.session, context, CountedFor.SIGN_OFF, seen, figures)


def request_freeze(batch: Batch, context: OperationContext, seen: SeenReport) -> None:
    """Check and queue the freeze of a signed-off report; raises AppError as the freeze does."""
    operations.check_freeze(batch, context, seen)
    request_count(batch.session, context, CountedFor.FREEZE, seen)


def request_count(
    session: Session, context: OperationContext, purpose: CountedFor, seen: SeenReport, figures: str = ""
) -> None:
    """Queue the count of a report unless one for the same purpose is queued or running.

    `figures`: the digest of the content that is signed off.
    """
    # Serialize concurrent requests: the second one waits here and then sees the job of the first.
    session.get_one(Tenant, context.tenant_id, with_for_update=True)
    for job in counts_of(session, context.tenant_id, seen.record_id):
        if not job.state.is_final and job.arguments["purpose"] == purpose:
            return
    arguments = {
        "record_id": seen.record_id,
        "rev": str(seen.rev),
        "purpose": purpose.value,
        "figures": figures,
    }
    queue.add(session, context, REPORT_COUNT, arguments)


def counts_of(session: Session, tenant_id: str, record_id: str) -> list[JobRow]:
    """Return the jobs that count a report, newest first."""
    query = (
        select(Job)
        .where(
            Job.tenant_id == tenant_id,
            Job.kind == REPORT_COUNT,
            Job.arguments.contains(json.dumps(record_id), autoescape=True),
        )
        .order_by(Job.job_id.desc())
    )
    return [queue.row_of(job) for job in session.scalars(query)]


def run_count(run: JobRun) -> None:
    """Count a report and store the result for its purpose.

    Raises AppError if the report was changed meanwhile, or if its figures differ from the signed-off ones.
    """
    runtime, context = run.runtime, run.context
    purpose = CountedFor(run.arguments["purpose"])
    seen = SeenReport(run.arguments["record_id"], int(run.arguments["rev"]))
    if purpose in _RIGHTS:
        with snapshot(runtime.engine) as session:
            officer_id = str(context.actor.id)
            officers.asker_of(session, runtime.tenant_id, officer_id, _RIGHTS[purpose], context.lists)
    report, now = (seen.record_id, seen.rev), context.now()
    answer = count_in_own_process(runtime.engine, runtime.tenant_id, purpose, report, now)
    if purpose is CountedFor.COMPARISON:
        _keep(run, answer)
        return
    if purpose is CountedFor.DRAFT:
        run_write(runtime.engine, lambda session: _write_days(session, run, answer, now))
        return
    counted = CountedContent.from_plain(answer)

    def write(session: Session) -> None:
        batch = Batch(session, runtime.tenant_id, runtime.clock, runtime.ids)
        if purpose is CountedFor.SIGN_OFF:
            operations.sign_off(batch, context, seen, run.arguments["figures"], counted)
        else:
            operations.freeze(batch, context, seen, counted)
        batch.flush()
        run.conclude(session, {"counted": counted.records})

    run_write(runtime.engine, write)


def stored_comparison(data_dir: Path, tenant_id: str, job: JobRow) -> CountedComparison | None:
    """Return the comparison that a job stored; None while it runs, and after its file was removed."""
    path = JobFiles(data_dir, tenant_id).path_of(job.job_id)
    if job.state is not JobState.DONE or not path.exists():
        return None
    plain = json.loads(zlib.decompress(path.read_bytes()))
    changes = [LaterChange(**change) for change in plain["changes"]]
    return CountedComparison(datetime.fromisoformat(plain["counted_at"]), plain["content"], changes)


def _write_days(session: Session, run: JobRun, answer: Mapping[str, Any], now: datetime) -> None:
    tenant_id = run.runtime.tenant_id
    report = find_report(session, tenant_id, run.arguments["record_id"])
    if report is None:
        raise AppError(ErrorCode.NOT_FOUND)
    write_day_counts(session, tenant_id, period_of(report.report), answer, now)
    run.conclude(session, {})


def _keep(run: JobRun, answer: Mapping[str, Any]) -> None:
    files = JobFiles(run.runtime.settings.data_dir, run.runtime.tenant_id)
    part = files.begin(run.job_id)
    try:
        part.write_bytes(zlib.compress(json.dumps(answer).encode()))
        part.replace(files.path_of(run.job_id))
        outcome = {"counted": len(answer["changes"])}
        run_write(run.runtime.engine, lambda session: run.conclude(session, outcome))
    except BaseException:
        files.remove(run.job_id)
        raise
