import json
from collections.abc import Callable
from datetime import date
from itertools import chain

import pytest

from field178_shared.codelists import CodeListError, load, loading, read_lists

CALENDAR = load().holidays


def _changed(change: Callable[[dict], None]) -> dict:
    data = json.loads(loading.LISTS_FILE.read_bytes())
    change(data["holidays"])
    return data


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 11, 28),  # Saturday
        date(2026, 11, 29),  # Sunday
        date(2026, 2, 17),  # first day of the lunar year
        date(2026, 4, 27),
        date(2027, 4, 30),
    ],
)
def test_days_off(day):
    assert not CALENDAR.is_worked(day)


@pytest.mark.parametrize("day", [date(2026, 11, 27), date(2026, 8, 22), date(2026, 2, 23)])
def test_worked_days(day):
    assert CALENDAR.is_worked(day)


def test_holiday_has_a_name_and_a_weekend_has_none():
    holiday = CALENDAR.holiday_on(date(2026, 2, 17))
    assert holiday is not None
    assert holiday.label("vi") == "Tết Nguyên đán"
    assert CALENDAR.holiday_on(date(2026, 11, 29)) is None


def test_fixed_day_counts_from_the_year_it_came_into_being():
    assert CALENDAR.is_worked(date(2025, 11, 24))
    assert not CALENDAR.is_worked(date(2026, 11, 24))


def test_calendar_lists_its_years():
    assert [CALENDAR.knows(date(year, 6, 1)) for year in (2023, 2024, 2026, 2027)] == [
        False,
        True,
        True,
        False,
    ]


def test_a_day_off_of_a_year_that_is_not_declared_follows_from_the_labour_code_alone():
    rows = [row for day, row in CALENDAR.declared.items() if not CALENDAR.knows(day)]
    assert {row.source.partition(":")[0] for row in rows} == {"blld_2019"}
    assert [day for day in CALENDAR.worked if not CALENDAR.knows(day)] == []


def test_every_known_year_has_its_moving_holidays():
    names = {(day.year, each.id.rsplit("_", 1)[0]) for day, each in CALENDAR.declared.items()}
    for year in sorted(CALENDAR.years):
        assert {(year, "lunar_new_year"), (year, "hung_kings"), (year, "national_day_second")} <= names


def test_laws_behind_the_fixed_days_are_in_the_list_of_sources():
    sources = {each.source.split(":")[0] for each in chain.from_iterable(CALENDAR.fixed.values())}
    assert sources <= set(load().legal_sources)


def test_day_that_is_off_and_worked_fails_the_load():
    data = _changed(lambda file: file["worked"][0].update(day_on="2026-02-17"))
    with pytest.raises(CodeListError, match="off and worked"):
        read_lists(data)


@pytest.mark.parametrize("last", ["2024-02-01", "2025-02-14", None])
def test_row_of_days_that_runs_backwards_or_on_for_ever_fails_the_load(last):
    data = _changed(lambda file: file["declared"][0].update(last=last))
    with pytest.raises(CodeListError, match="no row of days"):
        read_lists(data)
