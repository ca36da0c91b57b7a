"""Decisions on a record by forms: approve, return, reopen, void, undo. Each answers by a redirect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from flask import request, url_for
from werkzeug.wrappers import Response

from field178_server.console.reviews.confirmation import (
    COMMENTS,
    PIN,
    THREADS,
    confirm_approval,
    confirm_comments,
    confirm_void,
)
from field178_server.console.reviews.pages import queue_page
from field178_server.console.reviews.queue_query import QueueQuery
from field178_server.console.reviews.record_pane import VOID, RefusedDecision
from field178_server.console.shell.form_actions import actor, done, in_batch, whole_number
from field178_server.console.shell.own_texts import confirmed
from field178_server.console.shell.page import current_page
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.reviews import operations as reviews
from field178_server.office.reviews.operations import SeenRecord
from field178_server.office.reviews.queue import next_in_queue, next_with_flag
from field178_server.office.reviews.record import has_unmet_threads
from field178_server.records.batch import Batch
from field178_server.records.find_record import FILED_TYPES, find_record
from field178_shared.errors import AppError, ErrorCode, message
from field178_shared.text.i18n import N_

TOO_LATE = N_(
    "Only your own approval of the last 30 seconds can be undone. Reopen the record with a reason instead."
)

Decide = Callable[[Batch], object]


def approve(record_id: str) -> Response:
    """Approve the record as seen on the page; typed comments, open threads and flags must be confirmed."""
    attempt = _typed("approve")
    if request.form.get("back"):
        return queue_page(_query(), record_id, replace(attempt, seen_review=None))
    officer, seen, answers = actor(), seen_record(record_id), confirmed()
    has_typed = bool(attempt.reason or attempt.comments)
    if (has_typed and COMMENTS not in answers) or (THREADS not in answers and _has_unmet_threads(record_id)):
        return _refusal(attempt, seen, lambda batch: reviews.refuse_changed(batch, seen)) or confirm_approval(
            _query(), record_id, attempt.reason, attempt.comments
        )
    return _decide(attempt, seen, "approved", lambda batch: reviews.approve(batch, officer, seen, answers))


def return_record(record_id: str) -> Response:
    """Return the record as seen on the page, with a reason and comments pinned to fields."""
    officer, seen, attempt = actor(), seen_record(record_id), _typed("return")
    if page := confirm_comments(record_id, attempt.reason, attempt.comments):
        return _refusal(attempt, seen, lambda batch: reviews.refuse_changed(batch, seen)) or page
    remarks = reviews.Remarks(
        reason=attempt.reason,
        comments=tuple(reviews.Pin(path, text) for path, text in attempt.comments.items()),
        keep=frozenset(request.form.getlist("keep")),
    )
    return _decide(
        attempt, seen, "returned", lambda batch: reviews.return_for_fix(batch, officer, seen, remarks)
    )


def reopen(record_id: str) -> Response:
    """Reopen an approved or void record with a reason."""
    officer, seen, attempt = actor(), seen_record(record_id), _typed("reopen")
    if page := confirm_comments(record_id, attempt.reason, {}):
        return _refusal(attempt, seen, lambda batch: reviews.refuse_changed(batch, seen)) or page
    return _decide(
        attempt, seen, "reopened", lambda batch: reviews.reopen(batch, officer, seen, attempt.reason)
    )


def void(record_id: str) -> Response:
    """Void a record with a reason, after a confirmation: it counts in no figure."""
    officer, seen, attempt = actor(), seen_record(record_id), _typed(VOID)
    if attempt.reason and VOID not in confirmed():
        return (
            _refusal(attempt, seen, lambda batch: reviews.refuse_changed(batch, seen))
            or confirm_comments(record_id, attempt.reason, {})
            or confirm_void(_query(), record_id, attempt.reason)
        )
    return _decide(attempt, seen, "void", lambda batch: reviews.void(batch, officer, seen, attempt.reason))


def undo(record_id: str) -> Response:
    """Undo an approval that the officer made within the last seconds."""
    officer = actor()
    check_access(record_id)
    try:
        run_write(
            current_page().runtime.engine,
            in_batch(lambda batch: reviews.undo_approval(batch, officer, record_id)),
        )
    except AppError as error:
        if error.code not in _REFUSALS:
            raise
        late = RefusedDecision(error.status, current_page().say(TOO_LATE))
        return queue_page(QueueQuery(), record_id, late)
    return done(url_for("console.reviews.detail", record_id=record_id), "undone", record_id)


def seen_record(record_id: str) -> SeenRecord:
    """Return the record as seen on the page of the form; without a review the revision is 0."""
    return SeenRecord(record_id, whole_number("seen_rev"), whole_number("seen_review", "0"))


def _decide(attempt: RefusedDecision, seen: SeenRecord, code: str, decide: Decide) -> Response:
    """Decide, then redirect to the next record; a refusal shows the record with the typed texts."""
    return _refusal(attempt, seen, decide) or done(_next_href(_query(), seen.record_id), code, seen.record_id)


def _refusal(attempt: RefusedDecision, seen: SeenRecord, decide: Decide) -> Response | None:
    """Decide in one transaction; return the page of a refused decision, else None."""
    check_access(seen.record_id)
    try:
        run_write(current_page().runtime.engine, in_batch(decide))
    except AppError as error:
        if error.code is ErrorCode.FLAGGED:
            return confirm_approval(_query(), seen.record_id, attempt.reason, attempt.comments)
        return queue_page(_query(), seen.record_id, refused(error, attempt))
    return None


def check_access(record_id: str) -> None:
    """Raise AppError(not_found) for a record that does not exist or is outside the officer's access."""
    page = current_page()
    with snapshot(page.runtime.engine) as session:
        record = find_record(session, page.tenant_id, record_id)
    if record is None or record.type not in FILED_TYPES or not page.access.holds(record.scope):
        raise AppError(ErrorCode.NOT_FOUND)


