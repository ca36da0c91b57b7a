"""Pages of exports: request, list, file, stop and withdrawal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask import Response, redirect, request, send_file, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from field178_server.console.exports.flashes import FLASHES
from field178_server.console.exports.view import export_arguments, export_form, export_line, lint_view
from field178_server.console.shell.access import any_of
from field178_server.console.shell.confirmation import ask_before_file
from field178_server.console.shell.form_actions import attempt, done, office
from field178_server.console.shell.lists import ListAddress
from field178_server.console.shell.page import Page, current_page
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.http.browser_session import password_refusal
from field178_server.jobs.job_files import JobFiles
from field178_server.jobs.queue import JobRow, find_job, stop
from field178_server.office.exports.geojson import MEDIA_TYPE
from field178_server.office.exports.kinds import GEOJSON, ExportKind, kinds_of
from field178_server.office.exports.operations import (
    EXPORT,
    WITHDRAWN_BY,
    note_download,
    request_export,
    withdraw_export,
)
from field178_server.office.exports.queries import ExportFilter, exports_page, file_expires_at
from field178_server.office.exports.table_files import MEDIA_TYPES
from field178_server.office.reminders.oversight import notify_of_export
from field178_server.records.access import OVERSIGHT_RIGHTS
from field178_server.records.keyset import PageStart
from field178_server.records.labels import names_of
from field178_shared.errors import AppError, ErrorCode
from field178_shared.text.i18n import N_
from field178_shared.time.clock import VIETNAM

_ADDRESS = ListAddress("console.exports.index", ("what",))
_TOO_MANY = N_("Five of your exports are waiting already. Stop one below, or ask again when one is done.")


def index() -> Response:
    """Show the form of an export, and the exports that the officer may see, the youngest first."""
    return _exports_page(request.args)


def _exports_page(given: Mapping[str, str], refusal: tuple[int, str] | None = None) -> Response:
    page = current_page()
    sees_all, kinds = _oversees(page), _kinds(page)
    query = ExportFilter(page.tenant_id, "" if sees_all else page.officer.id)
    with page.reading() as session:
        exports = exports_page(session, query, PageStart.read(request.args))
        names = names_of(session, page.tenant_id, _people_in(exports.rows))
    page.use_names(names)
    return page.render(
        "exports/page.html",
        flash=page.flash_text(FLASHES),
        form=export_form(page, kinds, given) if kinds else None,
        refused_form=refusal,
        lines=[export_line(page, job, oversees=sees_all) for job in exports.rows],
        links=_ADDRESS.pages(exports),
        is_running=any(not job.state.is_final for job in exports.rows),
        again=_ADDRESS.href(),
        sees_all=sees_all,
        lint=lint_view(page),
    )


def submit() -> AnyResponse:
    """Queue an export after the password was typed again; an unfiltered one notifies the overseers."""
    page, context = current_page(), office()
    kinds = _kinds(page)
    if request.form.get("what") not in {kind.key for kind in kinds}:
        raise AppError(ErrorCode.FORBIDDEN)
    form = export_form(page, kinds, request.form)
    arguments = export_arguments(page, form, request.form)
    if (refusal := password_refusal()) is not None:
        return _exports_page(request.form, refusal)

    def queue_export(session: Session) -> None:
        request_export(session, context, page.officer, arguments)
        notify_of_export(session, context, arguments)

    if (refused := attempt(queue_export, {ErrorCode.SLOW_DOWN: _TOO_MANY})) is not None:
        return _exports_page(request.form, (refused.status, _TOO_MANY))
    return redirect(url_for("console.exports.index", what=form.kind.key), 303)


def file(job_id: str) -> AnyResponse:
    """Send the file of an own export and write the download into the audit trail."""
    page, context = current_page(), office()
    job = _own(page, job_id)
    until = file_expires_at(job)
    path = _files(page).path_of(job_id)
    if until is None or page.now >= until or not path.exists():
        raise AppError(ErrorCode.NOT_FOUND)
    if (confirmation := ask_before_file(url_for("console.exports.index"))) is not None:
        return confirmation
    run_write(page.runtime.engine, lambda session: note_download(session, context, job_id, job.outcome))
    form = job.arguments["format"]
    day = job.queued_at.astimezone(VIETNAM).strftime("%Y%m%d-%H%M")
    return send_file(
        path.open("rb"),
        mimetype=MEDIA_TYPE if form == GEOJSON else MEDIA_TYPES[form],
        as_attachment=True,
        download_name=f"{job.arguments['what']}-{day}.{form}",
        max_age=0,
        etag=False,
        conditional=False,
    )


def stop_export(job_id: str) -> AnyResponse:
    """Ask an export to stop."""
    page, context = current_page(), office()
    _overseen(page, job_id)
    run_write(page.runtime.engine, lambda session: stop(session, context, job_id))
    return redirect(url_for("console.exports.index"), 303)


def withdraw(job_id: str) -> AnyResponse:
    """Withdraw an export before its time is over: its file is deleted, downloaded copies are not."""
    page, context = current_page(), office()
    _overseen(page, job_id)
    run_write(page.runtime.engine, lambda session: withdraw_export(session, context, job_id))
    # After the commit: no file is deleted without its entry in the audit trail.
    _files(page).remove(job_id)
    return done(url_for("console.exports.index"), "export_withdrawn", job_id)


def _own(page: Page, job_id: str) -> JobRow:
    """Return an export of the officer, or raise AppError(not_found) for that of somebody else."""
    job = _overseen(page, job_id)
    if job.queued_by != page.officer.id:
        raise AppError(ErrorCode.NOT_FOUND)
    if job.arguments.get("what") not in {kind.key for kind in _kinds(page)}:
        raise AppError(ErrorCode.FORBIDDEN)
    return job


def _overseen(page: Page, job_id: str) -> JobRow:
    """Return an export of the officer; a role with oversight gets the exports of everybody."""
    with snapshot(page.runtime.engine) as session:
        job = find_job(session, page.tenant_id, job_id)
    if job is None or job.kind != EXPORT or not (_oversees(page) or job.queued_by == page.officer.id):
        raise AppError(ErrorCode.NOT_FOUND)
    return job


def _oversees(page: Page) -> bool:
    return any_of(*OVERSIGHT_RIGHTS).is_open_to(page.officer.role, page.lists)


def _kinds(page: Page) -> tuple[ExportKind, ...]:
    """Return the kinds of exports of the officer's role."""
    return kinds_of(page.officer.role, page.lists)


def _files(page: Page) -> JobFiles:
    return JobFiles(page.runtime.settings.data_dir, page.tenant_id)


def _people_in(jobs: Iterable[JobRow]) -> set[str]:
    """Return the ids of officers who requested or withdrew the exports."""
    ids = (officer_id for job in jobs for officer_id in (job.queued_by, job.outcome.get(WITHDRAWN_BY)))
    return {str(officer_id) for officer_id in ids if officer_id}
