"""Report years set against calendar years, over sparse random years, and the closure of differences."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.shared.indicators.attacker import Attacker

from field178_shared.indicators.differences import Published, inferred, is_disclosing, narrow_periods
from field178_shared.indicators.periods import Period
from field178_shared.indicators.suppression import is_small

YEARS = (2024, 2025, 2026)
WORLDS = 300


def report_year(year: int) -> Period:
    return Period(date(year - 1, 12, 15), date(year, 12, 15))


def half_year(year: int) -> Period:
    return Period(date(year - 1, 12, 15), date(year, 6, 15))


@dataclass
class Office:
    """Events of some years, and what is published of them year after year."""

    days: Sequence[date]
    is_closed: bool
    published: list[Published] = field(default_factory=list)

    def count(self, period: Period) -> int:
        return sum(day in period for day in self.days)

    def publish(self) -> None:
        """Publish reports in June and December, and the page of each calendar year after its end."""
        for year in YEARS:
            for period in (half_year(year), report_year(year)):
                running = Period(date(year, 1, 1), period.end)
                self.published.append(Published.rounded(running, self.count(running)))
                self._offer(Published.exactly(period, self.count(period)))
            calendar = Period.of_year(year)
            self._offer(Published.exactly(calendar, self.count(calendar)))

    def _offer(self, number: Published) -> None:
        if not (self.is_closed and is_disclosing([number], self.published)):
            self.published.append(number)

    def leaks(self) -> int:
        """Return how many small numbers of days between two bounds are told closer than as small."""
        attacker = Attacker()
        bounds = sorted({day for each in self.published for day in (each.period.first, each.period.end)})
        pieces = [Period(first, end) for first, end in pairwise(bounds)]
        for piece in pieces:
            attacker.unknown(piece)
        for each in self.published:
            inside = [piece for piece in pieces if piece.first in each.period]
            attacker.knows(dict.fromkeys(inside, 1.0), each.least, each.most)
        secret: dict[object, float] = {}
        for number, first in enumerate(bounds):
            for end in bounds[number + 1 :]:
                run = Period(first, end)
                if is_small(count := self.count(run)):
                    inside = [piece for piece in pieces if piece.first in run]
                    attacker.knows({("run", run): 1.0, **dict.fromkeys(inside, -1.0)})
                    secret["run", run] = float(count)
        return len(attacker.leaks(secret)) if secret else 0


def sparse_days(seed: int) -> list[date]:
    """Return few events of few years, more of them around the turn of the year."""
    chance = random.Random(seed)
    days = []
    for _ in range(chance.randint(3, 24)):
        day = date(2023, 12, 1) + timedelta(days=chance.randrange(1125))
        if chance.random() < 0.4:
            day = date(chance.choice((2023, 2024, 2025, 2026)), 12, chance.randint(10, 31))
        days.append(day)
    return days


def worlds_that_leak(*, is_closed: bool) -> list[int]:
    leaking = []
    for seed in range(WORLDS):
        office = Office(sparse_days(seed), is_closed)
        office.publish()
        if office.leaks():
            leaking.append(seed)
    return leaking


def test_report_year_against_calendar_year_discloses_small_numbers_without_the_rule() -> None:
    assert len(worlds_that_leak(is_closed=False)) > WORLDS // 30


def test_report_year_against_calendar_year_discloses_nothing() -> None:
    assert worlds_that_leak(is_closed=True) == []


def test_difference_of_a_report_year_and_a_calendar_year_is_inferred() -> None:
    december = Published.exactly(Period(date(2024, 12, 15), date(2025, 1, 1)), 0)
    published = [
        Published.exactly(report_year(2024), 8),
        Published.exactly(Period.of_year(2024), 6),
        december,
    ]
    (before,) = [
        each for each in inferred(published) if each.period == Period(date(2023, 12, 15), date(2024, 1, 1))
    ]
    assert (before.least, before.most) == (2, 2)
    assert before in narrow_periods(published)


def test_numbers_that_contradict_each_other_say_nothing() -> None:
    year = Period.of_year(2024)
    assert inferred([Published.exactly(year, 8), Published.exactly(year, 9)]) == []


@pytest.mark.parametrize(("number", "bounds"), [(0, (0, 0)), (3, (1, 4)), (5, (5, 9)), (14, (10, 14))])
def test_number_of_a_running_year_is_known_by_its_multiple_of_five(
    number: int, bounds: tuple[int, int]
) -> None:
    each = Published.rounded(Period.of_year(2024), number)
    assert (each.least, each.most) == bounds


pieces = st.lists(st.integers(0, 9), min_size=4, max_size=4)
spans = st.tuples(st.integers(0, 3), st.integers(1, 4)).filter(lambda span: span[0] < span[1])


@given(pieces, st.lists(spans, min_size=1, max_size=5))
def test_closure_has_the_bounds_that_linear_programs_have(
    numbers: list[int], shown: list[tuple[int, int]]
) -> None:
    def of(first: int, end: int) -> Period:
        return Period(date(2024, 1 + first, 1), date(2024, 1 + end, 1))

    published = [Published.exactly(of(*span), sum(numbers[span[0] : span[1]])) for span in shown]
    attacker = Attacker()
    for place in range(4):
        attacker.unknown(place)
    for span, each in zip(shown, published, strict=True):
        attacker.knows(dict.fromkeys(range(*span), 1.0), each.least, each.most)
    for each in inferred(published):
        run = range(each.period.first.month - 1, each.period.end.month - 1)
        attacker.knows({"run": 1.0, **dict.fromkeys(run, -1.0)})
        assert attacker.intervals(["run"])["run"] == pytest.approx((each.least, each.most))
        attacker.rows.pop()
