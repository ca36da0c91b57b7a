"""Periods of reports and the days on which they are due, by the kinds and chains of the lists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from field178_shared.codelists import CodeLists
from field178_shared.codelists.reports import ReportKind, Submission
from field178_shared.indicators.periods import Period, months_after
from field178_shared.time.working_days import next_working_day


class YearKind(StrEnum):
    """Kind of year: calendar year, or year of the yearly report (decree 09/2019)."""

    CALENDAR = "calendar"
    REPORT = "report"


# Months from the first day of the year to the first of the period, and its length.
_SPANS = {
    "year": (0, 12),
    **{f"half{number + 1}": (6 * number, 6) for number in range(2)},
    **{f"quarter{number + 1}": (3 * number, 3) for number in range(4)},
}
PERIOD_NAMES = tuple(_SPANS)
_ANNUAL = "annual"
# Suffix of a day in the lists: the day is in the year before the report year.
_YEAR_BEFORE = "previous year"
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Duty:
    """Submission of agencies to other agencies for a report, and the working day on which it is due.

    `stated_on` is the day of the list, which may be a day off.
    """

    senders: tuple[str, ...]
    receivers: tuple[str, ...]
    stated_on: date
    due_on: date


def report_period(kind: ReportKind, year: int) -> Period | None:
    """Return the period of a kind of report in a year, None if the kind has no period."""
    first, last = day_in(kind.period_from, year), day_in(kind.period_to, year)
    return None if first is None or last is None else Period(first, last + _ONE_DAY)


def named_period(
    lists: CodeLists, year: int, name: str = "year", kind: YearKind = YearKind.CALENDAR
) -> Period:
    """Return a period of a year by name. Raises KeyError for an unknown name."""
    first = date(year, 1, 1)
    reported = report_period(lists.report_kinds[_ANNUAL], year) if kind is YearKind.REPORT else None
    if reported is not None:
        first = reported.first
    begin, length = _SPANS[name]
    return Period(months_after(first, begin), months_after(first, begin + length))


def same_period_before(period: Period) -> Period:
    """Return the same days of the previous year, with which a report is compared."""
    return Period(_year_before(period.first), _year_before(period.end))


def duties(lists: CodeLists, kind: ReportKind, year: int) -> tuple[Duty, ...]:
    """Return the submissions of a report in the order of the chain, with the agencies of those days."""
    return tuple(
        duty
        for chain in lists.submission_chains.values()
        for link in chain
        for duty in _duties_of(link, lists, kind, year)
    )


def day_in(text: str | None, year: int) -> date | None:
    """Return the day of a list text, `dd/mm` or `dd/mm previous year`; None for other texts."""
    day, _, rest = (text or "").partition("/")
    month, _, of_year = rest.partition(" ")
    if not (day.isdecimal() and month.isdecimal()):
        return None
    return date(year - (of_year == _YEAR_BEFORE), int(month), int(day))


def _duties_of(link: Submission, lists: CodeLists, kind: ReportKind, year: int) -> Iterator[Duty]:
    stated = _stated_on(link, lists, kind, year)
    if stated is None:
        return
    there = lists.agencies.on(stated)
    senders, receivers = (
        tuple(agency for agency in named if agency in there) for named in (link.senders, link.receivers)
    )
    if senders and receivers:
        yield Duty(senders, receivers, stated, next_working_day(stated, lists.holidays))


def _stated_on(link: Submission, lists: CodeLists, kind: ReportKind, year: int) -> date | None:
    if kind.due_like is None:
        return day_in(link.due.get(kind.id), year)
    like, period = lists.report_kinds[kind.due_like], report_period(kind, year)
    cutoff, due = day_in(like.cutoff, year), day_in(link.due.get(like.id), year)
    if period is None or cutoff is None or due is None:
        return None
    return period.end - _ONE_DAY + (due - cutoff)


def _year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return date(day.year - 1, 2, 28)
