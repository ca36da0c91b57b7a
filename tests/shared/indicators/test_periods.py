from datetime import date

import pytest

from field178_shared.indicators.periods import Period, months_after

YEAR = Period.of_year(2024)
OF_THE_DECREE = Period(date(2023, 12, 15), date(2024, 12, 15))
LATER = date(2030, 1, 1)


def test_a_period_holds_its_first_day_and_not_its_end() -> None:
    assert date(2024, 1, 1) in YEAR
    assert date(2024, 12, 31) in YEAR
    assert date(2025, 1, 1) not in YEAR


def test_months_and_quarters_of_a_year_are_those_of_the_calendar() -> None:
    assert [part.first.month for part in YEAR.parts("month", LATER)] == list(range(1, 13))
    assert [part.first.month for part in YEAR.parts("quarter", LATER)] == [1, 4, 7, 10]
    assert YEAR.parts("month", LATER)[-1].end == YEAR.end


def test_months_of_a_period_that_begins_in_the_middle_of_one_begin_there_too() -> None:
    months = OF_THE_DECREE.parts("month", LATER)
    assert len(months) == 12
    assert (months[0].first, months[0].end) == (date(2023, 12, 15), date(2024, 1, 15))
    assert months[-1].end == OF_THE_DECREE.end
    assert [month.end for month in months[:-1]] == [month.first for month in months[1:]]


@pytest.mark.parametrize(
    ("today", "months"), [(date(2024, 3, 31), 2), (date(2024, 4, 1), 3), (date(2025, 1, 1), 12)]
)
def test_parts_that_run_are_not_counted(today: date, months: int) -> None:
    assert len(YEAR.parts("month", today)) == months


def test_before_a_month_has_ended_the_one_that_runs_is_counted() -> None:
    assert YEAR.parts("month", date(2024, 1, 20)) == (Period(date(2024, 1, 1), date(2024, 2, 1)),)


def test_a_month_later_is_the_last_day_where_there_is_no_such_day() -> None:
    assert months_after(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert months_after(date(2023, 1, 31), 1) == date(2023, 2, 28)
    assert months_after(date(2024, 11, 30), 3) == date(2025, 2, 28)
