"""Figures of an area and a period: values of the formulas over the counts, and their bounds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import ceil, floor
from typing import Any, TypeVar

from field178_shared.codelists import CodeLists, Indicator
from field178_shared.codelists.formulas import Figure
from field178_shared.codelists.indicators import PERCENT
from field178_shared.formulas.figures import Aggregate, Formula
from field178_shared.formulas.sources import MONTH
from field178_shared.indicators.areas import CountedArea
from field178_shared.indicators.counting import Counts
from field178_shared.indicators.coverage import Coverage
from field178_shared.indicators.periods import Period
from field178_shared.record_type import RecordType

Number = TypeVar("Number", int, float)


class AreaTotals:
    """Aggregates of an area in a period; counts are read once for each period."""

    def __init__(
        self, counts_of: Callable[[Period], Counts], area: CountedArea, period: Period, today: date
    ) -> None:
        self._counts_of = counts_of
        self._area = area
        self._units = area.units
        self._period = period
        self._today = today

    def by_key(self, aggregate: Aggregate) -> Mapping[str, int]:
        """Return the number of each value of the aggregate's breakdown; without one, at ""."""
        counts = self._counts_of(self._period)
        sums: dict[str, int] = {}
        for unit_id in self._units:
            of_unit = counts.get(unit_id)
            for value, number in (of_unit.get(aggregate.key, {}) if of_unit else {}).items():
                sums[value] = sums.get(value, 0) + number
        return sums

    @property
    def is_over(self) -> bool:
        """Whether the period is over."""
        return self._today >= self._period.end

    def communes(self) -> Sequence[AreaTotals]:
        """Return the totals of each commune of the area."""
        return [self._of(CountedArea((commune,))) for commune in self._area.communes]

    def former(self) -> Sequence[AreaTotals]:
        """Return the totals of each commune that was divided since."""
        return [self._of(CountedArea((), (unit,))) for unit in self._area.former]

    def parts(self, kind: str) -> Sequence[AreaTotals]:
        """Return the totals of each month or quarter of the period that has ended."""
        return [
            AreaTotals(self._counts_of, self._area, part, self._today)
            for part in self._period.parts(kind, self._today)
        ]

    def _of(self, area: CountedArea) -> AreaTotals:
        return AreaTotals(self._counts_of, area, self._period, self._today)


@dataclass(frozen=True, slots=True)
class FigureValue:
    """Figure of an indicator; `value` is None if unknown or the denominator is zero.

    `low` and `high` bound the value if a part was not counted, otherwise they equal the value; None:
    unbounded. A value MUST be within its bounds. The share of the counted entities alone is not the share of
    all entities, so `num` and `den` of counted entities give no value then (decision 0122). `coverage`: for
    how many entities the added number is known, None if no such number is added. `is_open`: secret planned
    visits of the period are left out (decision 0085). `sent`: the months for which monthly returns were sent,
    None if none are due; longer periods have no months.
    """

    num: float
    den: float | None
    value: float | None
    low: float | None
    high: float | None
    breakdown: Mapping[str, int]
    sent: MonthsSent | None = None
    coverage: Coverage | None = None
    is_open: bool = False

    @property
    def is_sent(self) -> bool:
        """Whether at least one return was sent; without returns the numbers are meaningless."""
        return self.sent is None or self.sent.is_any

    @property
    def is_uncounted(self) -> bool:
        """Whether some entities have no known number."""
        return self.coverage is not None and not self.coverage.is_full

    @property
    def is_counted(self) -> bool:
        """Whether anything of a sum was counted; of places without any count it is unknown and not zero."""
        return self.den is not None or self.coverage is None or not self.coverage.is_empty

    @property
    def is_partial(self) -> bool:
        """Whether some numbers were not counted, or not sent for ended months."""
        return self.is_uncounted or self.low != self.high or (self.sent is not None and self.sent.lacks)


@dataclass(frozen=True, slots=True)
class MonthsSent:
    """The months of a period that have ended, those for which numbers were sent, and whether any were."""

    months: int
    ended: int
    is_any: bool

    @property
    def lacks(self) -> bool:
        """Whether returns were sent, but not for every ended month."""
        return self.is_any and self.months < self.ended


def figure_of(indicator: Indicator, figure: Figure, totals: AreaTotals) -> FigureValue:
    """Return the figure of an indicator for an area and a period."""
    num = _number(figure.numerator, totals)
    den = None if figure.denominator is None else _number(figure.denominator, totals)
    sent = _months_sent(figure, totals)
    if sent is not None and not sent.is_any:
        return FigureValue(num, den, None, None, None, {}, sent)
    told_apart = figure.numerator.breakdown
    breakdown = {} if told_apart is None else dict(totals.by_key(told_apart))
    coverage = coverage_of(figure, totals)
    value = _value(num, den, indicator.unit == PERCENT)
    figure_value = FigureValue(num, den, value, value, value, breakdown, sent, coverage)
    if not figure_value.is_counted:
        return replace(figure_value, value=None, low=None, high=None)
    if sent is not None and sent.lacks:
        return replace(figure_value, low=None, high=None)
    if not figure_value.is_uncounted:
        return (
            _open_share(figure, figure_value) if counts_plan(figure) and not totals.is_over else figure_value
        )
    if figure.denominator is None:
        return replace(figure_value, high=None)
    low, high = _bounds(figure, num, totals, is_percent=indicator.unit == PERCENT)
    return replace(figure_value, value=low if low == high else None, low=low, high=high)


