"""The office's state of a filed record, with comments pinned to its fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from field178_shared.records.reading import Data, entries_of, read_as, text_of


class ReviewState(StrEnum):
    """State of a record in the review. No review is waiting; the others are stored in the review."""

    WAITING = "waiting"
    RETURNED = "returned"
    APPROVED = "approved"
    VOID = "void"


# Members that only a decision writes.
DECIDED = ("state", "record_rev", "reason", "decided_by", "decided_at")
HANDED_TO = "handed_to"


@dataclass(frozen=True, slots=True, kw_only=True)
class PinnedRemark:
    """Comment on one path; it counts as done from the revision that closed it.

    `thread` is the key of the first comment of its thread, or its own key for the first comment.
    """

    key: str
    path: str
    text: str
    user: str
    at: datetime | None
    done_rev: int | None
    thread: str = ""
    closed_by: str = ""
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReviewRecord:
    """Returned, approved or void; no review is waiting."""

    record: str
    record_rev: int
    state: str
    reason: str
    comments: tuple[PinnedRemark, ...]
    # Who has to answer it in the place of the officer who filed the record.
    handed_to: str = ""
    # Empty in a review that an older server wrote.
    decided_by: str = ""
    decided_at: datetime | None = None

    @classmethod
    def from_data(cls, data: Data) -> Self:
        """Read a record's data; missing values are empty."""
        comments = tuple(
            read_as(PinnedRemark, entry, key=key, thread=text_of(entry, "thread") or key)
            for key, entry in entries_of(data, "comments").items()
        )
        return read_as(cls, data, comments=comments)

    @property
    def open_comments(self) -> tuple[PinnedRemark, ...]:
        """The remarks without an answer."""
        return tuple(comment for comment in self.comments if comment.done_rev is None)


def is_decision(changed: Mapping[str, object]) -> bool:
    """Return whether a revision of a review decided on the record; `changed`: {path: new value}.

    A hand-over, a further comment of a thread, and closing or reopening a thread are no decisions. A return
    that repeats the previous return is a decision although no member changes.
    """
    if any(name in changed for name in DECIDED):
        return True
    return HANDED_TO not in changed and not any(_is_of_thread(*change) for change in changed.items())


def _is_of_thread(path: str, value: object) -> bool:
    member = path.rpartition(".")[2]
    if member in ("closed_by", "closed_at"):
        return True
    return value is None if member == "done_rev" else isinstance(value, Mapping) and "thread" in value
