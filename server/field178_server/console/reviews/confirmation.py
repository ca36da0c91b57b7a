"""Confirmation before a decision: quality flags, typed comments, reason of a void."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flask import Response, request

from field178_server.console.records.field_rows import RowMaker
from field178_server.console.records.record_view import record_view
from field178_server.console.reviews.queue_query import QueueQuery
from field178_server.console.reviews.record_pane import VOID, reviewed_record
from field178_server.console.shell.form_actions import whole_number
from field178_server.console.shell.own_texts import OwnText, confirm_texts
from field178_server.console.shell.page import Page, current_page, or_404
from field178_server.console.text.field_labels import FieldContext, label_at
from field178_server.database.unit_of_work import snapshot
from field178_server.office.reviews.operations import SeenRecord
from field178_server.office.reviews.quality_flags import WHOLE
from field178_server.office.reviews.record import RecordPage
from field178_shared.text.i18n import N_

# Values of the field `confirmed` beside codes of quality flags: an approval drops typed comments, and closes
# open threads.
COMMENTS = "comments"
THREADS = "threads"
PIN = "comment:"


def confirm_approval(query: QueueQuery, record_id: str, reason: str, comments: Mapping[str, str]) -> Response:
    """Ask whether to approve a record with flags, open threads or typed comments."""
    return _page("approve", query, record_id, reason, comments)


def confirm_comments(record_id: str, reason: str, comments: Mapping[str, str]) -> Response | None:
    """Return the page about personal data in the officer's texts, None if they name nobody."""
    page = current_page()
    texts = [OwnText("reason", page.say(N_("Reason")), reason)]
    texts += [OwnText(f"{PIN}{path}", path, text) for path, text in comments.items()]
    if not any(text.marks() for text in texts):
        return None
    record = _record(page, record_id)
    name = record.establishment.data.get("name") if record.establishment else None
    labelled = [
        replace(text, label=_label(page, record, text.name.removeprefix(PIN)))
        if text.name.startswith(PIN)
        else text
        for text in texts
    ]
    return confirm_texts(labelled, "console.reviews.index", (name,) if isinstance(name, str) else ())


def confirm_void(query: QueueQuery, record_id: str, reason: str) -> Response:
    """Ask whether to void a record for this reason."""
    return _page(VOID, query, record_id, reason, {})


def _page(
    decision: str, query: QueueQuery, record_id: str, reason: str, comments: Mapping[str, str]
) -> Response:
    page = current_page()
    record = _record(page, record_id)
    maker = RowMaker(record, page.localizer)
    threads = () if decision == VOID else record.unmet_threads
    return page.render(
        "reviews/confirm.html",
        active="console.reviews.index",
        decision=decision,
        view=record_view(record, page.localizer, page.now),
        seen=SeenRecord(record_id, whole_number("seen_rev"), whole_number("seen_review", "0")),
        keep=request.form.getlist("keep"),
        query=query,
        reason=reason,
        typed=[(path, _label(page, record, path), text) for path, text in comments.items()],
        threads=[(_label(page, record, thread.path or WHOLE), maker.thread(thread)) for thread in threads],
    )


def _label(page: Page, record: RecordPage, path: str) -> str:
    return label_at(FieldContext(record.record.type, path, record.record.data), page.localizer)


def _record(page: Page, record_id: str) -> RecordPage:
    with snapshot(page.runtime.engine) as session:
        record = or_404(reviewed_record(session, page, record_id))
    page.use_names(record.names)
    return record
