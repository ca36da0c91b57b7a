"""Operations on exports: request, write the file in a job, download, withdraw."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from field178_server.accounts import officers
from field178_server.accounts.officers import OfficerContext
from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import AuditEntry
from field178_server.database.models import Job
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.jobs import queue
from field178_server.jobs.job_files import KEPT_FOR, JobFiles
from field178_server.jobs.queue import Arguments, JobState
from field178_server.jobs.run import JobRun
from field178_server.office.exports.geojson import Point, write_geojson
from field178_server.office.exports.kinds import EXPORT_KINDS, FIGURES, GEOJSON, kinds_of
from field178_server.office.exports.table_files import TABLE_WRITERS, Cell, TableFile
from field178_shared.errors import AppError, ErrorCode

EXPORT = "export"
WHAT, FORMAT = "what", "format"
# Member of the outcome: id of the officer who withdrew the file.
WITHDRAWN_BY = "withdrawn_by"
# Most queued or running exports of an officer.
MOST_WAITING = 5
# Rows between two reports of progress, which also check for a stop of the job.
_STEP = 500

ExportRow = tuple[Sequence[Cell], Point | None]


@dataclass(frozen=True, slots=True)
class ExportTable:
    """Content of an export: table file, property names in GeoJSON, rows; `count` 0: unknown number."""

    file: TableFile
    names: Sequence[str]
    rows: Iterable[ExportRow]
    count: int


@dataclass(frozen=True, slots=True)
class ExportQuestion:
    """Request of an export as its job reads it: the officer with present rights, and the arguments."""

    officer: OfficerContext
    context: OperationContext
    arguments: Arguments


Source = Callable[[Session, ExportQuestion], ExportTable]


def request_export(
    session: Session, context: OperationContext, officer: OfficerContext, arguments: Arguments
) -> str:
    """Queue an export and return the id of its job.

    Raises AppError(forbidden) if the role may not export this kind, and slow_down if too many are queued.
    """
    kind = EXPORT_KINDS.get(arguments.get(WHAT, ""))
    if kind is None or kind not in kinds_of(officer.role, context.lists):
        raise AppError(ErrorCode.FORBIDDEN)
    if arguments.get(FORMAT) not in kind.formats:
        raise AppError(ErrorCode.NOT_FOUND)
    if queue.waiting_of(session, context.tenant_id, EXPORT, context.actor.id) >= MOST_WAITING:
        raise AppError(ErrorCode.SLOW_DOWN, limit=MOST_WAITING)
    return queue.add(session, context, EXPORT, {name: text for name, text in arguments.items() if text})


def note_download(
    session: Session, context: OperationContext, job_id: str, outcome: Mapping[str, object]
) -> None:
    """Write a download of an export into the audit trail, with its number of rows and hash."""
    context.note(session, AuditEntry("export_taken", job_id, None, _audit_details(outcome)))


def withdraw_export(session: Session, context: OperationContext, job_id: str) -> None:
    """Withdraw an export: stop its running job, or refuse further downloads of its file.

    The caller deletes the file after the commit.
    """
    job = session.get(Job, (context.tenant_id, job_id), with_for_update=True)
    if job is None or job.kind != EXPORT:
        raise AppError(ErrorCode.NOT_FOUND)
    if not JobState(job.state).is_final:
        queue.stop(session, context, job_id)
        return
    outcome = json.loads(job.outcome)
    if job.state == JobState.DONE and WITHDRAWN_BY not in outcome:
        job.outcome = json.dumps({**outcome, WITHDRAWN_BY: context.actor.id}, sort_keys=True)
        context.note(session, AuditEntry("export_withdrawn", job_id, None, _audit_details(outcome)))


def withdraw_record_exports(session: Session, context: OperationContext) -> list[str]:
    """Withdraw the exports that may contain an erased record; return the ids of their jobs.

    The caller deletes the files after the commit. Exports of figures contain no records and are kept.
    """
    job_ids = record_exports(session, context.tenant_id, context.now())
    for job_id in job_ids:
        withdraw_export(session, context, job_id)
    return job_ids


def record_exports(session: Session, tenant_id: str, now: datetime) -> list[str]:
    """Return the ids of the jobs whose file of records is stored or is being written."""
    query = select(Job).where(
        Job.tenant_id == tenant_id,
        Job.kind == EXPORT,
        or_(
            and_(Job.state == JobState.DONE, Job.queued_at > now - KEPT_FOR),
            Job.state.in_([state for state in JobState if not state.is_final]),
        ),
    )
    return [
        job.job_id
        for job in session.scalars(query.order_by(Job.job_id))
        if json.loads(job.arguments).get(WHAT) != FIGURES and WITHDRAWN_BY not in json.loads(job.outcome)
    ]


def export_with(sources: Mapping[str, Source]) -> Callable[[JobRun], None]:
    """Return the job that writes an export; `sources`: functions that return the table of each kind."""

    def work(run: JobRun) -> None:
        runtime, what, form = run.runtime, run.arguments[WHAT], run.arguments[FORMAT]
        files = JobFiles(runtime.settings.data_dir, runtime.tenant_id)
        part = files.begin(run.job_id)
        try:
            with snapshot(runtime.engine) as session:
                officer = _requester(session, run)
                table = sources[what](session, ExportQuestion(officer, run.context, run.arguments))
                with part.open("wb") as file:
                    count = _write(file, form, table, _with_progress(run, table))
            outcome = {"what": what, "format": form, "records": count, **_digest(part)}
            part.replace(files.path_of(run.job_id))
            run_write(runtime.engine, lambda session: _conclude(session, run, outcome))
        except BaseException:
            files.remove(run.job_id)
            raise

    return work


def _requester(session: Session, run: JobRun) -> OfficerContext:
    row = officers.by_login_or_id(session, run.runtime.tenant_id, str(run.context.actor.id))
    officer = officers.context_of(session, row)
    if EXPORT_KINDS[run.arguments[WHAT]] not in kinds_of(officer.role, run.context.lists):
        raise AppError(ErrorCode.FORBIDDEN)
    return officer


def _conclude(session: Session, run: JobRun, outcome: Mapping[str, object]) -> None:
    run.conclude(session, outcome)
    run.context.note(session, AuditEntry("export_made", run.job_id, None, _audit_details(outcome)))


def _audit_details(outcome: Mapping[str, object]) -> dict[str, str | int | None]:
    return {
        "list": str(outcome["what"]),
        "format": str(outcome["format"]),
        "records": int(str(outcome["records"])),
        "sha256": str(outcome["sha256"]),
    }


def _write(file: IO[bytes], form: str, table: ExportTable, rows: Iterable[ExportRow]) -> int:
    if form == GEOJSON:
        return write_geojson(file, table.names, rows)
    return TABLE_WRITERS[form](file, table.file, (cells for cells, _ in rows))


def _with_progress(run: JobRun, table: ExportTable) -> Iterator[ExportRow]:
    """Yield the rows and report progress of the job; a requested stop raises JobStopped."""
    for number, row in enumerate(table.rows):
        if number % _STEP == 0:
            run.progress(number, table.count and max(table.count, number + 1))
        yield row


def _digest(path: Path) -> dict[str, object]:
    with path.open("rb") as file:
        return {"sha256": hashlib.file_digest(file, "sha256").hexdigest(), "size": path.stat().st_size}
