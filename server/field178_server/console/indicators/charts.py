"""Geometry of the charts: bars with target marks and lines by month, in units of their own view box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from field178_shared.codelists import Indicator, TargetProfile
from field178_shared.codelists.indicators import PERCENT, YES_NO
from field178_shared.indicators.figures import FigureValue
from field178_shared.indicators.verdicts import target_of

WIDTH = 100
LINE_HEIGHT = 30
_HEADROOM = 1.1


@dataclass(frozen=True, slots=True)
class TargetBar:
    """Bar from 0 to `fill`, band between the bounds, and a mark for each target; 0 to 100."""

    fill: float
    band: tuple[float, float] | None
    marks: Sequence[float]


@dataclass(frozen=True, slots=True)
class LineChart:
    """Lines through the values of months, and the height of a target; None for a month without a value.

    `spans`: x, and the heights between which the value of a month lies that was counted in part; no line
    goes across one.
    """

    lines: Sequence[str]
    dots: Sequence[tuple[float, float]]
    target: float | None
    spans: Sequence[tuple[float, float, float]] = ()


@dataclass(frozen=True, slots=True)
class ColumnChart:
    """Columns of months: x, y, width and height of each."""

    columns: Sequence[tuple[float, float, float, float]]


def bar_of(indicator: Indicator, value: FigureValue, plans: Sequence[TargetProfile]) -> TargetBar | None:
    """Return the bar of a figure; None for a yes-or-no figure, and for a count without a target."""
    shown = value.low if value.value is None else value.value
    if shown is None or indicator.unit == YES_NO:
        return None
    targets = [target for plan in plans if (target := target_of(plan, indicator.id)) is not None]
    if indicator.unit != PERCENT and not targets:
        return None
    most = 100.0 if indicator.unit == PERCENT else _HEADROOM * max([shown, *targets, 1])

    def at(number: float) -> float:
        return round(min(WIDTH, max(0, WIDTH * number / most)), 2)

    band = None
    if value.low is not None and value.high is not None and value.low != value.high:
        band = (at(value.low), round(at(value.high) - at(value.low), 2))
    return TargetBar(at(shown), band, [at(target) for target in dict.fromkeys(targets)])


def line_of(figures: Sequence[FigureValue], slots: int, most: float, target: float | None) -> LineChart:
    """Return the line of values, each in its slot of so many."""
    step = WIDTH / max(1, slots)
    places = [(round(step * (place + 0.5), 2), figure) for place, figure in enumerate(figures)]
    dots = [(x, _height(figure.value, most)) for x, figure in places if figure.value is not None]
    spans = [
        (x, _height(figure.low, most), _height(figure.high, most))
        for x, figure in places
        if figure.low is not None and figure.high is not None and figure.low != figure.high
    ]
    lines: list[list[str]] = [[]]
    for x, figure in places:
        if figure.value is not None:
            lines[-1].append(f"{x},{_height(figure.value, most)}")
        elif figure.low is not None:
            lines.append([])
    drawn = [" ".join(points) for points in lines if len(points) > 1]
    return LineChart(drawn, dots, None if target is None else _height(target, most), spans)


def columns_of(values: Sequence[float | None], slots: int, most: float) -> ColumnChart:
    """Return a column for each value, each in its slot of so many."""
    step = WIDTH / max(1, slots)
    columns = []
    for place, value in enumerate(values):
        if value:
            top = _height(value, most)
            columns.append(
                (round(step * (place + 0.15), 2), top, round(step * 0.7, 2), round(LINE_HEIGHT - top, 2))
            )
    return ColumnChart(columns)


def _height(value: float, most: float) -> float:
    # A line at the edge would be cut in half.
    return round(1 + (LINE_HEIGHT - 2) * (1 - min(1.0, value / most if most else 0)), 2)
