"""Geometry of the charts: bars with target marks and lines by month, in units of their own view box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from field178_shared.codelists import Indicator, TargetProfile
from field178_shared.codelists.indicators import PERCENT, YES_NO
from field178_shared.indicators.figures import FigureValue, reached

WIDTH = 100
LINE_HEIGHT = 30
_HEADROOM = 1.1


@dataclass(frozen=True, slots=True)
class TargetBar:
    """A bar from 0 to `fill`, the band of what it may be, and a mark for each target; 0 to 100."""

    fill: float
    band: tuple[float, float] | None
    marks: Sequence[float]


@dataclass(frozen=True, slots=True)
class LineChart:
    """A line through the values of months, and the height of a target; None: a month without a value."""

    points: str
    dots: Sequence[tuple[float, float]]
    target: float | None


@dataclass(frozen=True, slots=True)
class ColumnChart:
    """Columns of months: x, y, width and height of each."""

    columns: Sequence[tuple[float, float, float, float]]


def bar_of(indicator: Indicator, value: FigureValue, plans: Sequence[TargetProfile]) -> TargetBar | None:
    """Return the bar of a figure; a yes or no has none, nor a count without a target."""
    if value.value is None or indicator.unit == YES_NO:
        return None
    targets = [one.target for plan in plans if (one := reached(plan, indicator.id, value.value))]
    if indicator.unit != PERCENT and not targets:
        return None
    most = 100.0 if indicator.unit == PERCENT else _HEADROOM * max([value.value, *targets, 1])

    def at(number: float) -> float:
        return round(min(WIDTH, max(0, WIDTH * number / most)), 2)

    band = None
    if value.low is not None and value.high is not None and value.low != value.high:
        band = (at(value.low), round(at(value.high) - at(value.low), 2))
    return TargetBar(at(value.value), band, [at(one) for one in dict.fromkeys(targets)])


def line_of(values: Sequence[float | None], slots: int, most: float, target: float | None) -> LineChart:
    """Return the line of values, each in its slot of so many."""
    step = WIDTH / max(1, slots)
    dots = [
        (round(step * (place + 0.5), 2), _height(value, most))
        for place, value in enumerate(values)
        if value is not None
    ]
    points = " ".join(f"{x},{y}" for x, y in dots)
    return LineChart(points, dots, None if target is None else _height(target, most))


def columns_of(values: Sequence[float | None], slots: int, most: float) -> ColumnChart:
    """Return a column for each value, each in its slot of so many."""
    step = WIDTH / max(1, slots)
    found = []
    for place, value in enumerate(values):
        if value:
            top = _height(value, most)
            found.append(
                (round(step * (place + 0.15), 2), top, round(step * 0.7, 2), round(LINE_HEIGHT - top, 2))
            )
    return ColumnChart(found)


def _height(value: float, most: float) -> float:
    # A line at the edge would be cut in half.
    return round(1 + (LINE_HEIGHT - 2) * (1 - min(1.0, value / most if most else 0)), 2)
