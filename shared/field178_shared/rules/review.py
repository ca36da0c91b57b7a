"""Effects of a record's review state on changes and on figures."""

from __future__ import annotations

from collections.abc import Mapping

from field178_shared.records.reading import count_of, text_of
from field178_shared.records.review import ReviewState

_FINAL = frozenset({ReviewState.APPROVED, ReviewState.VOID})


def is_locked(review: Mapping[str, object] | None) -> bool:
    """Return whether the record is approved or void, so that a put to it becomes a conflict."""
    return review is not None and text_of(review, "state") in _FINAL


def is_counted(review: Mapping[str, object] | None, rev: int) -> bool:
    """Return whether the record counts in figures: approved, and at the very revision that was approved."""
    if review is None or text_of(review, "state") != ReviewState.APPROVED:
        return False
    return count_of(review, "record_rev") == rev
