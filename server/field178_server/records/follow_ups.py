"""Conditions of open follow-ups and of overdue follow-ups."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, and_

from field178_server.database.models import FollowUpProjection

IS_OPEN = FollowUpProjection.closed_on.is_(None)


def is_past_due(today: date) -> ColumnElement[bool]:
    """Return the condition of follow-ups due before `today`, open or closed.

    A follow-up is due until the end of its due day: date set by the visit, or time limit of the law
    (`field178_shared.rules.time_limits`). One without a due day is never past it.
    """
    return FollowUpProjection.due_on < today


def is_past(due_on: date, today: date) -> bool:
    """Tell whether a due day is past, by the rule of `is_past_due`."""
    return due_on < today


def is_overdue(today: date) -> ColumnElement[bool]:
    """Return the condition of open follow-ups past their due day."""
    return and_(IS_OPEN, is_past_due(today))
