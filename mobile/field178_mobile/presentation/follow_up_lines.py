"""Open follow-ups of earlier visits as the lines that screens and minutes show."""

from __future__ import annotations

from datetime import date

from field178_mobile.presentation.facts import ToFix
from field178_mobile.presentation.wording import Wording
from field178_shared.records.follow_ups import OpenFollowUp
from field178_shared.text.formats import date_text


def to_fix(follow_ups: tuple[OpenFollowUp, ...], today: date, words: Wording) -> tuple[ToFix, ...]:
    """Return the open corrections of earlier visits.

    Repeated requests are one row with the latest due day.
    """
    lines: dict[tuple[str, str], list[OpenFollowUp]] = {}
    for row in follow_ups:
        lines.setdefault((row.key, row.text), []).append(row)
    return tuple(_line(tuple(rows), today, words) for rows in lines.values())


def _line(rows: tuple[OpenFollowUp, ...], today: date, words: Wording) -> ToFix:
    due = max((row.due_on for row in rows if row.due_on), default=None)
    first_day = min((row.asked_on for row in rows if row.asked_on), default=None)
    return ToFix(
        text=rows[0].text,
        visited_on=date_text(first_day) if first_day else "",
        due=date_text(due) if due else "",
        left=words.days_left(due, today),
        is_overdue=due is not None and due < today,
        follow_ups=rows,
    )
