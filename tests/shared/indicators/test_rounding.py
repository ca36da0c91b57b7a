"""Numbers that an external reader sees while a year lasts: multiples of five below, and a share of those."""

from __future__ import annotations

import pytest

from field178_shared.codelists import load
from field178_shared.indicators.figures import FigureValue, multiple_below, rounded_down

INDICATORS = load().indicators
SHARE = INDICATORS["workers_reached_pct"]


@pytest.mark.parametrize(
    ("number", "seen"), [(0, 0), (1, 0), (4, 0), (5, 5), (6, 5), (9, 5), (10, 10), (14, 10), (99_999, 99_995)]
)
def test_number_is_seen_as_the_multiple_of_five_below_it(number: int, seen: int) -> None:
    assert multiple_below(number, 5) == seen


@pytest.mark.parametrize(
    ("num", "den", "seen"),
    [
        (9, 14, (5, 10, 50.0)),
        (10, 15, (10, 15, 66.7)),
        (14, 14, (10, 10, 100.0)),
        (4, 9, (0, 5, 0.0)),
        (4, 4, (0, 0, None)),
    ],
)
def test_share_of_rounded_numbers_has_no_breakdown(
    num: int, den: int, seen: tuple[int, int, float | None]
) -> None:
    share = 100 * num / den
    exact = FigureValue(num, den, share, share, share, {"women": 3})
    rounded = rounded_down(SHARE, exact, 5)
    assert (rounded.num, rounded.den, rounded.value) == seen
    assert (rounded.low, rounded.high, rounded.breakdown) == (rounded.value, rounded.value, {})


def test_number_that_is_no_share_is_its_own_value() -> None:
    rounded = rounded_down(SHARE, FigureValue(9, None, 9, 9, 9, {}), 5)
    assert (rounded.num, rounded.den, rounded.value) == (5, None, 5)
