"""Pages of the jobs: the list, one job with its progress, and stopping it."""

from __future__ import annotations

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from field178_server.console.jobs.view import job_view, page_of_kind
from field178_server.console.shell.form_actions import office
from field178_server.console.shell.lists import ListAddress
from field178_server.console.shell.page import current_page, or_404
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.jobs.queue import JobRow, find_job, jobs_page, stop
from field178_server.records.keyset import PageStart
from field178_server.records.labels import names_of
from field178_shared.errors import AppError, ErrorCode

_ADDRESS = ListAddress("console.jobs.index", ())


def index() -> Response:
    """Show the jobs, the newest first."""
    page = current_page()
    with page.reading() as session:
        jobs = jobs_page(session, page.tenant_id, PageStart.read(request.args))
        names = names_of(session, page.tenant_id, {job.queued_by for job in jobs.rows if job.queued_by})
    page.use_names(names)
    return page.render(
        "jobs/list.html",
        jobs=[job_view(job, page.localizer) for job in jobs.rows],
        links=_ADDRESS.pages(jobs),
    )


def detail(job_id: str) -> Response:
    """Show one job; the page reloads its state while the job runs."""
    page = current_page()
    with page.reading() as session:
        job = or_404(find_job(session, page.tenant_id, job_id))
        names = names_of(session, page.tenant_id, {job.queued_by} if job.queued_by else set())
    page.use_names(names)
    may_stop = _may_stop(job) and not job.state.is_final and not job.is_stop_wanted
    return page.render("jobs/page.html", job=job_view(job, page.localizer), may_stop=may_stop)


def stop_job(job_id: str) -> AnyResponse:
    """Ask a job to stop."""
    page, context = current_page(), office()
    with snapshot(page.runtime.engine) as session:
        job = or_404(find_job(session, page.tenant_id, job_id))
    if not _may_stop(job):
        raise AppError(ErrorCode.NOT_FOUND)
    run_write(page.runtime.engine, lambda session: stop(session, context, job_id))
    return redirect(url_for("console.jobs.detail", job_id=job_id), 303)


def _may_stop(job: JobRow) -> bool:
    """Tell whether the officer may stop a job: an own one, or any with access to all communes."""
    page = current_page()
    is_own = job.queued_by == page.officer.id or page.access.scopes is None
    return is_own and page.may(page_of_kind(job.kind))
