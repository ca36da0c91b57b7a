"""The review queue and one record beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask import Response, request, url_for

from field178_server.accounts.officers import OfficerContext
from field178_server.attachments.queries import file_counts, overdue_records
from field178_server.console.records.after_visit_view import after_visit_view
from field178_server.console.records.decisions_view import DecisionView
from field178_server.console.records.flashes import ENTRY_FLASHES
from field178_server.console.records.record_view import RecordPageView, record_view
from field178_server.console.reviews import queue_view
from field178_server.console.reviews.flashes import FLASHES
from field178_server.console.reviews.queue_view import QueueQuery
from field178_server.console.shell.flash import Flash, take_flash
from field178_server.console.shell.layout import layout_of, render
from field178_server.console.shell.policy import may
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.shell.readings import note_reading
from field178_server.console.text.field_labels import FieldContext, field_name, label_at
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import Session, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.office.reviews import queue
from field178_server.office.reviews.quality_flags import flags_of
from field178_server.office.reviews.queue import (
    QueueRow,
    QueueView,
    queue_counts,
    queue_row,
    review_revisions,
)
from field178_server.office.reviews.record import RecordPage, record_page
from field178_server.office.reviews.viewing import viewed_revisions
from field178_server.records.access import access_of
from field178_server.records.find_record import FILED_TYPES
from field178_shared.errors import AppError, ErrorCode
from field178_shared.text.i18n import N_

VOID = "void"
# Name of a typed comment that continues a thread, before the key of the thread.
THREAD = "thread:"


@dataclass(frozen=True, slots=True)
class RefusedDecision:
    """A refused decision: its message, and the input to show again.

    `form`: the decision that the reason is for. `keep`: the threads that were ticked, None: not asked.
    `seen_review`: the revision of the review that was seen; what was decided after it is named.
    """

    status: int
    message: str
    form: str = ""
    reason: str = ""
    comments: Mapping[str, str] = field(default_factory=dict)
    keep: frozenset[str] | None = None
    seen_review: int | None = None

    def decided_since(self, view: RecordPageView) -> tuple[DecisionView, ...]:
        """Return what was decided after the review that was seen."""
        if self.seen_review is None:
            return ()
        return tuple(one for one in view.decisions if one.rev > self.seen_review)


def index() -> Response:
    """Show the queue; on a wide screen its first record is open beside it."""
    return queue_page(QueueQuery.read(request.args), None)


def detail(record_id: str) -> Response:
    """Show one record beside the queue; htmx gets the record alone."""
    query = QueueQuery.read(request.args)
    is_fragment = request.headers.get("HX-Request") == "true"
    return _fragment(query, record_id) if is_fragment else queue_page(query, record_id)


def queue_page(query: QueueQuery, chosen: str | None, attempt: RefusedDecision | None = None) -> Response:
    """Return the split view; a record that is not there, or not within access, is not found."""
    runtime, officer = current_runtime(), current_officer()
    localizer = Localizer(chosen_language())
    access = access_of(officer.role, officer.scopes)
    flash = None if attempt else take_flash({**FLASHES, **ENTRY_FLASHES})
    with snapshot(runtime.engine) as session:
        view = view_of(query)
        done_id, _, done_count = flash.record_id.partition(".") if flash else ("", "", "")
        done = queue_row(session, view, done_id) if flash else None
        counts = queue_counts(session, view)
        flagged = queue.flagged_page(session, view, query.flag, query.place) if query.flag else None
        found = flagged.page if flagged else queue.queue_page(session, view, query.place)
        rows = found.rows
        shown_id = chosen or (rows[0].record_id if rows else None)
        row_ids = [row.record_id for row in rows]
        counted = file_counts(session, runtime.tenant_id, row_ids)
        flags = flagged.flags if flagged else flags_of(session, runtime.tenant_id, row_ids)
        viewed = _viewed(session, officer, row_ids, localizer)
        reviews = review_revisions(session, runtime.tenant_id, row_ids) if viewed is not None else {}
        overdue = overdue_records(session, runtime.tenant_id, access, runtime.clock.now())
        page = filed_page(session, officer, shown_id) if shown_id else None
        layout = layout_of(session, officer, localizer)
    if chosen and page is None:
        raise AppError(ErrorCode.NOT_FOUND)
    if page is not None:
        note_reading(page.record.record_id, page.record.scope)
    empty_title, empty_text = queue_view.empty_text(query, flagged, localizer)
    facts = queue_view.RowFacts(counted, flags, viewed, reviews)
    return render(
        "reviews/queue.html",
        attempt.status if attempt else 200,
        layout=layout,
        active="console.reviews.index",
        chosen=chosen,
        items=queue_view.queue_items(rows, query, shown_id, (localizer, runtime.clock.now()), facts),
        overdue=overdue,
        overdue_href=query.record_href(overdue.oldest) if overdue.oldest else None,
        drawers=queue_view.drawers(query, counts, localizer),
        kinds=queue_view.kinds(query, localizer),
        has_flag=query.flag is not None,
        flag_filters=queue_view.flag_filters(query, localizer),
        flag_count=queue_view.flag_count(flagged, localizer) if flagged else "",
        order_text=queue_view.order_text(query, localizer),
        links=query.pages(found),
        empty_title=empty_title,
        empty_text=empty_text,
        total=counts[query.state],
        flash=flash if done else None,
        undo_href=_undo_href(flash),
        flash_text=flash.text(_done_title(done, done_count, localizer), localizer) if flash and done else "",
        **_record_values(query, page, officer, attempt),
    )


def _undo_href(flash: Flash | None) -> str:
    """Return the address that undoes an approval; "" for other actions."""
    if flash is None or flash.code != "approved":
        return ""
    return url_for("console.reviews.undo", record_id=flash.record_id)


def view_of(query: QueueQuery) -> QueueView:
    """Return the part of the queue that an address names but for its flag, within the officer's access."""
    runtime, officer = current_runtime(), current_officer()
    access = access_of(officer.role, officer.scopes)
    return QueueView(runtime.tenant_id, access, query.state, query.type)


