"""Comment threads of a review: add a comment, close a thread, reopen it.

The decision does not change: the record stays returned, and its tablets receive the threads with their
next exchange.
"""

from __future__ import annotations

from collections.abc import Callable

from field178_server.audit.trail import Actor, refuse_long, require_reason
from field178_server.office.reviews.operations import (
    note_review,
    refuse_closed,
    reviewed_record,
    write_review,
)
from field178_server.records.batch import Batch
from field178_server.records.stored_record import Stored, next_revision
from field178_shared.errors import AppError, ErrorCode
from field178_shared.records.comment_threads import CommentThread, threads_of
from field178_shared.records.reading import Data, entries_of
from field178_shared.records.review import ReviewRecord
from field178_shared.time.clock import to_wire

Change = Callable[[Stored, CommentThread, dict[str, Data]], dict[str, Data]]


def add_comment(batch: Batch, actor: Actor, record_id: str, thread_id: str, text: str) -> None:
    """Add a comment to a thread; a closed thread is open again by that."""
    require_reason(text)
    refuse_long(text)

    def change(_record: Stored, thread: CommentThread, comments: dict[str, Data]) -> dict[str, Data]:
        place = {"path": thread.path} if thread.path else {}
        written = {
            "text": text,
            "thread": thread.key,
            "user": actor.id or actor.kind,
            "at": to_wire(batch.now),
        }
        return {**comments, batch.ids.time_ordered(): {**place, **written}}

    _change(batch, actor, (record_id, thread_id, "commented"), change)


def close_thread(batch: Batch, actor: Actor, record_id: str, thread_id: str) -> None:
    """Close a thread at the record's present revision; a closed thread does not change."""

    def change(record: Stored, thread: CommentThread, comments: dict[str, Data]) -> dict[str, Data]:
        closed = {
            "done_rev": record.rev,
            "closed_by": actor.id or actor.kind,
            "closed_at": to_wire(batch.now),
        }
        still_open = {comment.key for comment in thread.comments if comment.done_rev is None}
        return {
            key: {**comment, **closed} if key in still_open else comment for key, comment in comments.items()
        }

    _change(batch, actor, (record_id, thread_id, "thread_closed"), change)


def reopen_thread(batch: Batch, actor: Actor, record_id: str, thread_id: str) -> None:
    """Reopen a closed thread: its latest comment is open again."""

    def change(_record: Stored, thread: CommentThread, comments: dict[str, Data]) -> dict[str, Data]:
        latest = comments[thread.latest.key]
        opened = {name: value for name, value in latest.items() if name not in _CLOSING}
        return {**comments, thread.latest.key: opened}

    _change(batch, actor, (record_id, thread_id, "thread_reopened"), change)


def _change(batch: Batch, actor: Actor, what: tuple[str, str, str], change: Change) -> None:
    record_id, thread_id, action = what
    record = reviewed_record(batch, record_id)
    refuse_closed(batch, record_id)
    review = batch.review_of(record_id)
    threads = threads_of(ReviewRecord.from_data(review.data), ()) if review is not None else ()
    thread = next((candidate for candidate in threads if candidate.key == thread_id), None)
    if review is None or thread is None:
        raise AppError(ErrorCode.NOT_FOUND, record_id=record_id, thread=thread_id)
    comments = entries_of(review.data, "comments")
    after = change(record, thread, comments)
    if after != comments:
        write_review(batch, actor, next_revision(review, data={**review.data, "comments": after}))
        note_review(batch, actor, record, action)


_CLOSING = frozenset({"done_rev", "closed_by", "closed_at"})
