"""Conditions of filed records by their review: waiting, returned, unanswered, corrected, void.

`review_state` is the decision of the office. `drawer` is who acts next: a return that the team corrected or
answered waits for the office again, though its decision is still the return.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_

from field178_server.database.models import FiledRecord
from field178_shared.records.review import ReviewState

# The office calls the team about a return that is older and still without an answer.
UNANSWERED_AFTER = timedelta(days=5)
IS_WAITING = FiledRecord.drawer == ReviewState.WAITING
IS_RETURNED = FiledRecord.drawer == ReviewState.RETURNED
IS_NOT_VOID = FiledRecord.review_state != ReviewState.VOID
IS_APPROVED = FiledRecord.review_state == ReviewState.APPROVED


def is_unanswered(now: datetime) -> ColumnElement[bool]:
    """Return the condition of returns that no team has answered for `UNANSWERED_AFTER`."""
    return and_(IS_RETURNED, FiledRecord.reviewed_at <= now - UNANSWERED_AFTER)


def is_corrected(state: str, rev: int, reviewed_rev: int | None) -> bool:
    """Tell whether the team changed a record after its return; `rev` and `reviewed_rev` are of the record."""
    return state == ReviewState.RETURNED and rev > (reviewed_rev or 0)
