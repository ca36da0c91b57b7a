"""Pages of erasures: one privacy officer asks, another decides; progress of each erasure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from field178_server.accounts import officers
from field178_server.attachments.previews import preview_name
from field178_server.attachments.secure_delete import erase_soon
from field178_server.attachments.storage.file_store import FileStore
from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import Actor
from field178_server.console.erasure.flashes import FLASHES
from field178_server.console.erasure.view import (
    action_views,
    backups_text,
    erasure_state,
    erasure_view,
    extent_facts,
    found_view,
    holder_views,
)
from field178_server.console.shell.flash import leave_flash, take_flash
from field178_server.console.shell.form_actions import whole_number
from field178_server.console.shell.layout import layout_of, render
from field178_server.console.shell.lists import ListAddress, wanted_day
from field178_server.console.shell.policy import may
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import Session, run_write, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.http.browser_session import is_confirmed, password_refusal
from field178_server.office.erasure import operations as erasure
from field178_server.office.erasure.dry_run import Extent, extent_of
from field178_server.office.erasure.find import FittingRecords, RecordSearch, find_records, note_search
from field178_server.office.erasure.operations import SeenRequest
from field178_server.office.erasure.queries import (
    ACTIONS_SHOWN_FOR,
    actions_since,
    erasure_list,
    find_erasure,
    holders_of,
)
from field178_server.records.keyset import PageStart
from field178_server.records.labels import names_of
from field178_server.replication.policy.record_validation import declared_types
from field178_shared.codelists import load
from field178_shared.errors import AppError, ErrorCode
from field178_shared.ids import is_uuid
from field178_shared.text.i18n import N_

_MOST = 120
_ADDRESS = ListAddress("console.erasure.index", ())

Refusal = tuple[int, str]


def index() -> AnyResponse:
    """Show every erasure, those that wait for a second person first; find the record of a new one."""
    search = _typed_search()
    if is_uuid(search.number):
        return redirect(url_for("console.erasure.new", record=search.number))
    return _list_page(search)


def new() -> Response:
    """Show what the erasure of a record would take, and ask why."""
    record_id = request.args.get("record", "").strip().lower()
    try:
        return _asking_page(_extent(record_id))
    except AppError as error:
        if error.code not in _REFUSALS:
            raise
        return _list_page(RecordSearch(record_id), (error.status, _REFUSALS[error.code]))


def submit() -> AnyResponse:
    """Ask for an erasure; another officer decides."""
    record_id, reason = request.form.get("record", ""), request.form.get("reason", "")
    extent = _extent(record_id)
    if (refusal := password_refusal()) is not None:
        return _asking_page(extent, refusal)
    by, rules = current_officer().id, declared_types()
    try:
        run_write(
            current_runtime().engine,
            lambda session: erasure.request(session, _context(), rules, record_id, by, reason),
        )
    except AppError as error:
        if error.code not in _REFUSALS:
            raise
        return _asking_page(extent, (error.status, _REFUSALS[error.code]))
    return _to_page(record_id, "purge_asked")


def detail(record_id: str) -> Response:
    """Show one erasure: its extent, its decisions, the tablets that have not synced since."""
    return _page(record_id)


def confirm(record_id: str) -> AnyResponse:
    """Remove the content, as the second person; its traces are wiped beside the requests."""
    rules, by, seen = declared_types(), current_officer().id, _seen(whole_number("seen_rev"))

    def work(session: Session) -> None:
        erasure.confirm(session, _context(), rules, record_id, by, seen)

    answer = _decide(record_id, "purge_confirmed", work)
    if answer.status_code == 303:
        runtime = current_runtime()
        store = FileStore(runtime.settings.data_dir, runtime.tenant_id)
        erase_soon(runtime.engine, runtime.tenant_id, store, runtime.clock)
    return answer


def refuse(record_id: str) -> AnyResponse:
    """Decide, as the second person, that the content stays."""
    by, seen = current_officer().id, _seen()
    return _decide(
        record_id, "purge_refused", lambda session: erasure.refuse(session, _context(), record_id, by, seen)
    )


def withdraw(record_id: str) -> AnyResponse:
    """Take a request back."""
    by, seen = current_officer().id, _seen()
    return _decide(
        record_id,
        "purge_withdrawn",
        lambda session: erasure.withdraw(session, _context(), record_id, by, seen),
    )


def _seen(rev: int | None = None) -> SeenRequest:
    """Return the request as the page showed it whose form was sent."""
    try:
        # Whole to the microsecond, as the row holds it: the wire's milliseconds would never be the same.
        requested_at = datetime.fromisoformat(request.form.get("requested_at", ""))
    except ValueError:
        raise AppError(ErrorCode.BAD_REQUEST) from None
    return SeenRequest(requested_at, rev)


def _decide(record_id: str, code: str, work: Callable[[Session], object]) -> AnyResponse:
    """Run a decision and redirect to its page; a refusal shows the same page with the sentence."""
    if (refusal := password_refusal()) is not None:
        return _page(record_id, refusal)
    try:
        run_write(current_runtime().engine, work)
    except AppError as error:
        if error.code not in _DECISION_REFUSALS:
            raise
        return _page(record_id, (error.status, _DECISION_REFUSALS[error.code]))
    return _to_page(record_id, code)


def _to_page(record_id: str, code: str) -> AnyResponse:
    return leave_flash(redirect(url_for("console.erasure.detail", record_id=record_id), 303), code, record_id)


def _typed_search() -> RecordSearch:
    number, place = (request.args.get(name, "")[:_MOST].strip() for name in ("number", "place"))
    return RecordSearch(number.lower() if is_uuid(number.lower()) else number, place, wanted_day("day"))


def _list_page(search: RecordSearch, refusal: Refusal | None = None) -> Response:
    runtime, localizer = current_runtime(), Localizer(chosen_language())
    with snapshot(runtime.engine) as session:
        found = erasure_list(session, runtime.tenant_id, runtime.clock.now(), PageStart.read(request.args))
        fitting = FittingRecords() if refusal else find_records(session, runtime.tenant_id, search)
        teams = names_of(session, runtime.tenant_id, {row.scope.partition(":")[2] for row in fitting.rows})
        layout = layout_of(session, current_officer(), localizer)
    is_searched = not search.is_empty and not refusal
    if is_searched:
        context, count = _context(), len(fitting.rows)
        run_write(runtime.engine, lambda session: note_search(session, context, count))
    named = Localizer(localizer.language, found.names)
    return render(
        "erasure/list.html",
        refusal[0] if refusal else 200,
        layout=layout,
        active="console.erasure.index",
        error=localizer.say(refusal[1]) if refusal else "",
        search=search,
        is_searched=is_searched,
        is_nothing_typed=bool(request.args.keys() & {"number", "place", "day"}) and search.is_empty,
        fitting=[found_view(row, Localizer(localizer.language, teams)) for row in fitting.rows],
        has_more=fitting.has_more,
        erasures=[erasure_view(row, named) for row in found.rows],
        refused=action_views(found.refused, named),
        links=_ADDRESS.pages(found.page),
    )


def _asking_page(extent: Extent, refusal: Refusal | None = None) -> Response:
    runtime, language = current_runtime(), chosen_language()
    with snapshot(runtime.engine) as session:
        localizer = Localizer(
            language, names_of(session, runtime.tenant_id, [extent.scope.partition(":")[2]])
        )
        holders = holders_of(session, runtime.tenant_id, extent.record_id)
        layout = layout_of(session, current_officer(), localizer)
    reasons = localizer.lists.choices[erasure.REASONS]
    return render(
        "erasure/request.html",
        refusal[0] if refusal else 200,
        layout=layout,
        active="console.erasure.index",
        error=localizer.say(refusal[1]) if refusal else "",
        record_id=extent.record_id,
        may_audit=may(current_officer().role, "console.audit.index", localizer.lists),
        facts=extent_facts(extent, _previews(extent), localizer),
        backups=backups_text(extent, localizer),
        holders=holder_views(None, holders, localizer),
        reasons=[(one.id, one.label(language)) for one in reasons],
        chosen=request.form.get("reason", ""),
        asks_password=not is_confirmed(),
    )


def _page(record_id: str, refusal: Refusal | None = None) -> Response:
    runtime, officer, language = current_runtime(), current_officer(), chosen_language()
    flash = take_flash(FLASHES)
    with snapshot(runtime.engine) as session:
        row = find_erasure(session, runtime.tenant_id, record_id)
        since = row.requested_at if row else runtime.clock.now() - ACTIONS_SHOWN_FOR
        actions = actions_since(session, runtime.tenant_id, since, record_id)
        if row is None and not actions:
            raise AppError(ErrorCode.NOT_FOUND)
        people = {action.officer_id for action in actions if action.officer_id}
        area = {row.scope.partition(":")[2]} if row else set()
        localizer = Localizer(language, names_of(session, runtime.tenant_id, people | area))
        is_asked = row is not None and row.confirmed_at is None
        extent = (
            extent_of(session, runtime.tenant_id, declared_types(), record_id, runtime.clock.now())
            if is_asked
            else None
        )
        others = _others(session, officer.id)
        layout = layout_of(session, officer, localizer)
    return render(
        "erasure/page.html",
        refusal[0] if refusal else 200,
        layout=layout,
        active="console.erasure.index",
        error=localizer.say(refusal[1]) if refusal else "",
        flash=flash.text("", localizer) if flash else "",
        record_id=record_id,
        view=erasure_view(row, localizer) if row else None,
        state=erasure_state(row, localizer) if row else None,
        is_running=row is not None and row.confirmed_at is not None and row.erased_at is None,
        is_asked=is_asked,
        requested_at=row.requested_at.isoformat() if row else "",
        seen_rev=extent.rev if extent else 0,
        is_own=row is not None and row.requested_by == officer.id,
        others=others,
        facts=extent_facts(extent, _previews(extent), localizer) if extent else (),
        backups=backups_text(extent, localizer) if extent else "",
        holders=holder_views(row, row.holders, localizer) if row else (),
        actions=action_views(actions, localizer),
        asks_password=not is_confirmed(),
    )


def _extent(record_id: str) -> Extent:
    runtime = current_runtime()
    if not is_uuid(record_id):
        raise AppError(ErrorCode.NOT_FOUND, record=record_id)
    with snapshot(runtime.engine) as session:
        if find_erasure(session, runtime.tenant_id, record_id) is not None:
            raise AppError(ErrorCode.LOCKED, record=record_id)
        return extent_of(session, runtime.tenant_id, declared_types(), record_id, runtime.clock.now())


def _previews(extent: Extent) -> int:
    runtime = current_runtime()
    data_dir, tenant_id = runtime.settings.data_dir, runtime.tenant_id
    return sum((data_dir / preview_name(tenant_id, one)).is_file() for one in extent.stored)


def _others(session: Session, officer_id: str) -> int:
    everyone = officers.everyone(session, current_runtime().tenant_id)
    return sum(erasure.may_decide(one, load()) for one in everyone if one.officer_id != officer_id)


def _context() -> OperationContext:
    runtime = current_runtime()
    return OperationContext(
        runtime.tenant_id, runtime.clock, runtime.ids, load(), Actor("officer", current_officer().id)
    )


_REFUSALS = {
    ErrorCode.NOT_FOUND: N_("No record has this id. Copy it from “Technical details” on the record's page."),
    ErrorCode.PURGED: N_("The content of this record is gone already."),
    ErrorCode.LOCKED: N_("Its erasure was asked for already; it is in the list below."),
    ErrorCode.FORBIDDEN: N_("Only what people file can be erased; this is kept by the office itself."),
    ErrorCode.UNKNOWN_CHOICE: N_("Choose why the content must go."),
}
_DECISION_REFUSALS = {
    ErrorCode.SECOND_PERSON_NEEDED: N_(
        "You asked for this yourself, so another privacy officer must confirm or refuse it. Nothing was done."
    ),
    ErrorCode.NOT_FOUND: N_("It was decided meanwhile; nothing was done. Below is how it stands."),
    ErrorCode.PURGED: N_("The content of this record is gone already."),
    ErrorCode.REVISION_CHANGED: N_(
        "The request or the record has changed since you opened the page; nothing was done. "
        "Below is how it stands."
    ),
}
