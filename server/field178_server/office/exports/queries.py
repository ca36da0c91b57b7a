"""Exports as pages list them: those of an officer, or those of everybody for who watches over the data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from field178_server.database.models import Job
from field178_server.jobs.kept_files import KEPT_FOR
from field178_server.jobs.queue import JobRow, JobState, row_of
from field178_server.office.exports.operations import EXPORT, WITHDRAWN_BY
from field178_server.records.keyset import KeysetPage, Order, PageStart, keyset_page

PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class ExportFilter:
    """Whose exports are read: of one officer, or ("") of all."""

    tenant_id: str
    officer_id: str = ""


def exports_page(session: Session, wanted: ExportFilter, place: PageStart) -> KeysetPage[JobRow]:
    """Return one page of the exports, the youngest first."""
    query: Select[*tuple[Any, ...]] = select(Job.job_id.label("record_id"), Job).where(
        Job.tenant_id == wanted.tenant_id, Job.kind == EXPORT
    )
    if wanted.officer_id:
        query = query.where(Job.queued_by == wanted.officer_id)
    order = Order(Job.tenant_id, Job.job_id, Job.job_id, is_descending=True)
    found = keyset_page(session, query, order, wanted.tenant_id, place, PAGE_SIZE)
    return replace(found, rows=tuple(row_of(job) for _, job in found.rows))


def kept_until(job: JobRow) -> datetime | None:
    """Return until when the file of an export is kept; None: it has none, or it was withdrawn."""
    has_file = job.state is JobState.DONE and WITHDRAWN_BY not in job.outcome
    return job.queued_at + KEPT_FOR if has_file else None
