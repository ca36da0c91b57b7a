"""Corrections requested by visits to an establishment, and which of them are still open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from field178_shared.records.reading import Data, day_of, entries_of, instant_of, text_of
from field178_shared.records.sanctions import counts
from field178_shared.time.clock import local_date
from field178_shared.time.no_day import day_or_sentinel

ANSWERS = "follow_up_answers"
NOT_FIXED, FIXED, NOT_APPLICABLE = "open", "fixed", "cancelled"
CLOSING = frozenset({FIXED, NOT_APPLICABLE})

# (visit id, follow-up key): the visit that requested a correction, and its key there.
FollowUpRef = tuple[str, str]


@dataclass(frozen=True, slots=True)
class OpenFollowUp:
    """An open correction, requested by a visit on its local date."""

    visit_id: str
    key: str
    text: str
    asked_on: date | None
    due_on: date | None


def open_follow_ups(
    visits: Iterable[tuple[str, Data]], closed_by_office: Iterable[FollowUpRef] = ()
) -> tuple[OpenFollowUp, ...]:
    """Return the open corrections after these visits (id, data) to one establishment, earliest due first.

    A correction MUST stay open until a visit answers that it is done or no longer applies, or the office
    closes it. A visit without an answer closes nothing. Void visits MUST NOT be among the visits.
    """
    every = list(visits)
    closed = {ref for _, data in every for ref in closed_by(data)}.union(closed_by_office)
    follow_ups = (row for visit_id, data in every for row in _asked_by(visit_id, data))
    still_open = (row for row in follow_ups if (row.visit_id, row.key) not in closed)
    return tuple(sorted(still_open, key=lambda row: (day_or_sentinel(row.due_on), row.asked_on or date.min)))


def asked_keys(data: Data) -> tuple[str, ...]:
    """Return the keys of the corrections that a visit requested and the office has not closed there."""
    return tuple(
        key for key, row in entries_of(data, "follow_ups").items() if text_of(row, "status") not in CLOSING
    )


def closed_by(data: Data) -> tuple[FollowUpRef, ...]:
    """Return the corrections of earlier visits that a visit reports as done or no longer applicable."""
    answers = entries_of(data, ANSWERS).values()
    return tuple(
        (text_of(answer, "visit_id"), text_of(answer, "follow_up_id"))
        for answer in answers
        if text_of(answer, "status") in CLOSING
    )


def closed_by_closure(data: Data) -> FollowUpRef | None:
    """Return the correction closed by an office entry; None if the entry was withdrawn."""
    return (text_of(data, "record"), text_of(data, "follow_up_id")) if counts(data) else None


def answer_key(visit_id: str, key: str) -> str:
    """Return the key of an answer: two tablets that answer one correction write one entry."""
    return f"{visit_id[-12:]}-{key}"[:64]


def _asked_by(visit_id: str, data: Data) -> Iterable[OpenFollowUp]:
    rows, started = entries_of(data, "follow_ups"), instant_of(data, "started_at")
    asked_on = local_date(started) if started is not None else None
    for key in asked_keys(data):
        yield OpenFollowUp(visit_id, key, text_of(rows[key], "text"), asked_on, day_of(rows[key], "due_on"))
