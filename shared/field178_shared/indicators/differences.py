"""Numbers of days that follow from published numbers of longer periods, by differences (decision 0158).

What is published of a count is a number, or two bounds, of a period. The count up to a day never falls, so
that all of it are bounds on differences of two such counts: their closure has the exact least and greatest
number of the days between any two bounds of periods.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf

from field178_shared.indicators.periods import Period
from field178_shared.indicators.suppression import SMALLEST_SHOWN

# One to four: a small number must stay possible over a span as long.
LEAST_SPAN = SMALLEST_SHOWN - 2


@dataclass(frozen=True, slots=True)
class Published:
    """What readers know of the count of a period: between which numbers it lies."""

    period: Period
    least: float
    most: float

    @classmethod
    def exactly(cls, period: Period, number: float) -> Published:
        """Return what readers know of a number that is shown; one to four are shown as such."""
        if 0 < number < SMALLEST_SHOWN:
            return cls(period, 1, SMALLEST_SHOWN - 1)
        return cls(period, number, number)

    @classmethod
    def rounded(cls, period: Period, number: float) -> Published:
        """Return what readers know of a number that is rounded down while its year lasts."""
        floor = number // SMALLEST_SHOWN * SMALLEST_SHOWN
        if not floor:
            return cls(period, 1, SMALLEST_SHOWN - 1) if number else cls(period, 0, 0)
        return cls(period, floor, floor + SMALLEST_SHOWN - 1)

    @property
    def is_narrow(self) -> bool:
        """Whether a number from one to four is known more closely than as one of these."""
        return self.most - self.least < LEAST_SPAN and self.least < SMALLEST_SHOWN and self.most >= 1


def inferred(published: Iterable[Published]) -> list[Published]:
    """Return what readers can infer of the days between any two bounds; empty if numbers contradict.

    Numbers contradict each other where a record came in between two publications: nothing exact follows.
    """
    numbers = list(published)
    days = sorted({day for each in numbers for day in (each.period.first, each.period.end)})
    places = {day: place for place, day in enumerate(days)}
    # most[i][j]: the greatest difference of the counts up to days j and i.
    most = [[0.0 if i >= j else inf for j in range(len(days))] for i in range(len(days))]
    for each in numbers:
        first, end = places[each.period.first], places[each.period.end]
        most[first][end] = min(most[first][end], each.most)
        most[end][first] = min(most[end][first], -each.least)
    _close(most)
    if any(most[place][place] < 0 for place in range(len(days))):
        return []
    return [
        Published(Period(first, end), -most[places[end]][places[first]], most[places[first]][places[end]])
        for number, first in enumerate(days)
        for end in days[number + 1 :]
    ]


def narrow_periods(published: Iterable[Published]) -> list[Published]:
    """Return the periods of which readers can infer a small number too closely."""
    return [each for each in inferred(published) if each.is_narrow]


def newly_disclosed(number: Sequence[Published], beside: Iterable[Published]) -> list[Published]:
    """Return the periods of which a number, published beside others, tells a small number too closely.

    What the others disclose without it is no reason to withhold it.
    """
    others = list(beside)
    before = {each.period for each in narrow_periods(others)}
    return [each for each in narrow_periods([*others, *number]) if each.period not in before]


def is_disclosing(number: Sequence[Published], beside: Iterable[Published]) -> bool:
    """Return whether a number, published beside others, lets readers infer a small number too closely."""
    return bool(newly_disclosed(number, beside))


def _close(most: list[list[float]]) -> None:
    """Replace each bound by the least sum of bounds that lead from one day to the other."""
    for between in range(len(most)):
        onwards = most[between]
        for row in most:
            if (begin := row[between]) != inf:
                row[:] = [min(direct, begin + rest) for direct, rest in zip(row, onwards, strict=True)]
