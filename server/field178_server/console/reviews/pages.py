"""The review queue and one record beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import Response, request

from field178_server.accounts.officers import OfficerContext
from field178_server.attachments.queries import file_counts, overdue_records
from field178_server.console.records.after_visit_view import after_visit_view
from field178_server.console.records.record_view import RecordPageView, record_view
from field178_server.console.reviews import queue_view
from field178_server.console.reviews.queue_view import QueueQuery
from field178_server.console.shell.blueprint import console
from field178_server.console.shell.flash import take_flash
from field178_server.console.shell.layout import layout_of, render
from field178_server.console.shell.links import page_links
from field178_server.console.shell.policy import may
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import Session, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.office.reviews.queue import PAGE_SIZE, QueueView, queue_counts, queue_row, queue_rows
from field178_server.office.reviews.record import RecordPage, record_page
from field178_server.records.access import access_of
from field178_server.records.find_record import FILED_TYPES
from field178_server.records.paging import PageOfRows
from field178_shared.errors import AppError, ErrorCode


@dataclass(frozen=True, slots=True)
class RefusedDecision:
    """A refused decision: its message, and the input to show again."""

    status: int
    message: str
    reason: str = ""
    comments: Mapping[str, str] = field(default_factory=dict)


@console.get("/reviews")
def reviews() -> Response:
    """Show the queue; on a wide screen its first record is open beside it."""
    return queue_page(QueueQuery.read(request.args), None)


@console.get("/reviews/<record_id>")
def review_record(record_id: str) -> Response:
    """Show one record beside the queue."""
    return queue_page(QueueQuery.read(request.args), record_id)


def queue_page(query: QueueQuery, chosen: str | None, attempt: RefusedDecision | None = None) -> Response:
    """Return the split view; a record that is not there, or not within access, is not found."""
    runtime, officer = current_runtime(), current_officer()
    localizer = Localizer(chosen_language())
    access = access_of(officer.role, officer.scopes)
    view = QueueView(runtime.tenant_id, access, query.state, query.type)
    flash = None if attempt else take_flash()
    with snapshot(runtime.engine) as session:
        done = queue_row(session, view, flash.record_id) if flash else None
        counts = queue_counts(session, view)
        leaf = PageOfRows.within(query.page, PAGE_SIZE, counts[query.state])
        query = query.on(leaf.number)
        rows = queue_rows(session, view, query.page)
        shown_id = chosen or (rows[0].record_id if rows else None)
        counted = file_counts(session, runtime.tenant_id, [row.record_id for row in rows])
        overdue = overdue_records(session, runtime.tenant_id, access, runtime.clock.now())
        page = _filed_page(session, officer, shown_id) if shown_id else None
        layout = layout_of(session, officer, localizer)
    if chosen and page is None:
        raise AppError(ErrorCode.NOT_FOUND)
    empty_title, empty_text = queue_view.empty_text(query, localizer)
    named = Localizer(localizer.language, page.names) if page else localizer
    shown = record_view(page, named, runtime.clock.now()) if page else None
    return render(
        "reviews/queue.html",
        attempt.status if attempt else 200,
        layout=layout,
        active="console.reviews",
        chosen=chosen,
        items=queue_view.queue_items(rows, query, shown_id, (localizer, runtime.clock.now()), counted),
        overdue=overdue,
        overdue_href=query.record_href(overdue.oldest) if overdue.oldest else None,
        drawers=queue_view.drawers(query, counts, localizer),
        kinds=queue_view.kinds(query, localizer),
        pages=page_links(leaf, lambda number: query.on(number).list_href()),
        empty_title=empty_title,
        empty_text=empty_text,
        flash=flash if done else None,
        flash_text=flash.text(queue_view.title_of(done, localizer), localizer) if flash and done else "",
        view=shown,
        after=after_visit_view(page, named, runtime.clock.now()) if page else None,
        view_query=query.text,
        back=query.list_href(),
        attempt=attempt,
        **_allowed(officer, shown, localizer),
    )


def _filed_page(session: Session, officer: OfficerContext, record_id: str) -> RecordPage | None:
    access = access_of(officer.role, officer.scopes)
    page = record_page(session, officer.tenant_id, access, record_id)
    return page if page is not None and page.record.type in FILED_TYPES else None


def _allowed(officer: OfficerContext, view: RecordPageView | None, localizer: Localizer) -> dict[str, bool]:
    """Return which decisions this officer may take on a record in its present state."""
    state = view.state if view and not view.erased else ""
    is_open = state in ("waiting", "corrected", "returned")
    return {
        "may_enter": state not in ("", "void") and may(officer.role, "console.enter", localizer.lists),
        "may_approve": is_open and may(officer.role, "console.approve_record", localizer.lists),
        "may_pin": is_open and may(officer.role, "console.return_record", localizer.lists),
        "may_reopen": state in ("approved", "void")
        and may(officer.role, "console.reopen_record", localizer.lists),
        "may_void": state not in ("", "void") and may(officer.role, "console.void_record", localizer.lists),
    }
