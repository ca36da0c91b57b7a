from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from field178_shared.codelists import load
from field178_shared.time.working_days import (
    add_working_days,
    end_of_limit,
    next_working_day,
    working_days_until,
)

CALENDAR = load().holidays
days = st.dates(date(2023, 1, 1), date(2035, 12, 31))
counts = st.integers(0, 60)


@given(days, st.integers(1, 60))
def test_limit_ends_on_a_worked_day_with_so_many_worked_days_up_to_it(start, count):
    end = add_working_days(start, count, CALENDAR)
    between = [start + timedelta(days=ahead) for ahead in range(1, (end - start).days + 1)]
    assert CALENDAR.is_worked(end)
    assert sum(CALENDAR.is_worked(day) for day in between) == count


@given(days, counts, counts)
def test_limit_in_two_steps_is_the_limit_in_one(start, first, second):
    in_steps = add_working_days(add_working_days(start, first, CALENDAR), second, CALENDAR)
    assert in_steps == add_working_days(start, first + second, CALENDAR)


@given(days, days, counts)
def test_later_start_never_ends_earlier(day, other, count):
    early, late = sorted((day, other))
    assert add_working_days(early, count, CALENDAR) <= add_working_days(late, count, CALENDAR)


@given(days, days)
def test_working_days_until_a_day_are_those_that_are_worked(today, end):
    between = [today + timedelta(days=ahead) for ahead in range(1, (end - today).days + 1)]
    assert working_days_until(today, end, CALENDAR) == sum(CALENDAR.is_worked(day) for day in between)


def test_a_fixed_day_off_of_leap_years_is_one_in_leap_years_alone():
    (new_year,) = CALENDAR.fixed[1, 1]
    calendar = replace(CALENDAR, fixed={(2, 29): (replace(new_year, month=2, day=29),)})
    assert working_days_until(date(2028, 2, 28), date(2028, 3, 1), calendar) == 1  # 29/2 is a Tuesday
    assert working_days_until(date(2027, 2, 26), date(2027, 3, 1), calendar) == 1


@given(days)
def test_next_working_day_skips_days_off_alone(day):
    next_day = next_working_day(day, CALENDAR)
    assert CALENDAR.is_worked(next_day)
    assert not any(CALENDAR.is_worked(day + timedelta(days=ahead)) for ahead in range((next_day - day).days))


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2026, 2, 13), 1, date(2026, 2, 23)),  # over the nine days of Tết
        (date(2026, 4, 24), 2, date(2026, 4, 29)),  # Hùng Kings on a Sunday, made up for on Monday
        (date(2026, 8, 21), 1, date(2026, 8, 22)),  # a swapped Saturday is worked
        (date(2026, 8, 28), 1, date(2026, 9, 3)),
        (date(2026, 12, 31), 1, date(2027, 1, 4)),  # no list for 2027, but New Year stands in the law
        (date(2026, 11, 24), 0, date(2026, 11, 24)),
    ],
)
def test_known_limits(start, count, end):
    assert add_working_days(start, count, CALENDAR) == end


def test_limit_cannot_run_backwards():
    with pytest.raises(ValueError, match="-1"):
        add_working_days(date(2026, 11, 24), -1, CALENDAR)


def test_limit_in_calendar_days_that_ends_on_a_day_off_ends_on_the_next_worked_day():
    fix = load().deadlines["fix_default"]
    assert end_of_limit(fix, date(2026, 11, 24), CALENDAR) == date(2026, 12, 9)
    assert end_of_limit(fix, date(2026, 11, 27), CALENDAR) == date(2026, 12, 14)  # 12/12 is a Saturday
    in_working_days = replace(fix, unit="working_days")
    assert end_of_limit(in_working_days, date(2026, 11, 24), CALENDAR) == date(2026, 12, 15)


def test_limit_that_is_not_counted_in_days_has_no_last_day():
    deadlines = load().deadlines
    for name in ("transfer_file", "annual_report_ministry"):
        assert end_of_limit(deadlines[name], date(2026, 11, 24), CALENDAR) is None


@pytest.mark.parametrize(
    ("limit", "start", "end"),
    [
        (
            "decision_explained",
            date(2026, 1, 30),
            date(2026, 3, 2),
        ),  # 28 February is a Saturday
        ("decision_complex", date(2025, 12, 24), date(2026, 2, 24)),
        ("limitation_1y", date(2024, 2, 29), date(2025, 2, 28)),
    ],
)
def test_months_and_years_end_on_their_day_or_the_next_working_day(limit, start, end):
    assert end_of_limit(load().deadlines[limit], start, CALENDAR) == end


@given(days, counts)
def test_working_days_until_the_end_are_those_that_were_added(start, count):
    assert working_days_until(start, add_working_days(start, count, CALENDAR), CALENDAR) == count
