"""Statutory time limits that follow from the dates of a visit and of the decisions after it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from field178_shared.codelists import CodeLists
from field178_shared.codelists.documents import Deadline
from field178_shared.records.sanctions import AfterVisit, SanctionDecision
from field178_shared.records.value import Value, local_day
from field178_shared.time.working_days import end_of_limit

_MINUTES = "admin_minutes"
_DECISION, _EXECUTION = "decision_normal", "execution"


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """A running time limit: its last day, and the number of its decision, if any."""

    deadline: Deadline
    ends_on: date
    document_number: str = ""


def running_limits(visit: Value, lists: CodeLists, after: AfterVisit | None = None) -> tuple[TimeLimit, ...]:
    """Return the time limits that run because of recorded acts, the earliest end first.

    A recorded act ends its limit: the minutes end the limit for minutes, a decision ends all limits before
    it, and full payment ends the limit for execution.
    """
    after = after or AfterVisit.of_measures(visit.measures or {}, {})
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


def decision_due(visit: Value, lists: CodeLists, after: AfterVisit | None = None) -> date | None:
    """Return the day by which the violations of a visit must be decided; None without violations.

    If the signing date of the minutes is not recorded, the limit counts from the visit.
    """
    if not visit.findings:
        return None
    begins = _minutes_signed(visit, after or AfterVisit()) or local_day(visit.started_at)
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


def _events(visit: Value, after: AfterVisit) -> dict[str, date]:
    """Return the events from which a limit up to the decision runs, by the names of the lists."""
    if not visit.findings or after.decisions:
        return {}
    ended = [finding.occurred_on for finding in visit.findings.values() if finding.occurred_on]
    signed = _minutes_signed(visit, after)
    event_days = {
        "violation_detected": None if signed else local_day(visit.started_at),
        "violation_ended": max(ended, default=None),
        "minutes_signed": signed,
    }
    return {event: day for event, day in event_days.items() if day is not None}


def _minutes_signed(visit: Value, after: AfterVisit) -> date | None:
    days = (
        after.done.get(("", key)) or measure.document_date
        for key, measure in (visit.measures or {}).items()
        if measure.measure_id == _MINUTES
    )
    return next((day for day in days if day), None)
