"""Effect of a record's review state on changes."""

from __future__ import annotations

from collections.abc import Mapping

from field178_shared.records.reading import text_of
from field178_shared.records.review import ReviewState

_FINAL = frozenset({ReviewState.APPROVED, ReviewState.VOID})


def is_locked(review: Mapping[str, object] | None) -> bool:
    """Return whether the record is approved or void, so that a put to it becomes a conflict."""
    return review is not None and text_of(review, "state") in _FINAL