def unplaced_texts(
    page: RecordPage, attempt: RefusedDecision, allowed: Mapping[str, bool], localizer: Localizer
) -> tuple[tuple[str, str], ...]:
    """Return (label, text) of what was typed into a form that the record has no longer."""
    forms = ("may_void",) if attempt.form == VOID else ("may_pin", "may_reopen")
    has_reason_form = any(allowed[form] for form in forms)
    reason = () if has_reason_form else ((localizer.say(N_("Reason")), attempt.reason),)
    comments = () if allowed["may_pin"] else attempt.comments.items()
    typed = (*reason, *((_label(page, path, localizer), text) for path, text in comments))
    return tuple((label, text) for label, text in typed if text)


def _label(page: RecordPage, path: str, localizer: Localizer) -> str:
    if path.startswith(THREAD):
        return field_name("review", "comments.*", localizer)
    return label_at(FieldContext(page.record.type, path, page.record.data), localizer)


def _done_title(row: QueueRow, count: str, localizer: Localizer) -> str:
    """Return what the last decision was about: a record, or this many."""
    if count:
        return localizer.say(N_("{count} records")).format(count=count)
    return queue_view.title_of(row, localizer)


def _viewed(
    session: Session, officer: OfficerContext, record_ids: Sequence[str], localizer: Localizer
) -> Mapping[str, int] | None:
    if not may(officer.role, "console.reviews.approve_several", localizer.lists):
        return None
    return viewed_revisions(session, officer.tenant_id, officer.id, record_ids)


def _fragment(query: QueueQuery, record_id: str) -> Response:
    """Return one record without the queue: what a key has asked for."""
    officer = current_officer()
    with snapshot(current_runtime().engine) as session:
        page = filed_page(session, officer, record_id)
    if page is None:
        raise AppError(ErrorCode.NOT_FOUND)
    note_reading(record_id, page.record.scope)
    return render("reviews/fragment.html", 200, **_record_values(query, page, officer))


def _record_values(
    query: QueueQuery,
    page: RecordPage | None,
    officer: OfficerContext,
    attempt: RefusedDecision | None = None,
) -> dict[str, object]:
    localizer = Localizer(chosen_language(), page.names) if page else Localizer(chosen_language())
    shown = record_view(page, localizer, current_runtime().clock.now()) if page else None
    after = after_visit_view(page, localizer, current_runtime().clock.now()) if page else None
    allowed = _allowed(officer, shown, localizer)
    own = {
        "view": shown,
        "after": after,
        "view_query": query.text,
        "back": query.list_href(),
        "attempt": attempt,
        "unplaced": unplaced_texts(page, attempt, allowed, localizer) if page and attempt else (),
    }
    return {**own, **allowed}


def filed_page(session: Session, officer: OfficerContext, record_id: str) -> RecordPage | None:
    """Return the page of a record that is reviewed, within the officer's access."""
    access = access_of(officer.role, officer.scopes)
    page = record_page(session, officer.tenant_id, access, record_id)
    return page if page is not None and page.record.type in FILED_TYPES else None


def _allowed(officer: OfficerContext, view: RecordPageView | None, localizer: Localizer) -> dict[str, bool]:
    """Return which decisions this officer may take on a record in its present state."""
    state = view.state if view and not view.erased else ""
    is_open = state in ("waiting", "corrected", "answered", "returned")
    return {
        "may_audit": view is not None and may(officer.role, "console.audit.index", localizer.lists),
        "may_enter": state not in ("", "void")
        and may(officer.role, "console.follow_ups.enter", localizer.lists),
        "may_approve": is_open and may(officer.role, "console.reviews.approve", localizer.lists),
        "may_pin": is_open and may(officer.role, "console.reviews.return_record", localizer.lists),
        "may_reopen": state in ("approved", "void")
        and may(officer.role, "console.reviews.reopen", localizer.lists),
        "may_void": state not in ("", "void") and may(officer.role, "console.reviews.void", localizer.lists),
    }
