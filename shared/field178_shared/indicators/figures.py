"""Figures of an area and a period: what the formulas make of the counts, beside the targets of plans."""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from field178_shared.codelists import CodeLists, Indicator, TargetProfile
from field178_shared.codelists.formulas import Figure
from field178_shared.codelists.indicators import PERCENT
from field178_shared.formulas.figures import Aggregate, Formula
from field178_shared.formulas.sources import MONTH
from field178_shared.indicators.areas import CountedArea
from field178_shared.indicators.counting import Counts
from field178_shared.indicators.periods import Period

Number = TypeVar("Number", int, float)

_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {"=": operator.eq, ">=": operator.ge}


class AreaTotals:
    """The aggregates of an area in a period, by counts that are asked for once a period."""

    def __init__(
        self, counts_of: Callable[[Period], Counts], area: CountedArea, period: Period, today: date
    ) -> None:
        self._counts_of = counts_of
        self._area = area
        self._period = period
        self._today = today

    def by_key(self, aggregate: Aggregate) -> Mapping[str, int]:
        """Return the number of each value of the aggregate's breakdown; without one, at ""."""
        counts, found = self._counts_of(self._period), Counter[str]()
        for unit_id in self._area.units:
            found.update(counts.get(unit_id, {}).get(aggregate.key, {}))
        return found

    def communes(self) -> Sequence[AreaTotals]:
        """Return the totals of each commune of the area."""
        return [self._of(CountedArea((one,))) for one in self._area.communes]

    def former(self) -> Sequence[AreaTotals]:
        """Return the totals of each commune that was divided since."""
        return [self._of(CountedArea((), (one,))) for one in self._area.former]

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
    """The figure of an indicator; `value` is None where there is nothing to divide by.

    `low` and `high` bound the value where parts of the denominator are unknown, else they are the value.
    `sent`: the months for which what it is made of was sent, None: nobody owes it; of what is owed for longer
    no month is told.
    """

    num: float
    den: float | None
    value: float | None
    low: float | None
    high: float | None
    breakdown: Mapping[str, int]
    sent: MonthsSent | None = None

    @property
    def is_sent(self) -> bool:
        """Whether something was sent; where nothing was, a number says nothing."""
        return self.sent is None or self.sent.is_any


@dataclass(frozen=True, slots=True)
class MonthsSent:
    """The months of a period that have ended, those for which numbers were sent, and whether any were."""

    months: int
    ended: int
    is_any: bool


def figure_of(indicator: Indicator, figure: Figure, totals: AreaTotals) -> FigureValue:
    """Return the figure of an indicator for an area and a period."""
    num = _number(figure.numerator, totals)
    den = None if figure.denominator is None else _number(figure.denominator, totals)
    sent = _months_sent(figure, totals)
    if sent is not None and not sent.is_any:
        return FigureValue(num, den, None, None, None, {}, sent)
    is_percent = indicator.unit == PERCENT
    value = _value(num, den, is_percent)
    low = value if figure.most is None else _value(num, _number(figure.most, totals), is_percent)
    high = value if figure.least is None else _value(num, _number(figure.least, totals), is_percent)
    told_apart = figure.numerator.breakdown
    breakdown = {} if told_apart is None else dict(totals.by_key(told_apart))
    return FigureValue(num, den, value, low, high, breakdown, sent)


def multiple_below(number: Number, step: int) -> Number:
    """Return a number rounded down to a multiple."""
    return number - number % step


def rounded_down(indicator: Indicator, figure: FigureValue, step: int) -> FigureValue:
    """Return a figure of its numbers rounded down to multiples, told apart by nothing."""
    num = multiple_below(figure.num, step)
    den = None if figure.den is None else multiple_below(figure.den, step)
    value = _value(num, den, indicator.unit == PERCENT)
    return FigureValue(num, den, value, value, value, {}, figure.sent)


def _months_sent(figure: Figure, totals: AreaTotals) -> MonthsSent | None:
    wanted = figure.sent
    if not wanted:
        return None

    def is_sent(within: AreaTotals) -> bool:
        return all(sum(within.by_key(one).values()) for one in wanted)

    if any(one.is_of_entities for one in wanted):
        return MonthsSent(0, 0, is_sent(totals))
    months = totals.parts(MONTH)
    return MonthsSent(sum(map(is_sent, months)), len(months), is_sent(totals))


def _number(formula: Formula, totals: AreaTotals) -> float:
    found: Any = formula.run(totals)
    return int(found) if isinstance(found, bool) else found or 0


def _value(num: float, den: float | None, is_percent: bool) -> float | None:
    if den is None:
        return num
    return None if not den else round((100 if is_percent else 1) * num / den, 1)


@dataclass(frozen=True, slots=True)
class Reached:
    """A target, and whether a figure reached it; None where there is no figure."""

    target: float
    met: bool | None


def reached(profile: TargetProfile, indicator_id: str, value: float | None) -> Reached | None:
    """Return what a plan asks of an indicator and whether it is met; None: it asks nothing.

    Of several targets that are not for a longer time than the period, the first holds.
    """
    for target in profile.targets:
        if target.indicator == indicator_id and target.per in (None, "year"):
            compare = _COMPARISONS[target.op]
            return Reached(target.value, None if value is None else compare(value, target.value))
    return None


def aggregates_of(lists: CodeLists) -> tuple[Aggregate, ...]:
    """Return the aggregates that the indicators and the annexes of reports need, each once."""
    return _each_once((*one.aggregates, *one.sent) for one in _formulas(lists))


def aggregates_of_parts(lists: CodeLists) -> tuple[Aggregate, ...]:
    """Return those that the indicators need of the months and quarters of a period, each once."""
    return _each_once(one.of_parts for one in _formulas(lists))


def _formulas(lists: CodeLists) -> Iterator[Formula]:
    yield from (formula for figure in lists.figures.values() for formula in figure.formulas)
    yield from lists.figures.columns.values()


def _each_once(found: Iterable[Iterable[Aggregate]]) -> tuple[Aggregate, ...]:
    return tuple({aggregate.key: aggregate for each in found for aggregate in each}.values())
