"""Time limits in days: working days by the holiday calendar, and the end of a limit of the lists."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from field178_shared.codelists.documents import Deadline
from field178_shared.codelists.holidays import HolidayCalendar

_ONE_DAY = timedelta(days=1)
# Monday to Friday.
_WORKED_WEEKDAYS = 5


def add_working_days(start: date, count: int, calendar: HolidayCalendar) -> date:
    """Return the last of `count` working days after `start`; for 0 return `start` itself."""
    if count < 0:
        raise ValueError(f"not a number of days ahead: {count}")
    day = start
    while count:
        day += _ONE_DAY
        count -= calendar.is_worked(day)
    return day


def next_working_day(day: date, calendar: HolidayCalendar) -> date:
    """Return the first working day on or after a day."""
    while not calendar.is_worked(day):
        day += _ONE_DAY
    return day


def end_of_limit(deadline: Deadline, start: date, calendar: HolidayCalendar) -> date | None:
    """Return the last day of a time limit that began with an event on `start`.

    A limit in calendar days, months or years that would end on a day off ends with the next working day
    (Civil Code 2015, Art. 148.5). None for a limit in hours, and for a fixed day of the year.
    """
    if deadline.amount is None:
        return None
    if deadline.unit == "working_days":
        return add_working_days(start, deadline.amount, calendar)
    if deadline.unit == "days":
        return next_working_day(start + timedelta(days=deadline.amount), calendar)
    months = {"months": 1, "years": 12}.get(deadline.unit)
    if months is None:
        return None
    return next_working_day(_months_later(start, months * deadline.amount), calendar)


def working_days_until(today: date, end: date, calendar: HolidayCalendar) -> int:
    """Return the number of working days in (`after`, `until`]; 0 if `until` is not later."""
    weeks, rest = divmod(max((end - today).days, 0), 7)
    weekdays = weeks * _WORKED_WEEKDAYS
    weekdays += sum((today.weekday() + ahead) % 7 < _WORKED_WEEKDAYS for ahead in range(1, rest + 1))
    # Performance: a limit may be years past, so only the exceptional days are counted one by one.
    return weekdays + sum(
        calendar.is_worked(day) - (day.weekday() < _WORKED_WEEKDAYS)
        for day in calendar.exceptions(today, end)
    )


def _months_later(start: date, months: int) -> date:
    """Return the same day of a later month, or its last day when it is shorter (Civil Code, Art. 148.4)."""
    years, month = divmod(start.month - 1 + months, 12)
    year = start.year + years
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))
