"""Rules of agency returns: periods that have begun, numbers assigned to the agency, consistent sums."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from field178_shared.codelists import CodeLists
from field178_shared.codelists.organizations import RETURN_NUMBERS
from field178_shared.codelists.units import COMMUNE_KINDS
from field178_shared.errors import ErrorCode
from field178_shared.records.returns import ENDED_MODEL
from field178_shared.records.value import Value
from field178_shared.rules.problem import Context, Problem, Rule, not_in_force
from field178_shared.time.clock import local_date

BUDGET_RULES = (Rule("spent_vnd", ErrorCode.EXCEEDS_ALLOCATED, ("allocated_vnd",)),)
SUPERVISION_RULES = (Rule("recommendations_done", ErrorCode.EXCEEDS_TOTAL, ("recommendations",)),)
MODEL_RULES = (Rule("ended_on", ErrorCode.END_BEFORE_START, ("started_on",)),)
MONTH_RULES = (Rule("month", ErrorCode.BAD_DATE),)


def month_contradictions(monthly_return: Value, lists: CodeLists) -> Iterator[Problem]:
    """Yield a month that is not given as its first day."""
    month = monthly_return.month
    if month is not None and month.day != 1:
        yield Problem("month", ErrorCode.BAD_DATE)


def budget_contradictions(line: Value, lists: CodeLists) -> Iterator[Problem]:
    """Yield a spent amount above the allocated amount."""
    allocated, spent = line.allocated_vnd, line.spent_vnd
    if allocated is not None and spent is not None and spent > allocated:
        yield Problem("spent_vnd", ErrorCode.EXCEEDS_ALLOCATED)


def supervision_contradictions(supervision: Value, lists: CodeLists) -> Iterator[Problem]:
    """Yield a count of completed recommendations above the count of all recommendations."""
    made, done = supervision.recommendations, supervision.recommendations_done
    if made is not None and done is not None and done > made:
        yield Problem("recommendations_done", ErrorCode.EXCEEDS_TOTAL)


def model_contradictions(model: Value, lists: CodeLists) -> Iterator[Problem]:
    """Yield a model that ended before it began."""
    started, ended = model.started_on, model.ended_on
    if started is not None and ended is not None and ended < started:
        yield Problem("ended_on", ErrorCode.END_BEFORE_START)


def agency_return_problems(monthly_return: Value, lists: CodeLists, context: Context) -> Iterator[Problem]:
    """Yield the problems that block a monthly return; all numbers assigned to the agency are required."""
    yield from _of_month(monthly_return, lists, context)
    agency = lists.agencies.get(monthly_return.agency_id)
    required_numbers = agency.return_numbers if agency else ()
    for name in RETURN_NUMBERS:
        number = getattr(monthly_return, name)
        if name in required_numbers and number is None:
            yield Problem(name, ErrorCode.REQUIRED)
        elif name not in required_numbers and number is not None:
            yield Problem(name, ErrorCode.UNKNOWN_CHOICE)
    if not required_numbers:
        yield Problem("agency_id", ErrorCode.UNKNOWN_CHOICE)


def harm_reduction_problems(monthly_return: Value, lists: CodeLists, context: Context) -> Iterator[Problem]:
    """Yield the problems that block the totals of an area; communes enter no totals."""
    yield from _of_month(monthly_return, lists, context)
    if not monthly_return.services:
        yield Problem("services", ErrorCode.REQUIRED)
    unit = lists.units.get(monthly_return.unit_id)
    if unit is not None and unit.type in COMMUNE_KINDS:
        yield Problem("unit_id", ErrorCode.UNKNOWN_CHOICE)


def correction_problems(correction: Value, lists: CodeLists, context: Context) -> Iterator[Problem]:
    """Yield the problems that block an entry of corrected information."""
    yield from _of_day("corrected_on", correction.corrected_on, correction, lists, context)


def supervision_problems(supervision: Value, lists: CodeLists, context: Context) -> Iterator[Problem]:
    """Yield the problems that block a supervision entry."""
    yield from _of_day("concluded_on", supervision.concluded_on, supervision, lists, context)


def model_problems(model: Value, lists: CodeLists, context: Context) -> Iterator[Problem]:
    """Yield the problems that block a pilot model entry."""
    yield from _still_to_come("started_on", model.started_on, context)
    yield from _still_to_come("ended_on", model.ended_on, context)
    has_ended, ended_on = model.status == ENDED_MODEL, model.ended_on
    if has_ended and ended_on is None:
        yield Problem("ended_on", ErrorCode.REQUIRED)
    if ended_on is not None and not has_ended:
        yield Problem("status", ErrorCode.UNKNOWN_CHOICE)


def commendation_problems(commendation: Value, lists: CodeLists, context: Context) -> Iterator[Problem]:
    """Yield the problems that block a commendation entry."""
    yield from _still_to_come("granted_on", commendation.granted_on, context)


def budget_problems(line: Value, lists: CodeLists, context: Context) -> Iterator[Problem]:
    """Yield the problems that block a budget line entry."""
    year = line.year
    if year is not None and year > local_date(context.now).year:
        yield Problem("year", ErrorCode.PERIOD_IN_FUTURE)


def denominator_problems(denominator: Value, lists: CodeLists, context: Context) -> Iterator[Problem]:
    """Yield the problems that block a stated total; computed totals cannot be entered."""
    yield from _still_to_come("valid_from", denominator.valid_from, context)
    kind = lists.denominators.get(denominator.kind)
    if kind is not None and not kind.is_entered:
        yield Problem("kind", ErrorCode.UNKNOWN_CHOICE)


def _of_month(monthly_return: Value, lists: CodeLists, context: Context) -> Iterator[Problem]:
    month = monthly_return.month
    if month is None:
        return
    if month > local_date(context.now):
        yield Problem("month", ErrorCode.PERIOD_IN_FUTURE)
    elif any(not_in_force(lists.agencies, [monthly_return.agency_id], month)):
        yield Problem("month", ErrorCode.AGENCY_NOT_VALID)
    yield from _unit_not_there(monthly_return, lists, month)


def _of_day(
    path: str, day: date | None, entry: Value, lists: CodeLists, context: Context
) -> Iterator[Problem]:
    """Yield a future day, and a day on which the agency or the unit does not exist."""
    yield from _still_to_come(path, day, context)
    if day is None:
        return
    if any(not_in_force(lists.agencies, [entry.agency_id], day)):
        yield Problem(path, ErrorCode.AGENCY_NOT_VALID)
    yield from _unit_not_there(entry, lists, day)


def _unit_not_there(entry: Value, lists: CodeLists, day: date) -> Iterator[Problem]:
    if any(not_in_force(lists.units, [entry.unit_id], day)):
        yield Problem("unit_id", ErrorCode.UNIT_NOT_VALID)


def _still_to_come(path: str, day: date | None, context: Context) -> Iterator[Problem]:
    if day is not None and day > local_date(context.now):
        yield Problem(path, ErrorCode.DATE_IN_FUTURE)
