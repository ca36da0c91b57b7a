"""Named periods of a year: by the calendar, or of the reporting year from 15 December to 14 December.

The reporting year is that of decree 09/2019 (domain: reports).
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from field178_shared.indicators.periods import Period, months_after


class YearKind(StrEnum):
    """Where a year begins."""

    CALENDAR = "calendar"
    REPORT = "report"


# Months from the first day of the year to the first of the period, and its length.
_SPANS = {
    "year": (0, 12),
    **{f"half{number + 1}": (6 * number, 6) for number in range(2)},
    **{f"quarter{number + 1}": (3 * number, 3) for number in range(4)},
}
PERIOD_NAMES = tuple(_SPANS)


def named_period(year: int, name: str = "year", kind: YearKind = YearKind.CALENDAR) -> Period:
    """Return a period of a year. Raises KeyError where there is none of the name."""
    first = date(year, 1, 1) if kind is YearKind.CALENDAR else date(year - 1, 12, 15)
    begin, length = _SPANS[name]
    return Period(months_after(first, begin), months_after(first, begin + length))


def all_parts(period: Period, months: int) -> tuple[Period, ...]:
    """Return the parts of a period that have so many months, also those that have not ended."""
    found: list[Period] = []
    begin = 0
    while (first := months_after(period.first, begin)) < period.end:
        begin += months
        found.append(Period(first, min(months_after(period.first, begin), period.end)))
    return tuple(found)
