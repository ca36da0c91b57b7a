"""Conditions of filed records by their review: waiting, returned, unanswered, corrected, void.

`review_state` is the decision of the office. `drawer` depends on who acts next: a returned record that the
team corrected or answered is waiting again, although its decision is still the return.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_

from field178_server.database.models import FiledRecord
from field178_shared.records.review import ReviewState

# Returns without an answer for longer are shown to the office, which calls the team.
UNANSWERED_AFTER = timedelta(days=5)
IS_WAITING = FiledRecord.drawer == ReviewState.WAITING
IS_RETURNED = FiledRecord.drawer == ReviewState.RETURNED
IS_NOT_VOID = FiledRecord.review_state != ReviewState.VOID
IS_APPROVED = FiledRecord.review_state == ReviewState.APPROVED


class ShownReviewState(StrEnum):
    """State of a filed record as people read it: a corrected or answered return has a state of its own."""

    WAITING = ReviewState.WAITING.value
    CORRECTED = "corrected"
    ANSWERED = "answered"
    RETURNED = ReviewState.RETURNED.value
    APPROVED = ReviewState.APPROVED.value
    VOID = ReviewState.VOID.value


def is_unanswered(now: datetime) -> ColumnElement[bool]:
    """Return the condition of returned records without an answer for `UNANSWERED_AFTER`."""
    return and_(IS_RETURNED, FiledRecord.reviewed_at <= now - UNANSWERED_AFTER)


def is_corrected(state: str, rev: int, reviewed_rev: int | None) -> bool:
    """Return whether the team changed a record after its return; `reviewed_rev`: its reviewed revision."""
    return state == ReviewState.RETURNED and rev > (reviewed_rev or 0)
