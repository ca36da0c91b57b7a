"""Facts of indicators: figures in parts of an area and a period, and the records behind each number."""

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
from field178_shared.indicators.areas import CountedArea, area_on, is_divided
from field178_shared.indicators.counting import Counts
from field178_shared.indicators.events import CountedRecord, approved_only
from field178_shared.indicators.facts import Facts
from field178_shared.indicators.figures import AreaTotals, FigureValue, figure_of
from field178_shared.indicators.periods import Period
from field178_shared.indicators.reads import counts_days_of_records, record_types_of
from field178_shared.indicators.record_counts import RecordCount


@dataclass(frozen=True, slots=True)
class FigureQuestion:
    """Lists, period, unit ids of an area, and the current day, for which figures are computed."""

    lists: CodeLists
    period: Period
    unit_ids: tuple[str, ...]
    today: date

    @property
    def key(self) -> Hashable:
        """Key of cached results for this question; a publication of lists changes the key."""
        return (self.lists.version, id(self.lists.figures), self.period, self.unit_ids, self.today)

    @property
    def last_day(self) -> date:
        """The last day of the period."""
        return self.period.end - timedelta(days=1)

    @property
    def is_unfinished(self) -> bool:
        """Whether the year of the period has not ended, so that its numbers change from day to day."""
        return self.today < Period.of_year(self.period.first.year).end

    @property
    def area(self) -> CountedArea:
        """The area at the end of the period."""
        units = units_of_area(self.lists, self.unit_ids, self.last_day)
        return area_on(self.lists, units, self.last_day)


class AreaFacts(ABC):
    """Figures in parts of an area and a period, from approved records or also from records in review."""

    def __init__(self, question: FigureQuestion) -> None:
        self.question = question
        self.area = question.area

    @abstractmethod
    def counts_in(self, period: Period, *, with_waiting: bool) -> Counts:
        """Return the counts of a period."""

    def has_figure(self, indicator: Indicator, period: Period) -> bool:
        """Return whether the figure of an indicator in a period is available."""
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
        """Return the figure of an indicator from approved records."""
        figure = self.question.lists.figures[indicator.id]
        return figure_of(indicator, figure, self.totals(period, area))

    def figure(
        self, indicator: Indicator, period: Period, area: CountedArea | None = None
    ) -> IndicatorFigure:
        """Return the figure of an indicator from approved records, and with the records in review."""
        figure = self.question.lists.figures[indicator.id]
        every = figure_of(indicator, figure, self.totals(period, area, with_waiting=True))
        return IndicatorFigure(self.value(indicator, period, area), every)

    def number(
        self, formula: Formula, period: Period, area: CountedArea | None = None, *, with_waiting: bool = False
    ) -> float:
        """Return the number of a formula; 0 if the formula has no value."""
        result = formula.run(self.totals(period, area, with_waiting=with_waiting))
        return int(result) if isinstance(result, bool) else result or 0


class CountedFacts(AreaFacts):
    """Records of some indicators, counted on the first call for a period."""

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
        """Return the counts of a period; they are computed once."""
        key = (period, with_waiting)
        if key not in self._counts:
            self._counts[key] = self._facts_of(with_waiting).count(self._aggregates, period)
        return self._counts[key]

    def counts_by_record(
        self, formula: Formula, period: Period, area: CountedArea, *, with_waiting: bool = False
    ) -> Iterator[RecordCount]:
        """Yield the count that each record and entity of an area adds to the aggregates of a formula."""
        units = area.units
        for count in self._facts_of(with_waiting).counts_by_record(formula.aggregates, period):
            if count.unit_id in units:
                yield count

    def _facts_of(self, with_waiting: bool) -> Facts:
        # Built on demand: most pages need only approved records or only all records.
        if with_waiting not in self._facts:
            records = self._records if with_waiting else approved_only(self._records)
            self._facts[with_waiting] = Facts(
                self.question.lists, records, self.question.today, self._aliases
            )
        return self._facts[with_waiting]


def parts_of_area(area: CountedArea) -> Mapping[str, CountedArea]:
    """Return the parts of an area by unit id: communes, communes divided since, and units above communes."""
    parts = {commune.unit_id: CountedArea((commune,)) for commune in area.communes}
    parts |= {commune.unit_id: CountedArea((), (commune,)) for commune in area.former}
    return parts | {unit_id: CountedArea((), (), frozenset({unit_id})) for unit_id in sorted(area.others)}


def is_line_by_itself(lists: CodeLists, unit_id: str, part: CountedArea) -> bool:
    """Return whether a part of an area is shown even if its counts are empty; true for (divided) communes."""
    return bool(part.communes) or is_divided(lists, unit_id)


def read_facts(
    session: Session, tenant_id: str, question: FigureQuestion, indicator_ids: Collection[str]
) -> CountedFacts:
    """Read the records that these indicators count, and no others."""
    lists = question.lists
    indicators = [lists.indicators[indicator_id] for indicator_id in indicator_ids]
    types = record_types_of(lists, indicators)
    is_of_days = counts_days_of_records(lists, indicators)
    within = DaysAndUnits(question.period, question.area.units) if is_of_days else None
    records = list(counted_records(session, tenant_id, lists, types, within))
    formulas = [formula for indicator_id in indicator_ids for formula in lists.figures[indicator_id].counted]
    aggregates = {
        aggregate.key: aggregate for formula in formulas for aggregate in (*formula.aggregates, *formula.sent)
    }
    aliases = establishment_aliases(session, tenant_id)
    return CountedFacts(question, tuple(aggregates.values()), records, aliases)
