"""Facts of some indicators: their figures in parts of an area and a period, and what each number counts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from sqlalchemy.orm import Session

from field178_server.office.indicators.queries import IndicatorFigure, units_of_area
from field178_server.office.indicators.source.counted_records import (
    DaysAndUnits,
    counted_records,
    establishment_aliases,
)
from field178_shared.codelists import CodeLists, Indicator
from field178_shared.formulas.figures import Aggregate, Formula
from field178_shared.indicators.areas import CommuneArea, CountedArea, area_on, is_divided
from field178_shared.indicators.counting import Counts
from field178_shared.indicators.events import CountedRecord, approved_only
from field178_shared.indicators.facts import Facts
from field178_shared.indicators.figures import AreaTotals, FigureValue, figure_of
from field178_shared.indicators.periods import Period
from field178_shared.indicators.reads import counts_days_of_records, record_types_of
from field178_shared.indicators.record_counts import RecordCount


@dataclass(frozen=True, slots=True)
class FigureQuestion:
    """What figures are asked for: lists, the period, the units of the area, and the day at hand."""

    lists: CodeLists
    period: Period
    unit_ids: tuple[str, ...]
    today: date

    @property
    def key(self) -> Hashable:
        """The key of results that are computed from it and the records: a publication changes the lists."""
        return (self.lists.version, id(self.lists.figures), self.period, self.unit_ids, self.today)

    @property
    def last_day(self) -> date:
        """The last day of the period."""
        return self.period.end - timedelta(days=1)

    @property
    def is_unfinished(self) -> bool:
        """Whether the year of the period lasts: its numbers change from day to day."""
        return self.today < Period.of_year(self.period.first.year).end

    @property
    def area(self) -> CountedArea:
        """The area at the end of the period."""
        units = units_of_area(self.lists, self.unit_ids, self.last_day)
        return area_on(self.lists, units, self.last_day)


class AreaFacts(ABC):
    """Figures in parts of an area and a period, by approved records, or by all that wait too."""

    def __init__(self, question: FigureQuestion) -> None:
        self.question = question
        self.area = question.area

    @abstractmethod
    def counts_in(self, period: Period, *, with_waiting: bool) -> Counts:
        """Return what is counted in a period."""

    def tells(self, indicator: Indicator, period: Period) -> bool:
        """Tell whether the figure of an indicator in a period is at hand."""
        return True

    def totals(
        self, period: Period, area: CountedArea | None = None, *, with_waiting: bool = False
    ) -> AreaTotals:
        """Return the totals of the area, or of a part of it, in a period."""
        return AreaTotals(
            partial(self.counts_in, with_waiting=with_waiting),
            area or self.area,
            period,
            self.question.today,
        )

    def value(self, indicator: Indicator, period: Period, area: CountedArea | None = None) -> FigureValue:
        """Return the figure of an indicator by approved records."""
        figure = self.question.lists.figures[indicator.id]
        return figure_of(indicator, figure, self.totals(period, area))

    def figure(
        self, indicator: Indicator, period: Period, area: CountedArea | None = None
    ) -> IndicatorFigure:
        """Return the figure of an indicator, also with the records that wait."""
        figure = self.question.lists.figures[indicator.id]
        every = figure_of(indicator, figure, self.totals(period, area, with_waiting=True))
        return IndicatorFigure(self.value(indicator, period, area), every)

    def number(
        self, formula: Formula, period: Period, area: CountedArea | None = None, *, with_waiting: bool = False
    ) -> float:
        """Return what a formula makes of the totals."""
        found = formula.run(self.totals(period, area, with_waiting=with_waiting))
        return int(found) if isinstance(found, bool) else found or 0


class CountedFacts(AreaFacts):
    """Records that some indicators read, counted when they are asked for."""

    def __init__(
        self,
        question: FigureQuestion,
        aggregates: Sequence[Aggregate],
        records: Sequence[CountedRecord],
        aliases: Mapping[str, str],
    ) -> None:
        super().__init__(question)
        self._aggregates = aggregates
        self._records = records
        self._aliases = aliases
        self._facts: dict[bool, Facts] = {}
        self._counts: dict[tuple[Period, bool], Counts] = {}

    def counts_in(self, period: Period, *, with_waiting: bool) -> Counts:
        """Return what is counted in a period, once."""
        key = (period, with_waiting)
        if key not in self._counts:
            self._counts[key] = self._facts_of(with_waiting).count(self._aggregates, period)
        return self._counts[key]

    def counts_by_record(
        self, formula: Formula, period: Period, area: CountedArea, *, with_waiting: bool = False
    ) -> Iterator[RecordCount]:
        """Yield what each record and entity of an area adds to the aggregates of a formula."""
        units = area.units
        for one in self._facts_of(with_waiting).counts_by_record(formula.aggregates, period):
            if one.unit_id in units:
                yield one

    def _facts_of(self, with_waiting: bool) -> Facts:
        # Built when asked: most pages need one of the two.
        if with_waiting not in self._facts:
            records = self._records if with_waiting else approved_only(self._records)
            self._facts[with_waiting] = Facts(
                self.question.lists, records, self.question.today, self._aliases
            )
        return self._facts[with_waiting]


def parts_of_area(area: CountedArea) -> Mapping[str, CountedArea]:
    """Return the communes of an area by their units, those that were divided since, and the units above."""
    found = {one.unit_id: CountedArea((one,)) for one in area.communes}
    found |= {one.unit_id: CountedArea((), (one,)) for one in area.former}
    return found | {unit_id: CountedArea((), (), frozenset({unit_id})) for unit_id in sorted(area.others)}


def is_line_by_itself(lists: CodeLists, unit_id: str, part: CountedArea) -> bool:
    """Tell whether a part of an area is shown where it counts nothing: a commune, also a divided one."""
    return bool(part.communes) or is_divided(lists, unit_id)


def communes_of(area: CountedArea) -> Sequence[CommuneArea]:
    """Return the communes of an area, those that were divided since at the end."""
    return (*area.communes, *area.former)


def read_facts(
    session: Session, tenant_id: str, question: FigureQuestion, indicator_ids: Collection[str]
) -> CountedFacts:
    """Read the records that these indicators count, once, and those alone."""
    lists = question.lists
    indicators = [lists.indicators[one] for one in indicator_ids]
    types = record_types_of(lists, indicators)
    is_of_days = counts_days_of_records(lists, indicators)
    within = DaysAndUnits(question.period, question.area.units) if is_of_days else None
    records = list(counted_records(session, tenant_id, lists, types, within))
    formulas = [formula for one in indicator_ids for formula in lists.figures[one].counted]
    aggregates = {aggregate.key: aggregate for one in formulas for aggregate in (*one.aggregates, *one.sent)}
    aliases = establishment_aliases(session, tenant_id)
    return CountedFacts(question, tuple(aggregates.values()), records, aliases)
