"""Time limits in days: working days by the holiday calendar, and the end of a limit of the lists."""

from __future__ import annotations

from datetime import date, timedelta

from field178_shared.codelists.documents import Deadline
from field178_shared.codelists.holidays import HolidayCalendar

_ONE_DAY = timedelta(days=1)


def add_working_days(start: date, count: int, calendar: HolidayCalendar) -> date:
    """Return the last of `count` working days, the first being the one after `start`; 0 is `start` itself."""
    if count < 0:
        raise ValueError(f"not a number of days ahead: {count}")
    day = start
    for _ in range(count):
        day = next_working_day(day + _ONE_DAY, calendar)
    return day


def next_working_day(day: date, calendar: HolidayCalendar) -> date:
    """Return the day itself when it is worked, else the first one after it that is."""
    while not calendar.is_worked(day):
        day += _ONE_DAY
    return day


def end_of_limit(deadline: Deadline, start: date, calendar: HolidayCalendar) -> date | None:
    """Return the last day of a limit of the lists that began with an event of `start`.

    A limit in calendar days that would end on a day off ends with the next working day (Civil Code 2015,
    Art. 148.5). None for a limit that is not counted in days.
    """
    if deadline.amount is None:
        return None
    if deadline.unit == "working_days":
        return add_working_days(start, deadline.amount, calendar)
    if deadline.unit == "days":
        return next_working_day(start + timedelta(days=deadline.amount), calendar)
    return None