def _has_unmet_threads(record_id: str) -> bool:
    """Tell whether comments are open at fields that nobody has changed."""
    page = current_page()
    with snapshot(page.runtime.engine) as session:
        return has_unmet_threads(session, page.tenant_id, page.access, record_id)


def _next_href(query: QueueQuery, record_id: str) -> str:
    page = current_page()
    view = query.view(page)
    with snapshot(page.runtime.engine) as session:
        next_id = (
            next_with_flag(session, view, query.flag, record_id)
            if query.flag
            else next_in_queue(session, view, record_id)
        )
    return query.record_href(next_id) if next_id else query.list_href()


def refused(error: AppError, attempt: RefusedDecision) -> RefusedDecision:
    """Return an attempt with the message of its refusal; raise an error without a message."""
    if error.code not in _REFUSALS:
        raise error
    page = current_page()
    advice = page.say(_REFUSALS[error.code])
    # The message of LOCKED is about a late edit of a tablet: a reviewer's decision never becomes a conflict.
    text = "" if error.code is ErrorCode.LOCKED else message(error.code, page.localizer.language)
    return replace(attempt, status=error.status, message=f"{text} {advice}".strip())


def _typed(form: str) -> RefusedDecision:
    """Return the input of a form, to show it again after a refusal."""
    return RefusedDecision(
        status=200,
        message="",
        form=form,
        reason=request.form.get("reason", "").strip(),
        comments=_pins(),
        keep=frozenset(request.form.getlist("keep")),
        seen_review=whole_number("seen_review", "0"),
    )


def _query() -> QueueQuery:
    return QueueQuery.parse(request.form.get("view", ""))


def _pins() -> dict[str, str]:
    """Return the comments that are not empty, by the path of their field."""
    typed = {
        name.removeprefix(PIN): text.strip() for name, text in request.form.items() if name.startswith(PIN)
    }
    return {path: text for path, text in typed.items() if text}


_REFUSALS = {
    ErrorCode.DECIDED_MEANWHILE: N_(
        "Your decision was not taken. Below is how it stands; look at it and decide again."
    ),
    ErrorCode.REVISION_CHANGED: N_("Below is how it stands; look at what is new and decide again."),
    ErrorCode.LOCKED: N_(
        "This record was decided meanwhile, so your decision was not taken. Reopen it if it must change."
    ),
    ErrorCode.REQUIRED: N_("Write a reason, or pin a comment to a field, before you send it."),
    ErrorCode.TOO_LONG: N_("A reason or comment holds at most 500 characters."),
}
