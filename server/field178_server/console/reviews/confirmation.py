"""The step between a decision and its effect: quality flags, typed comments, the reason of a void."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flask import Response, request

from field178_server.console.records.field_rows import RowMaker
from field178_server.console.records.record_view import record_view
from field178_server.console.reviews.pages import VOID, filed_page
from field178_server.console.reviews.queue_view import QueueQuery
from field178_server.console.shell.form_actions import whole_number
from field178_server.console.shell.layout import layout_of, render
from field178_server.console.shell.own_texts import OwnText, confirm_texts
from field178_server.console.shell.policy import may
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.field_labels import FieldContext, label_at
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.office.reviews.quality_flags import WHOLE
from field178_server.office.reviews.record import RecordPage
from field178_shared.errors import AppError, ErrorCode
from field178_shared.text.i18n import N_

# Confirmed beside the codes of quality flags: an approval drops the typed comments and closes open threads,
# a record becomes void.
COMMENTS = "comments"
THREADS = "threads"
PIN = "comment:"


def confirm_approval(query: QueueQuery, record_id: str, reason: str, comments: Mapping[str, str]) -> Response:
    """Ask whether to approve a record with its flags and open threads, and what becomes of typed comments."""
    return _page("approve", query, record_id, reason, comments)


def confirm_comments(record_id: str, reason: str, comments: Mapping[str, str]) -> Response | None:
    """Return the page about what the officer wrote on a record, None when it names nobody."""
    localizer = Localizer(chosen_language())
    written = [OwnText("reason", localizer.say(N_("Reason")), reason)]
    written += [OwnText(f"{PIN}{path}", path, text) for path, text in comments.items()]
    if not any(one.marks() for one in written):
        return None
    page = _filed_page(record_id)
    name = page.establishment.data.get("name") if page.establishment else None
    localizer = Localizer(localizer.language, page.names)
    labelled = [
        replace(one, label=label_at(FieldContext(page.record.type, path, page.record.data), localizer))
        if (path := one.name.removeprefix(PIN)) != one.name
        else one
        for one in written
    ]
    return confirm_texts(labelled, "console.reviews.index", (name,) if isinstance(name, str) else ())


def confirm_void(query: QueueQuery, record_id: str, reason: str) -> Response:
    """Ask whether to void a record for this reason."""
    return _page(VOID, query, record_id, reason, {})


def _page(
    decision: str, query: QueueQuery, record_id: str, reason: str, comments: Mapping[str, str]
) -> Response:
    runtime, officer = current_runtime(), current_officer()
    plain, page = Localizer(chosen_language()), _filed_page(record_id)
    with snapshot(runtime.engine) as session:
        layout = layout_of(session, officer, plain)
    localizer = Localizer(plain.language, page.names)
    typed = [
        (path, label_at(FieldContext(page.record.type, path, page.record.data), localizer), text)
        for path, text in comments.items()
    ]
    maker = RowMaker(page, localizer)
    threads = [
        (
            label_at(FieldContext(page.record.type, one.path or WHOLE, page.record.data), localizer),
            maker.thread(one),
        )
        for one in (() if decision == VOID else page.unmet_threads)
    ]
    return render(
        "reviews/confirm.html",
        200,
        layout=layout,
        active="console.reviews.index",
        decision=decision,
        view=record_view(page, localizer, runtime.clock.now()),
        seen_rev=whole_number("seen_rev"),
        seen_review=whole_number("seen_review", "0"),
        keep=request.form.getlist("keep"),
        view_query=query.text,
        back=query.record_href(record_id),
        reason=reason,
        typed=typed,
        threads=threads,
        may_return=may(officer.role, "console.reviews.return_record", localizer.lists),
    )


def _filed_page(record_id: str) -> RecordPage:
    with snapshot(current_runtime().engine) as session:
        page = filed_page(session, current_officer(), record_id)
    if page is None:
        raise AppError(ErrorCode.NOT_FOUND)
    return page
