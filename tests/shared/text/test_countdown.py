"""A limit counts down in working days."""

from __future__ import annotations

from datetime import date

import pytest

from field178_shared.codelists import load
from field178_shared.text.countdown import days_left_text

CALENDAR = load().holidays


@pytest.mark.parametrize(
    ("today", "end", "text"),
    [
        (date(2026, 11, 26), date(2026, 11, 27), "còn 1 ngày làm việc"),
        (date(2026, 11, 27), date(2026, 11, 30), "còn 1 ngày làm việc"),  # over a weekend
        (date(2026, 2, 13), date(2026, 2, 24), "còn 2 ngày làm việc"),  # over Tết
        (date(2026, 11, 27), date(2026, 11, 27), "đến hạn hôm nay"),
        (date(2026, 11, 30), date(2026, 11, 27), "quá 1 ngày làm việc"),
        (date(2026, 11, 28), date(2026, 11, 27), "quá 0 ngày làm việc"),  # a Saturday
        (date(2027, 2, 1), date(2027, 2, 3), "còn khoảng 2 ngày làm việc"),
    ],
)
def test_working_days_are_counted_and_undeclared_years_say_so(today, end, text) -> None:
    assert days_left_text(end, today, CALENDAR, "vi") == text


def test_english() -> None:
    assert days_left_text(date(2026, 11, 27), date(2026, 11, 25), CALENDAR, "en") == "2 working days left"
