"""Actions on a comment thread: comment, close, reopen."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from flask import request
from werkzeug.wrappers import Response

from field178_server.audit.trail import Actor
from field178_server.console.reviews.decisions import check_access, refused, seen_record
from field178_server.console.reviews.pages import queue_page
from field178_server.console.reviews.queue_query import QueueQuery
from field178_server.console.reviews.record_pane import THREAD, RefusedDecision
from field178_server.console.shell.form_actions import actor, done, in_batch
from field178_server.console.shell.own_texts import OwnText, confirm_texts
from field178_server.console.shell.page import current_page
from field178_server.console.text.field_labels import field_name
from field178_server.database.unit_of_work import run_write
from field178_server.office.reviews import threads
from field178_server.office.reviews.operations import refuse_changed
from field178_server.records.batch import Batch
from field178_shared.errors import AppError
from field178_shared.record_type import RecordType

Work = Callable[[Batch, Actor, str, str], None]


def comment_thread(record_id: str, thread: str) -> Response:
    """Add a comment to a thread."""
    text = request.form.get("text", "").strip()
    label = field_name(RecordType.REVIEW, "comments.*", current_page().localizer)
    if question := confirm_texts([OwnText("text", label, text)], "console.reviews.index"):
        return question
    return _change(record_id, thread, "thread_commented", partial(_comment, text=text))


def close_thread(record_id: str, thread: str) -> Response:
    """Close a thread; the tablet gets it at its next exchange."""
    return _change(record_id, thread, "thread_closed", threads.close_thread)


def reopen_thread(record_id: str, thread: str) -> Response:
    """Reopen a closed thread."""
    return _change(record_id, thread, "thread_reopened", threads.reopen_thread)


def _comment(batch: Batch, officer: Actor, record_id: str, thread: str, *, text: str) -> None:
    threads.add_comment(batch, officer, record_id, thread, text)


def _change(record_id: str, thread: str, code: str, work: Work) -> Response:
    """Change a thread and redirect to it; a refusal shows the record with the typed comment."""
    query, officer, seen = QueueQuery.parse(request.form.get("view", "")), actor(), seen_record(record_id)
    check_access(record_id)

    def write(batch: Batch) -> None:
        refuse_changed(batch, seen)
        work(batch, officer, record_id, thread)

    try:
        run_write(current_page().runtime.engine, in_batch(write))
    except AppError as error:
        typed = {f"{THREAD}{thread}": request.form.get("text", "").strip()}
        attempt = RefusedDecision(200, "", comments=typed, seen_review=seen.review_rev)
        return queue_page(query, record_id, refused(error, attempt))
    return done(f"{query.record_href(record_id)}#thread-{thread}", code, record_id)
