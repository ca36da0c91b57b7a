"""A number from outside is short and written in plain digits, or it is none."""

from __future__ import annotations

import pytest

from field178_shared.text.whole_numbers import parse_whole_number


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
