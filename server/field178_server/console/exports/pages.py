"""Pages of the exports: asking for one, how far it is, its file, stopping and withdrawing it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask import Response, redirect, request, send_file, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from field178_server.console.exports.flashes import FLASHES
from field178_server.console.exports.view import export_form, export_line, wanted_export
from field178_server.console.shell.access import any_of
from field178_server.console.shell.confirmation import ask_before_file
from field178_server.console.shell.flash import take_flash
from field178_server.console.shell.form_actions import done, office
from field178_server.console.shell.layout import layout_of, render
from field178_server.console.shell.lists import ListAddress
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.http.browser_session import is_confirmed, password_refusal
from field178_server.jobs.kept_files import KeptFiles
from field178_server.jobs.queue import JobRow, find_job, stop
from field178_server.office.exports.geojson import MEDIA_TYPE
from field178_server.office.exports.kinds import GEOJSON, kinds_of
from field178_server.office.exports.operations import (
    EXPORT,
    WITHDRAWN_BY,
    note_download,
    request_export,
    withdraw_export,
)
from field178_server.office.exports.queries import ExportFilter, exports_page, kept_until
from field178_server.office.exports.table_files import MEDIA_TYPES
from field178_server.office.reminders.oversight import tell_of_export
from field178_server.records.access import OVERSIGHT_RIGHTS
from field178_server.records.keyset import PageStart
from field178_server.records.labels import names_of
from field178_shared.codelists import load
from field178_shared.errors import AppError, ErrorCode
from field178_shared.text.i18n import N_
from field178_shared.time.clock import VIETNAM, local_date

_ADDRESS = ListAddress("console.exports.index", ("what",))
_TOO_MANY = N_("Five of your exports are waiting already. Stop one below, or ask again when one is done.")


def index() -> Response:
    """Show the form of an export, and the exports that the officer may see, the youngest first."""
    return _exports_page(request.args)


def _exports_page(given: Mapping[str, str], refusal: tuple[int, str] | None = None) -> Response:
    runtime, officer, language = current_runtime(), current_officer(), chosen_language()
    now, flash, sees_all = runtime.clock.now(), take_flash(FLASHES), _oversees()
    wanted = ExportFilter(runtime.tenant_id, "" if sees_all else officer.id)
    with snapshot(runtime.engine) as session:
        page = exports_page(session, wanted, PageStart.read(request.args))
        people = names_of(session, runtime.tenant_id, _people_in(page.rows))
        layout = layout_of(session, officer, Localizer(language))
    localizer = Localizer(language, people)
    kinds = kinds_of(officer.role, load())
    lines = [export_line(one, localizer, officer, now, oversees=sees_all) for one in page.rows]
    return render(
        "exports/page.html",
        refusal[0] if refusal else 200,
        layout=layout,
        active="console.exports.index",
        flash=flash.text("", localizer) if flash else "",
        form=export_form(kinds, given, officer, localizer, local_date(now)) if kinds else None,
        asks_password=not is_confirmed(),
        refusal=localizer.say(refusal[1]) if refusal else "",
        error=bool(refusal),
        lines=lines,
        links=_ADDRESS.pages(page),
        is_running=any(not one.is_final for one in lines),
        again=_ADDRESS.href(),
        sees_all=sees_all,
    )


def submit() -> AnyResponse:
    """Queue an export, once the password was typed again; of a whole one, overseers are told."""
    runtime, officer, context = current_runtime(), current_officer(), office()
    localizer, today = Localizer(chosen_language()), local_date(runtime.clock.now())
    kinds = kinds_of(officer.role, load())
    if request.form.get("what") not in {one.key for one in kinds}:
        raise AppError(ErrorCode.FORBIDDEN)
    form = export_form(kinds, request.form, officer, localizer, today)
    wanted = wanted_export(form, request.form, officer, localizer, today)
    if (refusal := password_refusal()) is not None:
        return _exports_page(request.form, refusal)

    def ask(session: Session) -> None:
        request_export(session, context, officer, wanted)
        tell_of_export(session, context, wanted)

    try:
        run_write(runtime.engine, ask)
    except AppError as error:
        if error.code is not ErrorCode.SLOW_DOWN:
            raise
        return _exports_page(request.form, (error.status, _TOO_MANY))
    return redirect(url_for("console.exports.index", what=form.kind.key), 303)


def file(job_id: str) -> AnyResponse:
    """Send the file of an own export; that it was taken out stands in the audit trail."""
    runtime, context, job = current_runtime(), office(), _own(job_id)
    until = kept_until(job)
    path = KeptFiles(runtime.settings.data_dir, runtime.tenant_id).path_of(job_id)
    if until is None or runtime.clock.now() >= until or not path.exists():
        raise AppError(ErrorCode.NOT_FOUND)
    if (asked := ask_before_file(url_for("console.exports.index"))) is not None:
        return asked
    run_write(runtime.engine, lambda session: note_download(session, context, job_id, job.outcome))
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
    runtime, context = current_runtime(), office()
    _overseen(job_id)
    run_write(runtime.engine, lambda session: stop(session, context, job_id))
    return redirect(url_for("console.exports.index"), 303)


def withdraw(job_id: str) -> AnyResponse:
    """Withdraw an export before its time is over: its file is removed, what was taken out already is not."""
    runtime, context = current_runtime(), office()
    _overseen(job_id)
    run_write(runtime.engine, lambda session: withdraw_export(session, context, job_id))
    # After the commit: without its entry in the trail no file goes.
    KeptFiles(runtime.settings.data_dir, runtime.tenant_id).remove(job_id)
    return done(url_for("console.exports.index"), "export_withdrawn", job_id)


def _own(job_id: str) -> JobRow:
    """Return an export of the officer; one of somebody else is not there."""
    officer, job = current_officer(), _overseen(job_id)
    if job.queued_by != officer.id:
        raise AppError(ErrorCode.NOT_FOUND)
    if job.arguments.get("what") not in {one.key for one in kinds_of(officer.role, load())}:
        raise AppError(ErrorCode.FORBIDDEN)
    return job


def _overseen(job_id: str) -> JobRow:
    """Return an export of the officer, or of anybody for who watches over the data."""
    runtime = current_runtime()
    with snapshot(runtime.engine) as session:
        job = find_job(session, runtime.tenant_id, job_id)
    if job is None or job.kind != EXPORT or not (_oversees() or job.queued_by == current_officer().id):
        raise AppError(ErrorCode.NOT_FOUND)
    return job


def _oversees() -> bool:
    return any_of(*OVERSIGHT_RIGHTS).is_open_to(current_officer().role, load())


def _people_in(jobs: Iterable[JobRow]) -> set[str]:
    named = [(one.queued_by, one.outcome.get(WITHDRAWN_BY)) for one in jobs]
    return {str(one) for pair in named for one in pair if one}
