"""Pages of erasures: request by a privacy officer, decision by another, progress."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from field178_server.accounts import officers
from field178_server.attachments.previews import preview_name
from field178_server.attachments.secure_delete import erase_soon
from field178_server.attachments.storage.file_store import FileStore
from field178_server.console.erasure.flashes import FLASHES
from field178_server.console.erasure.view import ACTION_LABELS, erasure_state, extent_facts, sync_state
from field178_server.console.shell.flash import leave_flash
from field178_server.console.shell.form_actions import attempt, office, whole_number
from field178_server.console.shell.lists import ListAddress, requested_day
from field178_server.console.shell.page import Page, current_page
from field178_server.console.text.state_labels import StateLabel
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.http.browser_session import password_refusal
from field178_server.office.erasure import operations as erasure
from field178_server.office.erasure.dry_run import Extent, extent_of
from field178_server.office.erasure.find import MatchingRecords, RecordSearch, find_records, note_search
from field178_server.office.erasure.operations import SeenRequest
from field178_server.office.erasure.queries import (
    ACTIONS_SHOWN_FOR,
    ErasureRow,
    Holder,
    actions_since,
    count_requested,
    erasure_list,
    find_erasure,
    holders_of,
)
from field178_server.records.keyset import PageStart
from field178_server.records.labels import names_of
from field178_server.replication.policy.record_validation import declared_types
from field178_shared.errors import AppError, ErrorCode
from field178_shared.ids import is_uuid
from field178_shared.text.i18n import N_

_MAX_CHARACTERS = 120
_ADDRESS = ListAddress("console.erasure.index", ())

Refusal = tuple[int, str]


def index() -> AnyResponse:
    """Show all erasures, undecided ones first, and search the record of a new erasure."""
    search = _typed_search()
    if is_uuid(search.number):
        return redirect(url_for("console.erasure.new", record=search.number))
    return _list_page(search)


def requested_erasures(session: Session, page: Page) -> int:
    """Count the erasures that wait for a second officer, for the menu."""
    return count_requested(session, page.tenant_id)


def new() -> Response:
    """Show the data that an erasure would remove, and ask for the reason."""
    record_id = request.args.get("record", "").strip().lower()
    try:
        return _asking_page(_extent(record_id))
    except AppError as error:
        if error.code not in _REFUSALS:
            raise
        return _list_page(RecordSearch(record_id), (error.status, _REFUSALS[error.code]))


def submit() -> AnyResponse:
    """Request an erasure; another officer decides."""
    record_id, reason = request.form.get("record", ""), request.form.get("reason", "")
    extent = _extent(record_id)
    if (refusal := password_refusal()) is not None:
        return _asking_page(extent, refusal)
    page, rules = current_page(), declared_types()
    refused = attempt(
        lambda session: erasure.request(session, office(), rules, record_id, page.officer.id, reason),
        _REFUSALS,
    )
    if refused is not None:
        return _asking_page(extent, (refused.status, _REFUSALS[refused.code]))
    return _to_page(record_id, "purge_asked")


def detail(record_id: str) -> Response:
    """Show an erasure: extent, decisions, tablets that have not synced since."""
    return _page(record_id)


def confirm(record_id: str) -> AnyResponse:
    """Remove the content, as the second officer; a thread wipes its traces."""
    rules, by, seen = declared_types(), current_page().officer.id, _seen(whole_number("seen_rev"))

    def work(session: Session) -> None:
        erasure.confirm(session, office(), rules, record_id, by, seen)

    answer = _decide(record_id, "purge_confirmed", work)
    if answer.status_code == 303:
        runtime = current_page().runtime
        store = FileStore(runtime.settings.data_dir, runtime.tenant_id)
        erase_soon(runtime.engine, runtime.tenant_id, store, runtime.clock)
    return answer


def refuse(record_id: str) -> AnyResponse:
    """Refuse the request, as the second officer: the content stays."""
    by, seen = current_page().officer.id, _seen()
    return _decide(
        record_id, "purge_refused", lambda session: erasure.refuse(session, office(), record_id, by, seen)
    )


def withdraw(record_id: str) -> AnyResponse:
    """Withdraw the own request."""
    by, seen = current_page().officer.id, _seen()
    return _decide(
        record_id,
        "purge_withdrawn",
        lambda session: erasure.withdraw(session, office(), record_id, by, seen),
    )


def _seen(rev: int | None = None) -> SeenRequest:
    """Return the request as shown on the page of the form."""
    try:
        # Exact to the microsecond, like the row: an instant rounded to the wire's milliseconds never matches.
        requested_at = datetime.fromisoformat(request.form.get("requested_at", ""))
    except ValueError:
        raise AppError(ErrorCode.BAD_REQUEST) from None
    return SeenRequest(requested_at, rev)


def _decide(record_id: str, code: str, work: Callable[[Session], object]) -> AnyResponse:
    """Run a decision and redirect to the erasure; on a refusal, return its page with the message."""
    if (refusal := password_refusal()) is not None:
        return _page(record_id, refusal)
    if (refused := attempt(work, _DECISION_REFUSALS)) is not None:
        return _page(record_id, (refused.status, _DECISION_REFUSALS[refused.code]))
    return _to_page(record_id, code)


def _to_page(record_id: str, code: str) -> AnyResponse:
    return leave_flash(redirect(url_for("console.erasure.detail", record_id=record_id), 303), code, record_id)


def _typed_search() -> RecordSearch:
    number, place = (request.args.get(name, "")[:_MAX_CHARACTERS].strip() for name in ("number", "place"))
    return RecordSearch(number.lower() if is_uuid(number.lower()) else number, place, requested_day("day"))


def _list_page(search: RecordSearch, refusal: Refusal | None = None) -> Response:
    page = current_page()
    with page.reading() as session:
        erasures = erasure_list(session, page.tenant_id, page.now, PageStart.read(request.args))
        matches = MatchingRecords() if refusal else find_records(session, page.tenant_id, search)
        areas = names_of(session, page.tenant_id, {row.scope.partition(":")[2] for row in matches.rows})
    is_searched = not search.is_empty and not refusal
    if is_searched:
        count = len(matches.rows)
        run_write(page.runtime.engine, lambda session: note_search(session, office(), count))
    page.use_names(erasures.names | areas)
    return page.render(
        "erasure/list.html",
        refused_form=refusal,
        search=search,
        is_searched=is_searched,
        is_nothing_typed=bool(request.args.keys() & {"number", "place", "day"}) and search.is_empty,
        matches=matches,
        erasures=[(row, erasure_state(row, page)) for row in erasures.rows],
        refused=erasures.refused,
        action_labels=ACTION_LABELS,
        links=_ADDRESS.pages(erasures.page),
    )


def _asking_page(extent: Extent, refusal: Refusal | None = None) -> Response:
    page = current_page()
    with page.reading() as session:
        names = names_of(session, page.tenant_id, [extent.scope.partition(":")[2]])
        holders = holders_of(session, page.tenant_id, extent.record_id)
    page.use_names(names)
    return page.render(
        "erasure/request.html",
        refused_form=refusal,
        extent=extent,
        facts=extent_facts(extent, _preview_count(extent), page),
        holders=[(holder, None) for holder in holders],
        reasons=page.lists.choices[erasure.REASONS],
        chosen=request.form.get("reason", ""),
    )


def _page(record_id: str, refusal: Refusal | None = None) -> Response:
    page = current_page()
    with page.reading() as session:
        row = find_erasure(session, page.tenant_id, record_id)
        since = row.requested_at if row else page.now - ACTIONS_SHOWN_FOR
        actions = actions_since(session, page.tenant_id, since, record_id)
        if row is None and not actions:
            raise AppError(ErrorCode.NOT_FOUND)
        people = {action.officer_id for action in actions if action.officer_id}
        area = {row.scope.partition(":")[2]} if row else set()
        names = names_of(session, page.tenant_id, people | area)
        extent = None
        if row is not None and row.confirmed_at is None:
            extent = extent_of(session, page.tenant_id, declared_types(), record_id, page.now)
        decider_count = _decider_count(session, page)
    page.use_names(names)
    return page.render(
        "erasure/page.html",
        refused_form=refusal,
        flash=page.flash_text(FLASHES),
        record_id=record_id,
        erasure=row,
        state=erasure_state(row, page) if row else None,
        extent=extent,
        is_own=row is not None and row.requested_by == page.officer.id,
        decider_count=decider_count,
        facts=extent_facts(extent, _preview_count(extent), page) if extent else (),
        holders=_holders(row, page) if row else (),
        actions=actions,
        action_labels=ACTION_LABELS,
    )


def _holders(row: ErasureRow, page: Page) -> list[tuple[Holder, StateLabel | None]]:
    erased_at = row.confirmed_at
    return [(holder, sync_state(holder, erased_at, page) if erased_at else None) for holder in row.holders]


def _extent(record_id: str) -> Extent:
    page = current_page()
    if not is_uuid(record_id):
        raise AppError(ErrorCode.NOT_FOUND, record=record_id)
    with snapshot(page.runtime.engine) as session:
        if find_erasure(session, page.tenant_id, record_id) is not None:
            raise AppError(ErrorCode.LOCKED, record=record_id)
        return extent_of(session, page.tenant_id, declared_types(), record_id, page.now)


def _preview_count(extent: Extent) -> int:
    runtime = current_page().runtime
    names = (preview_name(runtime.tenant_id, sha256) for sha256 in extent.stored)
    return sum((runtime.settings.data_dir / name).is_file() for name in names)


def _decider_count(session: Session, page: Page) -> int:
    """Return the number of other officers who may decide."""
    everyone = officers.everyone(session, page.tenant_id)
    return sum(erasure.may_decide(row, page.lists) for row in everyone if row.officer_id != page.officer.id)


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
