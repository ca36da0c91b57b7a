"""Lists of exports: of an officer, or of all officers for roles of oversight."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from field178_server.database.models import Job
from field178_server.jobs.job_files import KEPT_FOR
from field178_server.jobs.queue import JobRow, JobState, row_of
from field178_server.office.exports.operations import EXPORT, WITHDRAWN_BY
from field178_server.records.keyset import KeysetPage, Order, PageStart, keyset_page

PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class ExportFilter:
    """Tenant and officer of the listed exports; officer "": exports of all officers."""

    tenant_id: str
    officer_id: str = ""


def exports_page(session: Session, export_filter: ExportFilter, place: PageStart) -> KeysetPage[JobRow]:
    """Return a page of exports, newest first."""
    query: Select[*tuple[Any, ...]] = select(Job.job_id.label("record_id"), Job).where(
        Job.tenant_id == export_filter.tenant_id, Job.kind == EXPORT
    )
    if export_filter.officer_id:
        query = query.where(Job.queued_by == export_filter.officer_id)
    order = Order(Job.tenant_id, Job.job_id, Job.job_id, is_descending=True)
    page = keyset_page(session, query, order, export_filter.tenant_id, place, PAGE_SIZE)
    return replace(page, rows=tuple(row_of(job) for _, job in page.rows))


def file_expires_at(job: JobRow) -> datetime | None:
    """Return the end of storage of an export's file; None if it has no file or was withdrawn."""
    has_file = job.state is JobState.DONE and WITHDRAWN_BY not in job.outcome
    return job.queued_at + KEPT_FOR if has_file else None
