"""Suppression of small numbers: what leaves the working screens singles nobody out (domain: privacy)."""

from __future__ import annotations

from collections.abc import Collection

from field178_shared.codelists import Indicator
from field178_shared.indicators.figures import FigureValue

# The smallest number that is shown: from one to four, those who are counted could be known.
SMALLEST_SHOWN = 5
# What is no number of people or establishments.
YES_NO, COMMUNES = "có/không", "count(commune)"


def is_small(number: float | None) -> bool:
    """Tell whether a number could stand for a few known people; zero stands for nobody."""
    return number is not None and 0 < number < SMALLEST_SHOWN


def is_hidden(indicator: Indicator, figure: FigureValue) -> bool:
    """Tell whether a figure leaves the working screens as "under 5": one that counts communes never does.

    A share is hidden with its numbers: times what it is divided by, it is the numerator.
    """
    return counts_people(indicator) and (is_small(figure.num) or is_small(figure.den))


def counts_people(indicator: Indicator) -> bool:
    """Tell whether an indicator counts people or what belongs to few of them, not communes or answers."""
    return indicator.unit != YES_NO and indicator.denominator != COMMUNES


def hidden_cells(numbers: Collection[float]) -> frozenset[int]:
    """Return the places of the numbers to hide among those that add up to a total that is shown.

    A hidden cell that stands alone is the total less the others: the smallest of those is hidden with it.
    """
    cells = list(enumerate(numbers))
    small = {place for place, number in cells if is_small(number)}
    if len(small) == 1:
        others = [(number, place) for place, number in cells if number and place not in small]
        small |= {place for _, place in sorted(others)[:1]}
    return frozenset(small)
