"""Statutory time limits that follow from the dates of a visit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from field178_shared.codelists import CodeLists
from field178_shared.codelists.documents import Deadline
from field178_shared.records.reading import Data, day_of, day_of_act, entries_of, text_of
from field178_shared.time.working_days import end_of_limit

_MINUTES = "admin_minutes"
_DECISIONS = frozenset({"fine_warning", "fine_money"})


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """A limit of the lists that runs, and its last day."""

    deadline: Deadline
    ends_on: date


def running_limits(visit: Data, lists: CodeLists) -> tuple[TimeLimit, ...]:
    """Return the limits that run from what the visit holds, the earliest end first.

    One whose act is recorded runs no more: the minutes end the limit of making them, the decision all others.
    """
    events = _events(visit)
    ends = (
        (deadline, end_of_limit(deadline, day, lists.holidays))
        for event, day in events.items()
        for deadline in lists.deadlines.on(day).values()
        if deadline.from_event == event
    )
    limits = [TimeLimit(deadline, end) for deadline, end in ends if end is not None]
    return tuple(sorted(limits, key=lambda limit: limit.ends_on))


def _events(visit: Data) -> dict[str, date]:
    """Return the events from which a limit runs, by the names of the lists."""
    findings = entries_of(visit, "findings")
    measures = {text_of(measure, "measure_id"): measure for measure in entries_of(visit, "measures").values()}
    if not findings or _DECISIONS & measures.keys():
        return {}
    ended = [day for finding in findings.values() if (day := day_of(finding, "occurred_on"))]
    signed = day_of(measures.get(_MINUTES, {}), "document_date")
    detected = None if signed else day_of_act(visit)
    known = {
        "violation_detected": detected,
        "violation_ended": max(ended, default=None),
        "minutes_signed": signed,
    }
    return {event: day for event, day in known.items() if day is not None}