def counts_plan(figure: Figure) -> bool:
    """Return whether a figure counts planned visits."""
    return any(
        aggregate.of == RecordType.PLAN_ITEM for formula in figure.counted for aggregate in formula.aggregates
    )


def _open_share(figure: Figure, figure_value: FigureValue) -> FigureValue:
    """Return a figure that leaves out secret planned visits: they would lower a share."""
    has_share = figure.denominator is not None and figure_value.value is not None
    return replace(figure_value, low=0 if has_share else figure_value.low, is_open=True)


def coverage_of(figure: Figure, totals: AreaTotals) -> Coverage | None:
    """Return the coverage of the number that a figure adds up, None if it adds up no such number."""
    if figure.coverage is None:
        return None
    counted, every = (int(_number(formula, totals)) for formula in figure.coverage)
    return Coverage(figure.coverage[1].aggregates[0].of, counted, every)


def _bounds(
    figure: Figure, num: float, totals: AreaTotals, *, is_percent: bool
) -> tuple[float | None, float | None]:
    """Return the lower and upper bounds of a value, rounded outward; None: unbounded.

    A share is the counted part divided by the counted part plus its rest. It increases with the counted part
    and decreases with the rest, so the lower bound combines the least counted part and the largest rest.
    """
    if figure.least is None or figure.most is None:
        return None, None
    least, most = (_number(formula, totals) for formula in (figure.least, figure.most))
    num_least, num_most = (
        num if formula is None else _number(formula, totals)
        for formula in (figure.num_least, figure.num_most)
    )
    tenths = 10 * (100 if is_percent else 1)
    low = _divided(num_least, num_least + most - num_most)
    high = _divided(num_most, num_most + least - num_least)
    return floor(round(tenths * low, 6)) / 10, ceil(round(tenths * high, 6)) / 10


def _divided(num: float, den: float) -> float:
    return num / den if den else 0


def multiple_below(number: Number, step: int) -> Number:
    """Return a number rounded down to a multiple."""
    return number - number % step


def rounded_down(indicator: Indicator, figure: FigureValue, step: int) -> FigureValue:
    """Return a figure of numbers rounded down to multiples of a step, without its breakdown.

    Bounds of a partially counted figure are rounded outward to multiples of the step.
    """
    num = multiple_below(figure.num, step)
    den = None if figure.den is None else multiple_below(figure.den, step)
    coverage = figure.coverage
    if coverage is not None:
        counted, every = multiple_below(coverage.counted, step), multiple_below(coverage.every, step)
        coverage = replace(coverage, counted=counted, every=every)
    value = None if figure.value is None else _value(num, den, indicator.unit == PERCENT)
    low, high = value, value
    if figure.low is None:
        low, high = None, None
    elif figure.low != figure.high:
        coarse = with_coarse_bounds(figure, step)
        low, high = coarse.low if value is None else value, coarse.high
    return FigureValue(num, den, value, low, high, {}, figure.sent, coverage)


def with_coarse_bounds(figure: FigureValue, step: int) -> FigureValue:
    """Return a figure whose bounds, where they are two, are rounded outward to multiples of a step."""
    low, high = figure.low, figure.high
    if low is None or high is None or low == high:
        return figure
    return replace(figure, low=multiple_below(low, step), high=float(step * ceil(high / step)))


def _months_sent(figure: Figure, totals: AreaTotals) -> MonthsSent | None:
    aggregates = figure.sent
    if not aggregates:
        return None

    def is_sent(within: AreaTotals) -> bool:
        return all(sum(within.by_key(aggregate).values()) for aggregate in aggregates)

    if any(aggregate.is_of_entities for aggregate in aggregates):
        return MonthsSent(0, 0, is_sent(totals))
    months = totals.parts(MONTH)
    return MonthsSent(sum(map(is_sent, months)), len(months), is_sent(totals))


def _number(formula: Formula, totals: AreaTotals) -> float:
    result: Any = formula.run(totals)
    return int(result) if isinstance(result, bool) else result or 0


def _value(num: float, den: float | None, is_percent: bool) -> float | None:
    if den is None:
        return num
    return None if not den else round((100 if is_percent else 1) * num / den, 1)


def aggregates_of(lists: CodeLists) -> tuple[Aggregate, ...]:
    """Return the aggregates of the indicators and the report annexes, without duplicates."""
    return _each_once((*formula.aggregates, *formula.sent) for formula in _formulas(lists))


def aggregates_of_parts(lists: CodeLists) -> tuple[Aggregate, ...]:
    """Return the aggregates for months and quarters of a period, without duplicates."""
    return _each_once(formula.of_parts for formula in _formulas(lists))


def _formulas(lists: CodeLists) -> Iterator[Formula]:
    yield from (formula for figure in lists.figures.values() for formula in figure.counted)
    yield from lists.figures.columns.values()


def _each_once(groups: Iterable[Iterable[Aggregate]]) -> tuple[Aggregate, ...]:
    return tuple({aggregate.key: aggregate for each in groups for aggregate in each}.values())
