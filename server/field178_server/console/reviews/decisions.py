"""The forms that decide on a record: approve, return, reopen, void, undo. Each answers by a redirect."""

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
from field178_server.console.reviews.pages import VOID, RefusedDecision, queue_page, view_of
from field178_server.console.reviews.queue_view import QueueQuery
from field178_server.console.shell.form_actions import actor, batch_in, done, whole_number
from field178_server.console.shell.own_texts import confirmed
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import Session, run_write, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.office.reviews import operations as reviews
from field178_server.office.reviews.operations import SeenRecord
from field178_server.office.reviews.queue import next_in_queue, next_with_flag
from field178_server.office.reviews.record import has_unmet_threads
from field178_server.records.access import access_of
from field178_server.records.batch import Batch
from field178_server.records.find_record import FILED_TYPES, find_record
from field178_shared.errors import AppError, ErrorCode, message
from field178_shared.text.i18n import N_

TOO_LATE = N_(
    "Only your own approval of the last 30 seconds can be undone. Reopen the record with a reason instead."
)

Decide = Callable[[Batch], object]


def approve(record_id: str) -> Response:
    """Approve the record as it was seen; typed comments, open threads and flags are asked about first."""
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
    """Send the record back as it was seen, with a reason and comments pinned to fields."""
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
    """Open an approved or void record again, with a reason."""
    officer, seen, attempt = actor(), seen_record(record_id), _typed("reopen")
    if page := confirm_comments(record_id, attempt.reason, {}):
        return _refusal(attempt, seen, lambda batch: reviews.refuse_changed(batch, seen)) or page
    return _decide(
        attempt, seen, "reopened", lambda batch: reviews.reopen(batch, officer, seen, attempt.reason)
    )


def void(record_id: str) -> Response:
    """Take a record out of every figure, with a reason; asked about first."""
    officer, seen, attempt = actor(), seen_record(record_id), _typed(VOID)
    if attempt.reason and VOID not in confirmed():
        return (
            _refusal(attempt, seen, lambda batch: reviews.refuse_changed(batch, seen))
            or confirm_comments(record_id, attempt.reason, {})
            or confirm_void(_query(), record_id, attempt.reason)
        )
    return _decide(attempt, seen, "void", lambda batch: reviews.void(batch, officer, seen, attempt.reason))


def undo(record_id: str) -> Response:
    """Take the own approval of the last seconds back."""
    officer = actor()
    check_access(record_id)
    try:
        _write(lambda batch: reviews.undo_approval(batch, officer, record_id))
    except AppError as error:
        if error.code not in _REFUSALS:
            raise
        return queue_page(
            QueueQuery(), record_id, RefusedDecision(error.status, Localizer(chosen_language()).say(TOO_LATE))
        )
    return done(url_for("console.reviews.detail", record_id=record_id), "undone", record_id)


def seen_record(record_id: str) -> SeenRecord:
    """Return the record as the page showed it whose form was sent; one that names no review saw none."""
    return SeenRecord(record_id, whole_number("seen_rev"), whole_number("seen_review", "0"))


def _decide(attempt: RefusedDecision, seen: SeenRecord, code: str, decide: Decide) -> Response:
    """Decide, then go to the next record of the queue; a refusal shows the record with all that was typed."""
    return _refusal(attempt, seen, decide) or done(_next_href(_query(), seen.record_id), code, seen.record_id)


def _refusal(attempt: RefusedDecision, seen: SeenRecord, decide: Decide) -> Response | None:
    """Decide in one transaction; return the page of a refused decision, None when it was taken."""
    check_access(seen.record_id)
    try:
        _write(decide)
    except AppError as error:
        if error.code is ErrorCode.FLAGGED:
            return confirm_approval(_query(), seen.record_id, attempt.reason, attempt.comments)
        return queue_page(_query(), seen.record_id, refused(error, attempt))
    return None


def _write(decide: Decide) -> None:
    def work(session: Session) -> None:
        batch = batch_in(session)
        decide(batch)
        batch.flush()

    run_write(current_runtime().engine, work)


def check_access(record_id: str) -> None:
    """Refuse a record that does not exist or that the officer may not read, both in the same words."""
    runtime, officer = current_runtime(), current_officer()
    with snapshot(runtime.engine) as session:
        record = find_record(session, runtime.tenant_id, record_id)
    access = access_of(officer.role, officer.scopes)
    if record is None or record.type not in FILED_TYPES or not access.holds(record.scope):
        raise AppError(ErrorCode.NOT_FOUND)


def _has_unmet_threads(record_id: str) -> bool:
    """Tell whether comments are open at fields that nobody has changed."""
    runtime, officer = current_runtime(), current_officer()
    access = access_of(officer.role, officer.scopes)
    with snapshot(runtime.engine) as session:
        return has_unmet_threads(session, runtime.tenant_id, access, record_id)


def _next_href(query: QueueQuery, record_id: str) -> str:
    with snapshot(current_runtime().engine) as session:
        view = view_of(query)
        following = (
            next_with_flag(session, view, query.flag, record_id)
            if query.flag
            else next_in_queue(session, view, record_id)
        )
    return query.record_href(following) if following else query.list_href()


def refused(error: AppError, attempt: RefusedDecision) -> RefusedDecision:
    """Return an attempt with the sentence of its refusal; an error that has none is raised."""
    if error.code not in _REFUSALS:
        raise error
    localizer = Localizer(chosen_language())
    advice = localizer.say(_REFUSALS[error.code])
    # The word of LOCKED is about a tablet's late edit: a reviewer's decision is not kept as a conflict.
    text = "" if error.code is ErrorCode.LOCKED else message(error.code, localizer.language)
    return replace(attempt, status=error.status, message=f"{text} {advice}".strip())


def _typed(form: str) -> RefusedDecision:
    """Return what one of the forms of a record holds, to be shown again when it is refused."""
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
    """Return the comments that say something, by the path they are pinned to."""
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
