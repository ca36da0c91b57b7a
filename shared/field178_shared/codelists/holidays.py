"""Days off of state bodies: fixed by law or declared for a year, and Saturdays worked in exchange."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType
from typing import Self

from field178_shared.codelists.labels import Labelled
from field178_shared.codelists.rows import CodeListError, ListFileRow
from field178_shared.codelists.validity import Dated

_SATURDAY = 5
_YEAR = re.compile(r"20\d\d")
_LONGEST_HOLIDAY = timedelta(days=31)


def _read_since(row: ListFileRow) -> int:
    return row.whole_or_none("since") or 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedHoliday(Labelled):
    """A day off on the same date of every year, from the year `since` on."""

    day: int
    month: int
    since: int = field(metadata={"read": _read_since})
    source: str
    confidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredDays(Labelled):
    """Consecutive days, both ends included, declared off (or, for a swapped Saturday, worked) in a year."""

    first: date
    last: date
    source: str
    confidence: str

    @classmethod
    def read(cls, row: ListFileRow) -> Self:
        """Read days declared off for one year."""
        return cls._of_days(row, row.day("first"), row.day("last"))

    @classmethod
    def read_worked(cls, row: ListFileRow) -> Self:
        """Read a Saturday declared as a working day."""
        day = row.day("day_on")
        return cls._of_days(row, day, day)

    @classmethod
    def _of_days(cls, row: ListFileRow, first: date | None, last: date | None) -> Self:
        if first is None or last is None or not timedelta(0) <= last - first < _LONGEST_HOLIDAY:
            raise CodeListError(f"{row.where}: no row of days {first} to {last}")
        return row.build(cls, first=first, last=last)

    @property
    def days(self) -> tuple[date, ...]:
        """Every day of the row on which it is in force."""
        count = (self.last - self.first).days + 1
        every = (self.first + timedelta(days=ahead) for ahead in range(count))
        return tuple(day for day in every if self.valid_on(day))


@dataclass(frozen=True, slots=True)
class DeclaredYear(Dated):
    """A year whose days off are all declared."""

    year: int
    valid_from: date | None
    valid_to: date | None

    @classmethod
    def read(cls, row: ListFileRow) -> Self:
        """Read a year; its labels are for the editors of the list."""
        year = row.text("id")
        row.skip("vi", "en")
        if not _YEAR.fullmatch(year):
            raise CodeListError(f"{row.where}.id: {year}", "id")
        return row.build(cls, year=int(year))


@dataclass(frozen=True, slots=True, kw_only=True)
class HolidayCalendar:
    """Working days; years not in `years` have only weekends and fixed holidays."""

    years: Mapping[int, DeclaredYear]
    fixed: Mapping[tuple[int, int], tuple[FixedHoliday, ...]]
    declared: Mapping[date, DeclaredDays]
    worked: frozenset[date]

    def holiday_on(self, day: date) -> Labelled | None:
        """Return the holiday on a day, or None; weekends are not holidays."""
        for fixed in self.fixed.get((day.month, day.day), ()):
            if day.year >= fixed.since and fixed.valid_on(day):
                return fixed
        return self.declared.get(day)

    def is_worked(self, day: date) -> bool:
        """Return whether state bodies work on a day, according to the calendar."""
        return (day.weekday() < _SATURDAY or day in self.worked) and self.holiday_on(day) is None

    def exceptions(self, after: date, until: date) -> set[date]:
        """Return the days in (`after`, `until`] whose status may differ from their weekday."""
        years = range(after.year, until.year + 1)
        fixed = {day for month_day in self.fixed for year in years if (day := _date_of(year, *month_day))}
        return {day for day in fixed | self.declared.keys() | self.worked if after < day <= until}

    def knows(self, day: date) -> bool:
        """Return whether the declared days off of that year are in the list."""
        declared = self.years.get(day.year)
        return declared is not None and declared.valid_on(day)


def _date_of(year: int, month: int, day: int) -> date | None:
    """Return a date; None if the year has no such day (29 February)."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def read_holidays(row: ListFileRow) -> HolidayCalendar:
    """Read the calendar; a day that is both off and worked is refused."""
    fixed = row.each("fixed", FixedHoliday.read)
    declared = row.each("declared", DeclaredDays.read)
    worked = frozenset(day for days in row.each("worked", DeclaredDays.read_worked) for day in days.days)
    off = {day: days for days in declared for day in days.days}
    of_date: dict[tuple[int, int], tuple[FixedHoliday, ...]] = {}
    for each in fixed:
        date_ = (each.month, each.day)
        of_date[date_] = (*of_date.get(date_, ()), each)
    if both := worked & off.keys():
        raise CodeListError(f"{row.where}: off and worked {sorted(both)}")
    return HolidayCalendar(
        years=MappingProxyType({each.year: each for each in row.each("years", DeclaredYear.read)}),
        fixed=MappingProxyType(of_date),
        declared=MappingProxyType(off),
        worked=worked,
    )
