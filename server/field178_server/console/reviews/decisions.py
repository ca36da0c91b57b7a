"""The forms that decide on a record: approve, return, reopen, void, undo. Each answers by a redirect."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import request, url_for
from werkzeug.wrappers import Response

from field178_server.console.reviews.confirmation import (
    COMMENTS,
    PIN,
    THREADS,
    VOID,
    confirm_approval,
    confirm_comments,
    confirm_void,
)
from field178_server.console.reviews.pages import RefusedDecision, queue_page, view_of
from field178_server.console.reviews.queue_view import QueueQuery
from field178_server.console.shell.blueprint import console
from field178_server.console.shell.form_actions import actor, batch_in, done, whole_number
from field178_server.console.shell.own_texts import confirmed
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import Session, run_write, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.office.reviews import operations as reviews
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

Decide = Callable[[Batch], None]


@console.post("/reviews/<record_id>/approve")
def approve_record(record_id: str) -> Response:
    """Approve the revision that was seen; typed comments, open threads and flags are asked about first."""
    if request.form.get("back"):
        return queue_page(_query(), record_id, RefusedDecision(200, "", _reason(), _pins()))
    officer, seen, said = actor(), whole_number("seen_rev"), confirmed()
    is_asked = (_reason() or _pins()) and COMMENTS not in said
    if is_asked or (THREADS not in said and _has_unmet_threads(record_id)):
        return confirm_approval(_query(), record_id, _reason(), _pins())
    return _decide(
        record_id, "approved", lambda batch: reviews.approve(batch, officer, record_id, seen, said)
    )


@console.post("/reviews/<record_id>/return")
def return_record(record_id: str) -> Response:
    """Send the revision that was seen back, with a reason and comments pinned to fields."""
    officer, seen = actor(), whole_number("seen_rev")
    if asked := confirm_comments(record_id, _reason(), _pins()):
        return asked
    remarks = reviews.Remarks(
        reason=_reason(),
        comments=tuple(reviews.Pin(path, text) for path, text in _pins().items()),
        keep=frozenset(request.form.getlist("keep")),
    )
    return _decide(
        record_id,
        "returned",
        lambda batch: reviews.return_for_fix(batch, officer, record_id, seen, remarks),
    )


@console.post("/reviews/<record_id>/reopen")
def reopen_record(record_id: str) -> Response:
    """Open an approved or void record again, with a reason."""
    officer, seen, reason = actor(), whole_number("seen_rev"), _reason()
    if asked := confirm_comments(record_id, reason, {}):
        return asked
    return _decide(
        record_id, "reopened", lambda batch: reviews.reopen(batch, officer, record_id, seen, reason)
    )


@console.post("/reviews/<record_id>/void")
def void_record(record_id: str) -> Response:
    """Take a record out of every figure, with a reason; asked about first."""
    officer, seen, reason = actor(), whole_number("seen_rev"), _reason()
    if reason and VOID not in confirmed():
        return confirm_comments(record_id, reason, {}) or confirm_void(_query(), record_id, reason)
    return _decide(record_id, "void", lambda batch: reviews.void(batch, officer, record_id, seen, reason))


@console.post("/reviews/<record_id>/undo")
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
    return done(url_for("console.review_record", record_id=record_id), "undone", record_id)


def _decide(record_id: str, code: str, decide: Decide) -> Response:
    """Decide, then go to the next record of the queue; a refusal shows the record with all that was typed."""
    query = _query()
    check_access(record_id)
    try:
        _write(decide)
    except AppError as error:
        if error.code is ErrorCode.FLAGGED:
            return confirm_approval(query, record_id, _reason(), _pins())
        return queue_page(query, record_id, refused(error, _reason(), _pins()))
    return done(_next_href(query, record_id), code, record_id)


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


def refused(error: AppError, reason: str = "", comments: Mapping[str, str] | None = None) -> RefusedDecision:
    """Return a refusal that has a sentence, with what was typed; any other error is raised."""
    if error.code not in _REFUSALS:
        raise error
    localizer = Localizer(chosen_language())
    advice = localizer.say(_REFUSALS[error.code])
    # The word of LOCKED is about a tablet's late edit: a reviewer's decision is not kept as a conflict.
    text = "" if error.code is ErrorCode.LOCKED else message(error.code, localizer.language)
    return RefusedDecision(error.status, f"{text} {advice}".strip(), reason, comments or {})


def _query() -> QueueQuery:
    return QueueQuery.parse(request.form.get("view", ""))


def _reason() -> str:
    return request.form.get("reason", "").strip()


def _pins() -> dict[str, str]:
    """Return the comments that say something, by the path they are pinned to."""
    typed = {
        name.removeprefix(PIN): text.strip() for name, text in request.form.items() if name.startswith(PIN)
    }
    return {path: text for path, text in typed.items() if text}


_REFUSALS = {
    ErrorCode.REVISION_CHANGED: N_("Below is how it stands; look at what is new and decide again."),
    ErrorCode.LOCKED: N_(
        "This record was decided meanwhile, so your decision was not taken. Reopen it if it must change."
    ),
    ErrorCode.REQUIRED: N_("Write a reason, or pin a comment to a field, before you send it."),
    ErrorCode.TOO_LONG: N_("A reason or comment holds at most 500 characters."),
}
