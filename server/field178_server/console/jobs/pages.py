"""Pages of the jobs: the list, one job with its progress, and stopping it."""

from __future__ import annotations

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from field178_server.console.jobs.view import job_view, page_of_kind
from field178_server.console.shell.form_actions import office
from field178_server.console.shell.layout import layout_of, render
from field178_server.console.shell.lists import ListAddress
from field178_server.console.shell.policy import may
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.jobs.queue import JobRow, find_job, jobs_page, stop
from field178_server.records.access import access_of
from field178_server.records.keyset import PageStart
from field178_server.records.labels import names_of
from field178_shared.codelists import load
from field178_shared.errors import AppError, ErrorCode

_ADDRESS = ListAddress("console.jobs.index", ())


def index() -> Response:
    """Show the jobs, the youngest first."""
    runtime, officer, language = current_runtime(), current_officer(), chosen_language()
    with snapshot(runtime.engine) as session:
        page = jobs_page(session, runtime.tenant_id, PageStart.read(request.args))
        people = names_of(session, runtime.tenant_id, {one.queued_by for one in page.rows if one.queued_by})
        layout = layout_of(session, officer, Localizer(language))
    localizer = Localizer(language, people)
    return render(
        "jobs/list.html",
        layout=layout,
        active="console.jobs.index",
        jobs=[job_view(one, localizer, may_stop=False) for one in page.rows],
        links=_ADDRESS.pages(page),
    )


def detail(job_id: str) -> Response:
    """Show one job; the page asks again by itself while it runs."""
    runtime, officer, language = current_runtime(), current_officer(), chosen_language()
    with snapshot(runtime.engine) as session:
        found = find_job(session, runtime.tenant_id, job_id)
        if found is None:
            raise AppError(ErrorCode.NOT_FOUND)
        people = names_of(session, runtime.tenant_id, {found.queued_by} if found.queued_by else set())
        layout = layout_of(session, officer, Localizer(language))
    view = job_view(found, Localizer(language, people), may_stop=_may_stop(found))
    may_follow = may(officer.role, view.endpoint, load())
    return render(
        "jobs/page.html", layout=layout, active="console.jobs.index", job=view, may_follow=may_follow
    )


def stop_job(job_id: str) -> AnyResponse:
    """Ask a job to stop."""
    runtime, context = current_runtime(), office()
    with snapshot(runtime.engine) as session:
        found = find_job(session, runtime.tenant_id, job_id)
    if found is None or not _may_stop(found):
        raise AppError(ErrorCode.NOT_FOUND)
    run_write(runtime.engine, lambda session: stop(session, context, job_id))
    return redirect(url_for("console.jobs.detail", job_id=job_id), 303)


def _may_stop(job: JobRow) -> bool:
    """Tell whether the officer may stop a job of this kind: an own one, or any who sees every commune."""
    officer = current_officer()
    is_own = job.queued_by == officer.id or access_of(officer.role, officer.scopes).scopes is None
    return is_own and may(officer.role, page_of_kind(job.kind), load())
