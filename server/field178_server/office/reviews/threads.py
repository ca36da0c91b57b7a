"""Comment threads of a review: the office comments further, closes a thread and opens it again.

Nothing is decided by that: the record stays returned, and its tablets hear of it with their next exchange.
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


def add_comment(batch: Batch, actor: Actor, record_id: str, thread: str, text: str) -> None:
    """Write a further comment into a thread; the field is asked again, also in one that was closed."""
    require_reason(text)
    refuse_long(text)

    def change(_record: Stored, found: CommentThread, comments: dict[str, Data]) -> dict[str, Data]:
        place = {"path": found.path} if found.path else {}
        written = {
            "text": text,
            "thread": found.key,
            "user": actor.id or actor.kind,
            "at": to_wire(batch.now),
        }
        return {**comments, batch.ids.time_ordered(): {**place, **written}}

    _change(batch, actor, (record_id, thread, "commented"), change)


def close_thread(batch: Batch, actor: Actor, record_id: str, thread: str) -> None:
    """Close a thread at the revision that the record has; one that is closed stays as it is."""

    def change(record: Stored, found: CommentThread, comments: dict[str, Data]) -> dict[str, Data]:
        closed = {
            "done_rev": record.rev,
            "closed_by": actor.id or actor.kind,
            "closed_at": to_wire(batch.now),
        }
        still_open = {one.key for one in found.comments if one.done_rev is None}
        return {key: {**one, **closed} if key in still_open else one for key, one in comments.items()}

    _change(batch, actor, (record_id, thread, "thread_closed"), change)


def reopen_thread(batch: Batch, actor: Actor, record_id: str, thread: str) -> None:
    """Open a closed thread again: its latest comment waits once more."""

    def change(_record: Stored, found: CommentThread, comments: dict[str, Data]) -> dict[str, Data]:
        latest = comments[found.latest.key]
        opened = {name: value for name, value in latest.items() if name not in _CLOSING}
        return {**comments, found.latest.key: opened}

    _change(batch, actor, (record_id, thread, "thread_reopened"), change)


def _change(batch: Batch, actor: Actor, what: tuple[str, str, str], change: Change) -> None:
    record_id, thread, action = what
    record = reviewed_record(batch, record_id)
    refuse_closed(batch, record_id)
    review = batch.review_of(record_id)
    threads = threads_of(ReviewRecord.from_data(review.data), ()) if review is not None else ()
    found = next((one for one in threads if one.key == thread), None)
    if review is None or found is None:
        raise AppError(ErrorCode.NOT_FOUND, record_id=record_id, thread=thread)
    comments = entries_of(review.data, "comments")
    after = change(record, found, comments)
    if after != comments:
        write_review(batch, actor, next_revision(review, data={**review.data, "comments": after}))
        note_review(batch, actor, record, action)


_CLOSING = frozenset({"done_rev", "closed_by", "closed_at"})
