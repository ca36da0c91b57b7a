"""Periods that figures are counted for: half-open spans of local days, and their months and quarters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from field178_shared.formulas.sources import MONTH, QUARTER

_MONTHS_OF = {MONTH: 1, QUARTER: 3}


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The local days from `first` to the day before `end`."""

    first: date
    end: date

    @classmethod
    def of_year(cls, year: int) -> Period:
        """Return a calendar year."""
        return cls(date(year, 1, 1), date(year + 1, 1, 1))

    def __contains__(self, day: date) -> bool:
        """Return whether a day is in the period."""
        return self.first <= day < self.end

    def parts(self, kind: str, today: date) -> tuple[Period, ...]:
        """Return the ended months or quarters of the period, counted from its first day.

        If none has ended, return the running month or quarter: an empty list would make every condition true.
        """
        every = self.in_parts(_MONTHS_OF[kind])
        return tuple(part for part in every if part.end <= today) or every[:1]

    def all_parts(self) -> tuple[Period, ...]:
        """Return the months and quarters of the period, ended or not, without duplicates."""
        every = (part for months in _MONTHS_OF.values() for part in self.in_parts(months))
        return tuple(dict.fromkeys(every))

    def months_ended(self, today: date) -> int:
        """Return the number of ended months, which changes whenever a part of the period ends."""
        return sum(part.end <= today for part in self.in_parts(1))

    def in_parts(self, months: int) -> tuple[Period, ...]:
        """Return the parts of the period of so many months each, ended or not."""
        return _in_parts(self, months)


@lru_cache(maxsize=256)
def _in_parts(period: Period, months: int) -> tuple[Period, ...]:
    periods: list[Period] = []
    count = 0
    while (first := months_after(period.first, count)) < period.end:
        count += months
        periods.append(Period(first, min(months_after(period.first, count), period.end)))
    return tuple(periods)


def months_after(day: date, months: int) -> date:
    """Return the same day some months later, or the last day of that month."""
    years, month = divmod(day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(day.year + years, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError(day)
