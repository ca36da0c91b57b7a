"""Review queue with one record beside it."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for
from sqlalchemy.orm import Session

from field178_server.console.records.flashes import ENTRY_FLASHES
from field178_server.console.reviews.flashes import FLASHES
from field178_server.console.reviews.queue_query import QueueQuery, read_queue
from field178_server.console.reviews.queue_view import queue_list, title_of
from field178_server.console.reviews.record_pane import RefusedDecision, record_values, reviewed_record
from field178_server.console.shell.flash import Flash, take_flash
from field178_server.console.shell.page import Page, current_page, or_404
from field178_server.console.shell.readings import note_reading
from field178_server.database.unit_of_work import snapshot
from field178_server.office.reviews.queue import QueueState, QueueView, queue_counts, queue_row
from field178_shared.errors import AppError, ErrorCode
from field178_shared.text.i18n import N_


def index() -> Response:
    """Show the queue; a wide screen shows its first record beside it."""
    return queue_page(QueueQuery.read(request.args), None)


def waiting_records(session: Session, page: Page) -> int:
    """Count the records that wait for review in the scopes of the officer, for the menu."""
    return queue_counts(session, QueueView(page.tenant_id, page.access))[QueueState.WAITING]


def detail(record_id: str) -> Response:
    """Show a record beside the queue; htmx gets the record alone."""
    query = QueueQuery.read(request.args)
    is_fragment = request.headers.get("HX-Request") == "true"
    return _fragment(query, record_id) if is_fragment else queue_page(query, record_id)


def queue_page(query: QueueQuery, chosen: str | None, attempt: RefusedDecision | None = None) -> Response:
    """Return the queue with a record, or raise AppError(not_found) if the chosen one cannot be read."""
    page, flash = current_page(), None if attempt else take_flash({**FLASHES, **ENTRY_FLASHES})
    with page.reading() as session:
        reading = read_queue(session, page, query)
        shown_id = chosen or reading.first_id
        record = reviewed_record(session, page, shown_id) if shown_id else None
        flash_text = _flash_text(session, page, query, flash) if flash else ""
    if chosen and record is None:
        raise AppError(ErrorCode.NOT_FOUND)
    if record is not None:
        note_reading(record.record.record_id, record.record.scope)
    values = record_values(page, query, record, attempt)
    return page.render(
        "reviews/queue.html",
        attempt.status if attempt else 200,
        chosen=chosen,
        queue=queue_list(reading, query, page),
        shown_id=shown_id,
        flash=flash if flash_text else None,
        flash_text=flash_text,
        undo_href=_undo_href(flash),
        **values,
    )


def _flash_text(session: Session, page: Page, query: QueueQuery, flash: Flash) -> str:
    """Return the message about the last decision, "" if its record cannot be read."""
    record_id, _, count = flash.record_id.partition(".")
    row = queue_row(session, query.view(page), record_id)
    if row is None:
        return ""
    title = page.say(N_("{count} records"), count=count) if count else title_of(row, page.localizer)
    return flash.text(title, page.localizer)


def _undo_href(flash: Flash | None) -> str:
    """Return the address that undoes an approval; "" for other actions."""
    if flash is None or flash.code != "approved":
        return ""
    return url_for("console.reviews.undo", record_id=flash.record_id)


def _fragment(query: QueueQuery, record_id: str) -> Response:
    """Return a record without the queue, for the keys that step through it."""
    page = current_page()
    with snapshot(page.runtime.engine) as session:
        record = or_404(reviewed_record(session, page, record_id))
    note_reading(record_id, record.record.scope)
    values: dict[str, Any] = record_values(page, query, record)
    return page.render_part("reviews/fragment.html", **values)
