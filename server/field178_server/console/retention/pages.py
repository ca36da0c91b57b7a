"""Pages of retention: periods, dry run, a run with its decision and report, holds of records."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from flask import Response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from field178_server.accounts import officers
from field178_server.console.retention.flashes import FLASHES
from field178_server.console.retention.view import counted_lines, period_lines, run_state
from field178_server.console.shell.flash import leave_flash
from field178_server.console.shell.form_actions import attempt, office
from field178_server.console.shell.page import Page, current_page
from field178_server.database.unit_of_work import run_write
from field178_server.http.browser_session import password_refusal
from field178_server.office.retention import operations as retention
from field178_server.office.retention.periods import rows_in_force
from field178_server.office.retention.queries import RunRow, count_waiting, find_run, holds_of, runs_of
from field178_server.records.labels import names_of
from field178_shared.errors import AppError, ErrorCode
from field178_shared.ids import is_uuid
from field178_shared.text.i18n import N_

Refusal = tuple[int, str]


def index() -> Response:
    """Show the retention periods, the runs, and the records that are held."""
    return _index()


def waiting_runs(session: Session, page: Page) -> int:
    """Count the runs that wait for a second person, for the menu."""
    return count_waiting(session, page.tenant_id)


def dry_run() -> Response:
    """Show what a run of today would remove; nothing is changed."""
    page = current_page()
    with page.reading() as session:
        extents = retention.dry_run(session, page.runtime, office())
    lines = counted_lines(rows_in_force(page.lists, page.today), extents, page.today, page)
    is_empty = not any(extent.count for extent in extents.values())
    return page.render("retention/dry_run.html", lines=lines, is_empty=is_empty, refused_form=None)


def submit() -> AnyResponse:
    """Request a run of today; another person decides."""
    if (refusal := password_refusal()) is not None:
        return _index(refusal)
    page, context = current_page(), office()
    try:
        run_id = run_write(
            page.runtime.engine,
            lambda session: retention.request(session, page.runtime, context, page.officer.id),
        )
    except AppError as error:
        if error.code not in _REFUSALS:
            raise
        return _index((error.status, _REFUSALS[error.code]))
    return _to_page(run_id, "retention_requested")


def detail(run_id: str) -> Response:
    """Show a run: what is due, who decides, its progress and its report."""
    return _page(run_id)


def confirm(run_id: str) -> AnyResponse:
    """Begin the run, as the second person."""
    by, seen = current_page().officer.id, _seen()
    return _decide(
        run_id,
        "retention_confirmed",
        lambda session: retention.confirm(session, office(), run_id, by, seen),
    )


def cancel(run_id: str) -> AnyResponse:
    """Withdraw the own request, or refuse that of another person."""
    by = current_page().officer.id
    answer = _decide(
        run_id, "retention_cancelled", lambda session: retention.cancel(session, office(), run_id, by)
    )
    if answer.status_code != 303:
        return answer
    return leave_flash(redirect(url_for("console.retention.index"), 303), "retention_cancelled", run_id)


def resume(run_id: str) -> AnyResponse:
    """Let an interrupted run go on."""
    by = current_page().officer.id
    return _decide(
        run_id, "retention_resumed", lambda session: retention.resume(session, office(), run_id, by)
    )


def hold() -> AnyResponse:
    """Hold a record against retention."""
    by, record_id = current_page().officer.id, request.form.get("record", "").strip().lower()
    reason = request.form.get("reason", "")
    if not is_uuid(record_id):
        return _index((400, _HOLD_REFUSALS[ErrorCode.NOT_FOUND]))
    return _on_index(
        "record_hold_set",
        record_id,
        lambda session: retention.hold(session, office(), record_id, by, reason),
        _HOLD_REFUSALS,
    )


def release(hold_id: str) -> AnyResponse:
    """Release a held record, as another person than who held it."""
    by = current_page().officer.id
    return _on_index(
        "record_hold_released", hold_id, lambda session: retention.release(session, office(), hold_id, by)
    )


def _seen() -> datetime:
    try:
        return datetime.fromisoformat(request.form.get("requested_at", ""))
    except ValueError:
        raise AppError(ErrorCode.BAD_REQUEST) from None


def _decide(run_id: str, code: str, work: Callable[[Session], object]) -> AnyResponse:
    if (refusal := password_refusal()) is not None:
        return _page(run_id, refusal)
    if (refused := attempt(work, _REFUSALS)) is not None:
        return _page(run_id, (refused.status, _REFUSALS[refused.code]))
    return _to_page(run_id, code)


def _on_index(
    code: str,
    key: str,
    work: Callable[[Session], object],
    refusals: Mapping[ErrorCode, str] | None = None,
) -> AnyResponse:
    sentences = refusals or _REFUSALS
    if (refused := attempt(work, sentences)) is not None:
        return _index((refused.status, sentences[refused.code]))
    return leave_flash(redirect(url_for("console.retention.index"), 303), code, key)


def _to_page(run_id: str, code: str) -> AnyResponse:
    return leave_flash(redirect(url_for("console.retention.detail", run_id=run_id), 303), code, run_id)


def _index(refusal: Refusal | None = None) -> Response:
    page = current_page()
    with page.reading() as session:
        runs, holds = runs_of(session, page.tenant_id), holds_of(session, page.tenant_id)
        people = {run.requested_by for run in runs} | {hold_.set_by for hold_ in holds}
        areas = {hold_.scope.partition(":")[2] for hold_ in holds}
        names = names_of(session, page.tenant_id, people | areas)
    page.use_names(names)
    return page.render(
        "retention/index.html",
        refused_form=refusal,
        flash=page.flash_text(FLASHES),
        lines=period_lines(rows_in_force(page.lists, page.today), page),
        runs=[(run, run_state(run, page)) for run in runs],
        holds=holds,
        own_id=page.officer.id,
        hold_reasons=page.lists.choices[retention.HOLD_REASONS],
        typed=request.values.get("record", ""),
    )


def _page(run_id: str, refusal: Refusal | None = None) -> Response:
    page = current_page()
    with page.reading() as session:
        row = find_run(session, page.tenant_id, run_id)
        if row is None:
            raise AppError(ErrorCode.NOT_FOUND)
        names = names_of(session, page.tenant_id, {row.requested_by, row.confirmed_by or row.requested_by})
        others = sum(
            retention.may_decide(officer, page.lists)
            for officer in officers.everyone(session, page.tenant_id)
            if officer.officer_id != page.officer.id
        )
    page.use_names(names)
    rows = rows_in_force(page.lists, row.on_day)
    return page.render(
        "retention/page.html",
        refused_form=refusal,
        flash=page.flash_text(FLASHES),
        run=row,
        state=run_state(row, page),
        lines=counted_lines(
            rows, row.extents if row.is_requested or _is_running(row) else row.removed, row.on_day, page
        ),
        is_own=row.requested_by == page.officer.id,
        is_running=_is_running(row),
        percent=_percent(row),
        decider_count=others,
    )


def _is_running(row: RunRow) -> bool:
    return row.confirmed_at is not None and row.proof is None and not row.is_stuck


def _percent(row: RunRow) -> int | None:
    if row.job is None or not row.job.total_count:
        return None
    return row.job.done_count * 100 // row.job.total_count


_REFUSALS = {
    ErrorCode.LOCKED: N_("There is one already: see it in the list below."),
    ErrorCode.NOT_FOUND: N_("It is not there, or it was decided meanwhile; nothing was done."),
    ErrorCode.SECOND_PERSON_NEEDED: N_("You did the first step yourself, so another person must decide."),
    ErrorCode.REVISION_CHANGED: N_(
        "The request or the periods have changed since; nothing was done. Take it back and ask anew."
    ),
}
_HOLD_REFUSALS = {
    ErrorCode.LOCKED: N_("This record is held already: see it below."),
    ErrorCode.NOT_FOUND: N_("No record has this id; nothing was held. Copy it from the page of the record."),
    ErrorCode.UNKNOWN_CHOICE: N_("Choose why the record is held."),
}
