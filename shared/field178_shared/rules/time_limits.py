"""Statutory time limits that follow from the dates of a visit and of the decisions after it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from field178_shared.codelists import CodeLists
from field178_shared.codelists.documents import Deadline
from field178_shared.records.reading import Data, day_of, day_of_act, entries_of, text_of
from field178_shared.records.sanctions import AfterVisit, SanctionDecision
from field178_shared.time.working_days import end_of_limit

_MINUTES = "admin_minutes"
_DECISION, _EXECUTION = "decision_normal", "execution"


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """A running time limit: its last day, and the number of its decision, if any."""

    deadline: Deadline
    ends_on: date
    document_number: str = ""


def running_limits(visit: Data, lists: CodeLists, after: AfterVisit | None = None) -> tuple[TimeLimit, ...]:
    """Return the time limits that run because of recorded acts, the earliest end first.

    A recorded act ends its limit: the minutes end the limit for minutes, a decision ends all limits before
    it, and full payment ends the limit for execution.
    """
    after = after or AfterVisit.of(visit, {})
    events = _events(visit, after)
    ends = (
        (deadline, end_of_limit(deadline, day, lists.holidays))
        for event, day in events.items()
        for deadline in lists.deadlines.on(day).values()
        if deadline.from_event == event
    )
    limits = [TimeLimit(deadline, end) for deadline, end in ends if end is not None]
    limits += _executions(after, lists)
    return tuple(sorted(limits, key=lambda limit: limit.ends_on))


def decision_due(visit: Data, lists: CodeLists, after: AfterVisit | None = None) -> date | None:
    """Return the day by which the violations of a visit must be decided; None without violations.

    If the signing date of the minutes is not recorded, the limit counts from the visit.
    """
    after = after or AfterVisit.of(visit, {})
    if not entries_of(visit, "findings"):
        return None
    begins = _minutes_signed(visit, after) or day_of_act(visit)
    return None if begins is None else end_of_limit(lists.deadlines[_DECISION], begins, lists.holidays)


def execution_due(decision: SanctionDecision, lists: CodeLists) -> date | None:
    """Return the day by which a decision must be carried out, counted from its delivery."""
    begins = decision.received_on or decision.document_date
    return None if begins is None else end_of_limit(lists.deadlines[_EXECUTION], begins, lists.holidays)


def _executions(after: AfterVisit, lists: CodeLists) -> Iterator[TimeLimit]:
    for decision in after.decisions:
        end = execution_due(decision, lists)
        if decision.outstanding_vnd and end is not None:
            yield TimeLimit(lists.deadlines[_EXECUTION], end, decision.document_number)


def _events(visit: Data, after: AfterVisit) -> dict[str, date]:
    """Return the events from which a limit up to the decision runs, by the names of the lists."""
    findings = entries_of(visit, "findings")
    if not findings or after.decisions:
        return {}
    ended = [day for finding in findings.values() if (day := day_of(finding, "occurred_on"))]
    signed = _minutes_signed(visit, after)
    event_days = {
        "violation_detected": None if signed else day_of_act(visit),
        "violation_ended": max(ended, default=None),
        "minutes_signed": signed,
    }
    return {event: day for event, day in event_days.items() if day is not None}


def _minutes_signed(visit: Data, after: AfterVisit) -> date | None:
    measures = entries_of(visit, "measures").items()
    of_minutes = [(key, measure) for key, measure in measures if text_of(measure, "measure_id") == _MINUTES]
    days = [after.done.get(("", key)) or day_of(measure, "document_date") for key, measure in of_minutes]
    return next((day for day in days if day), None)
