from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from field178_shared.text.formats import (
    date_text,
    datetime_text,
    is_mail_address,
    money_range_text,
    money_text,
    number_text,
    parse_date,
    parse_whole_number,
    percent_text,
    short_date_text,
    time_text,
    weekday_name,
    weekday_short,
)

LATE_EVENING = datetime(2025, 6, 30, 17, 5, tzinfo=UTC)


def test_an_instant_is_shown_in_viet_nam() -> None:
    assert date_text(LATE_EVENING) == "01/07/2025"
    assert time_text(LATE_EVENING) == "00:05"
    assert datetime_text(LATE_EVENING) == "01/07/2025 00:05"
    assert short_date_text(LATE_EVENING) == "01/07"


def test_a_day_and_a_time_of_day_are_shown_as_they_are() -> None:
    assert date_text(date(2024, 2, 9)) == "09/02/2024"
    assert time_text(time(16, 5)) == "16:05"


def test_days_read_the_same_in_both_languages() -> None:
    assert date_text(date(2024, 2, 9), "en") == date_text(date(2024, 2, 9), "vi")
    assert datetime_text(LATE_EVENING, "en") == datetime_text(LATE_EVENING, "vi")


def test_a_time_without_zone_is_refused() -> None:
    naive = (LATE_EVENING + timedelta()).replace(tzinfo=None)
    with pytest.raises(ValueError, match="zone"):
        date_text(naive)


@pytest.mark.parametrize(
    ("value", "vi", "en"),
    [
        (0, "0", "0"),
        (999, "999", "999"),
        (136957, "136.957", "136,957"),
        (-1234, "-1.234", "-1,234"),
        (2.5, "2,5", "2.5"),
        (1e9, "1.000.000.000,0", "1,000,000,000.0"),
        (Decimal("1234.50"), "1.234,50", "1,234.50"),
    ],
)
def test_a_number_keeps_its_own_decimals(value, vi, en) -> None:
    assert number_text(value) == vi
    assert number_text(value, "en") == en


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [(0.125, 2, "0,13"), (2.5, 0, "3"), (-0.04, 1, "0,0"), (68, 1, "68,0"), (1234.56, 1, "1.234,6")],
)
def test_half_is_rounded_up(value, decimals, text) -> None:
    assert number_text(value, decimals=decimals) == text


def test_money_is_counted_in_dong() -> None:
    assert money_text(5_000_000) == "5.000.000 đồng"
    assert money_text(5_000_000, "en") == "5,000,000 VND"
    assert money_range_text(2_000_000, 4_000_000) == "2.000.000 - 4.000.000 đồng"


@pytest.mark.parametrize(
    ("value", "vi", "en"),
    [(60.5, "60,5%", "60.5%"), (68, "68,0%", "68.0%"), (93.859, "93,9%", "93.9%"), (None, "—", "—")],
)
def test_a_percentage_has_one_decimal_or_is_a_dash(value, vi, en) -> None:
    assert percent_text(value) == vi
    assert percent_text(value, "en") == en


@pytest.mark.parametrize(
    "typed", ["15/12/2025", "15-12-2025", "15.12.2025", " 15/12/25 ", "15122025", "15 12 2025"]
)
def test_a_day_is_understood_however_it_is_typed(typed) -> None:
    assert parse_date(typed) == date(2025, 12, 15)


def test_one_digit_is_enough_for_day_and_month() -> None:
    assert parse_date("1/7/2025") == date(2025, 7, 1)


@pytest.mark.parametrize(
    "typed", ["", "31/02/2025", "13/13/2025", "2025-12-15", "15/12", "15/12/025", "0/1/2025", "x"]
)
def test_invalid_day_is_none(typed) -> None:
    assert parse_date(typed) is None


@given(st.dates(min_value=date(1900, 1, 1)))
def test_a_day_that_was_shown_can_be_typed(day) -> None:
    assert parse_date(date_text(day)) == day


@given(st.text())
def test_any_typed_text_is_a_day_or_none(text) -> None:
    assert parse_date(text) is None or isinstance(parse_date(text), date)


def test_weekdays_are_named_as_on_a_calendar() -> None:
    week = [date(2026, 11, 23 + ahead) for ahead in range(7)]
    assert [weekday_short(day) for day in week] == ["T2", "T3", "T4", "T5", "T6", "T7", "CN"]
    assert (weekday_name(week[4]), weekday_name(week[6])) == ("Thứ Sáu", "Chủ nhật")
    assert (weekday_short(week[4], "en"), weekday_name(week[6], "en")) == ("Fri", "Sunday")


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("007", 7), ("9" * 15, 10**15 - 1)])
def test_plain_digits_are_a_number(text: str, number: int) -> None:
    assert parse_whole_number(text) == number


@pytest.mark.parametrize(
    "text", ["", " 1", "1\n", "-1", "+1", "1_0", "1.0", "1e3", "²", "٣", "9" * 16, "9" * 5000]
)
def test_everything_else_is_none(text: str) -> None:
    assert parse_whole_number(text) is None


def test_a_place_may_ask_for_fewer_digits() -> None:
    assert (parse_whole_number("12345", 5), parse_whole_number("123456", 5)) == (12345, None)


@pytest.mark.parametrize(
    "text",
    ["an@xa.example\nBcc: binh@xa.example", "an@xa.example\r", "An <an@xa.example>", "an@xa", "a..b@xa.vn"],
)
def test_address_with_a_line_break_or_a_name_is_no_mail_address(text: str) -> None:
    assert is_mail_address("an@xa.example")
    assert not is_mail_address(text)
