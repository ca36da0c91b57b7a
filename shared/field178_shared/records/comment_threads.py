"""Comment threads of a review: comments of the office at fields, and answers of the field team.

Clocks order nothing: an answer contains the id of its comment, and the keys of comments come from one server
and increase in the order of writing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from field178_shared.records.reading import Data, read_as
from field178_shared.records.review import PinnedRemark, ReviewRecord, ReviewState


@dataclass(frozen=True, slots=True)
class CommentAnswer:
    """An answer in words to one comment of the review of a record."""

    id: str
    record: str
    comment: str
    text: str
    at: datetime | None

    @classmethod
    def from_data(cls, record_id: str, data: Data) -> Self:
        """Read an answer's data; missing values are empty."""
        return read_as(cls, data, id=record_id)


@dataclass(frozen=True, slots=True)
class CommentThread:
    """Comments that follow each other at one field, and the answers to them."""

    comments: tuple[PinnedRemark, ...]
    answers: tuple[CommentAnswer, ...] = ()

    @property
    def key(self) -> str:
        """The key of its first comment."""
        return self.comments[0].thread

    @property
    def path(self) -> str:
        """The field that it is about, empty for the whole record."""
        return self.comments[0].path

    @property
    def latest(self) -> PinnedRemark:
        """The comment that an answer is for."""
        return self.comments[-1]

    @property
    def is_open(self) -> bool:
        """Whether the thread is open; a comment written after a closing opens it again."""
        return self.latest.done_rev is None

    @property
    def is_answered(self) -> bool:
        """Whether the latest comment has an answer."""
        return any(answer.comment == self.latest.key for answer in self.answers)

    @property
    def awaits_answer(self) -> bool:
        """Whether it is the field's turn."""
        return self.is_open and not self.is_answered

    def answers_to(self, comment: PinnedRemark) -> tuple[CommentAnswer, ...]:
        """Return the answers to one of its comments."""
        return tuple(answer for answer in self.answers if answer.comment == comment.key)


def threads_of(review: ReviewRecord, answers: Iterable[CommentAnswer]) -> tuple[CommentThread, ...]:
    """Return the threads of a review in the order of their first comments."""
    threads: dict[str, list[PinnedRemark]] = {}
    for comment in sorted(review.comments, key=lambda item: item.key):
        threads.setdefault(comment.thread, []).append(comment)
    sorted_answers = sorted(answers, key=lambda answer: answer.id)
    return tuple(
        CommentThread(
            tuple(comments),
            tuple(
                answer
                for answer in sorted_answers
                if any(answer.comment == comment.key for comment in comments)
            ),
        )
        for comments in threads.values()
    )


def is_answered(review: ReviewRecord, answers: Iterable[CommentAnswer]) -> bool:
    """Return whether the field team has answered all comments of a return, so that the office acts next.

    If all comments of a return are closed, its reason, if any, still needs an answer.
    """
    threads = threads_of(review, answers)
    if review.state != ReviewState.RETURNED or any(thread.awaits_answer for thread in threads):
        return False
    return any(thread.is_open for thread in threads) or (bool(threads) and not review.reason)
