"""Facts of a report: figures of its period and of the year before, annexes, and their records."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from field178_server.database.models import FiledRecord
from field178_server.office.indicators.counted_facts import FigureQuestion
from field178_server.office.indicators.divided_records import divided_records
from field178_server.office.indicators.left_out import left_out
from field178_server.office.indicators.published_numbers import (
    is_by_day,
    published_in_reports,
    shown_of_year,
    years_beside,
)
from field178_server.office.indicators.queries import COUNTED_AGAIN_S, units_of_area, whole_counts
from field178_server.office.indicators.source.records import entries_beside
from field178_server.office.indicators.source.store_size import is_large
from field178_server.office.indicators.totals.day_counts import read_day_counts
from field178_server.office.indicators.totals.operations import keep_period
from field178_server.office.indicators.totals.reading import PeriodCounts, available_counts, counts_of
from field178_server.office.indicators.totals.store_slices import slices_of_store
from field178_server.records.review_states import IS_APPROVED
from field178_shared.codelists import CodeLists
from field178_shared.errors import AppError, ErrorCode
from field178_shared.formulas.figures import Aggregate, Formula
from field178_shared.indicators.areas import CommuneArea, CountedArea, area_on, units_of_parts
from field178_shared.indicators.buckets import is_of_half_months
from field178_shared.indicators.counting import Counts
from field178_shared.indicators.differences import Published, newly_disclosed
from field178_shared.indicators.facts import EventsAndEntities
from field178_shared.indicators.figures import (
    AreaTotals,
    FigureValue,
    aggregates_of,
    aggregates_of_parts,
    figure_of,
)
from field178_shared.indicators.periods import Period, months_after
from field178_shared.indicators.reporting import same_period_before
from field178_shared.records.left_out import LeftOut


class DataSpan(StrEnum):
    """How much of the compared period has data. The year before an office's first year has none."""

    NONE = "none"
    PART = "part"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class ReportQuestion:
    """Lists, period and unit ids of a report, and the current day.

    `begun_on`: the day of the first approved visit or session of the area, or None.
    """

    lists: CodeLists
    period: Period
    unit_ids: tuple[str, ...]
    today: date
    begun_on: date | None = None

    def area(self, period: Period) -> CountedArea:
        """Return the area at the end of a period."""
        last_day = period.end - timedelta(days=1)
        return area_on(self.lists, units_of_area(self.lists, self.unit_ids, last_day), last_day)


@dataclass(frozen=True, slots=True)
class ComparedFigure:
    """Figure of an indicator, its figure of the year before, and how much data the year before has."""

    now: FigureValue
    before: FigureValue
    covered: DataSpan


@dataclass(frozen=True, slots=True)
class ReportLeftOut:
    """Records that the figures of a report leave out, in its period and in that of the year before."""

    now: LeftOut
    before: LeftOut


class ReportFigures:
    """Figures and annexes of a report, from counts by period.

    `missing`: the records that are left out. `reported`: what frozen reports print of formulas by day;
    `years`: calendar years with counts, by the days that readers know of them.
    """

    def __init__(
        self,
        question: ReportQuestion,
        counts_of: Callable[[Period], Counts],
        missing: ReportLeftOut,
        reported: Mapping[str, Sequence[Published]],
        years: Mapping[Period, Period],
    ) -> None:
        self.question = question
        self.missing = missing
        self._reported = reported
        self._years = years
        self._counts_of = counts_of
        self._area = question.area(question.period)

    def figures(self) -> Mapping[str, ComparedFigure]:
        """Return the compared figures by indicator id."""
        lists, before = self.question.lists, same_period_before(self.question.period)
        totals = self._totals(self._area, self.question.period)
        earlier = self._totals(self.question.area(before), before)
        of_office = data_span_of(before, self.question.begun_on)
        figures: dict[str, ComparedFigure] = {}
        for indicator in lists.indicators.values():
            now, then = (
                figure_of(indicator, lists.figures[indicator.id], each) for each in (totals, earlier)
            )
            figures[indicator.id] = ComparedFigure(now, then, _data_span_of_figure(then, of_office))
        return figures

    def communes(self) -> Sequence[tuple[str, AreaTotals]]:
        """Return unit id and totals of each commune, followed by the communes that were divided since."""
        return [
            *((commune.unit_id, self._of(CountedArea((commune,)))) for commune in self._area.communes),
            *((commune.unit_id, self._of(_former(commune))) for commune in self._area.former),
        ]

    @cached_property
    def disclosing(self) -> Mapping[Period, Mapping[str, Published]]:
        """Formulas whose number of the period, or of the compared one, discloses a small number of people.

        Each has what readers could infer of some days by its difference to what they know.
        """
        lists, period = self.question.lists, self.question.period
        before = same_period_before(period)
        withheld: dict[Period, dict[str, Published]] = {period: {}, before: {}}
        for formula in _formulas_of(lists):
            if not is_by_day(lists, formula):
                continue
            published = [*self._reported.get(formula.text, ()), *self._of_years(formula)]
            for days in (period, before):
                number = Published.exactly(days, self._number(formula, days))
                if disclosed := newly_disclosed([number], published):
                    withheld[days][formula.text] = disclosed[0]
                else:
                    published.append(number)
        return withheld

    def _of_years(self, formula: Formula) -> Iterator[Published]:
        for span, year in self._years.items():
            yield shown_of_year(year, span, self._number(formula, span), self.question.today)

    def _number(self, formula: Formula, period: Period) -> float:
        return formula.run(self._totals(self.question.area(period), period)) or 0

    def whole(self) -> AreaTotals:
        """Return the totals of the whole area."""
        return self._of(self._area)

    def _of(self, area: CountedArea) -> AreaTotals:
        return self._totals(area, self.question.period)

    def _totals(self, area: CountedArea, period: Period) -> AreaTotals:
        return AreaTotals(self._counts_of, area, period, self.question.today)


class ReportFacts:
    """Counts of a report and the records behind them, from all approved records, read in slices.

    MUST NOT be constructed by a server with a large store: that takes minutes of a core.
    """

    def __init__(self, session: Session, tenant_id: str, question: ReportQuestion) -> None:
        lists, period = question.lists, question.period
        self._question = question
        self._missing = _left_out(session, tenant_id, question)
        self._reported = _reported(session, tenant_id, question)
        # As the totals have them, so that what was seen is what is counted.
        self._years = years_beside(period, question.today) if is_of_half_months(period) else {}
        self._counts: dict[Period, Counts] = {
            counted_period: {} for counted_period in (*_periods_of(period), *self._years)
        }
        self._by_day = _aggregates_by_day(lists)
        aggregates = aggregates_of(lists)
        self._bits = {aggregate.key: 1 << place for place, aggregate in enumerate(aggregates)}
        # Record id -> bit mask of the aggregates that count the record.
        self._behind: dict[str, int] = {}
        units = question.area(period).units
        for part in slices_of_store(session, tenant_id, lists, question.today):
            self._count(part)
            for count in part.counts_by_record(aggregates, period):
                if count.unit_id in units:
                    for record_id in (count.key, *(record_id for record_id, _ in count.records)):
                        self._behind[record_id] = self._behind.get(record_id, 0) | self._bits[count.aggregate]
        self._beside = entries_beside(session, tenant_id, self._behind)

    @property
    def counts(self) -> Mapping[Period, Counts]:
        """Counts of the period and of the compared period, and of their months and quarters."""
        return self._counts

    @property
    def figures(self) -> ReportFigures:
        """Figures from the counts."""
        counts_of = self._counts.__getitem__
        return ReportFigures(self._question, counts_of, self._missing, self._reported, self._years)

    def records_behind(self, formulas: Sequence[Formula]) -> set[str]:
        """Return the ids of records that formulas count in the period, and of their office entries."""
        bits = 0
        for formula in formulas:
            for aggregate in formula.aggregates:
                bits |= self._bits[aggregate.key]
        record_ids = {record_id for record_id, behind in self._behind.items() if behind & bits}
        return record_ids.union(*(self._beside[visit_id] for visit_id in record_ids & self._beside.keys()))

    def _count(self, part: EventsAndEntities) -> None:
        lists, compared = self._question.lists, _periods_compared(self._question.period)
        every = aggregates_of(lists)
        # Formulas read only a few aggregates of entities by month or quarter.
        few = [aggregate for aggregate in every if not aggregate.is_of_entities]
        few += [aggregate for aggregate in aggregates_of_parts(lists) if aggregate.is_of_entities]
        read = set(_periods_of(self._question.period))
        for period, counts in self._counts.items():
            of_period = every if period in compared else few if period in read else self._by_day
            part.count(of_period, period, counts)


def _periods_compared(period: Period) -> tuple[Period, Period]:
    return period, same_period_before(period)


def _periods_of(period: Period) -> tuple[Period, ...]:
    """Return the periods that figures read: the two compared periods, and their months and quarters."""
    compared = _periods_compared(period)
    return (*compared, *(part for whole in compared for part in whole.all_parts() if part not in compared))


def report_figures(session: Session, tenant_id: str, question: ReportQuestion) -> ReportFigures:
    """Return the figures of a report from the totals (decision 0101).

    If the totals are incomplete, the records of a small store are counted; for a large store it raises
    AppError(being_counted). The totals contain half-months only. For a large store, other periods are read
    from the last day counts (`day_counts`).
    """
    if not is_of_half_months(question.period) and is_large(session, tenant_id):
        kept = read_day_counts(session, tenant_id, question.lists, question.period)
        if kept is None:
            raise AppError(ErrorCode.BEING_COUNTED, retry_after_s=COUNTED_AGAIN_S)
        missing = _left_out(session, tenant_id, question)
        return ReportFigures(question, kept.counts_of, missing, _reported(session, tenant_id, question), {})
    before = same_period_before(question.period)
    units = question.area(question.period).units | question.area(before).units
    context = (question.lists, units, question.today)
    by_period: dict[Period, PeriodCounts] = {}
    for period in (question.period, before):
        counts = _counts(session, tenant_id, period, *context)
        if counts is None:
            return ReportFacts(session, tenant_id, question).figures
        by_period[period] = counts

    def approved(period: Period) -> Counts:
        if period in by_period:
            return by_period[period].approved(period)
        span = next(whole for whole in (question.period, before) if period.first in whole)
        return by_period[span].approved(period)

    years = years_beside(question.period, question.today)
    by_period |= _counts_of_years(session, tenant_id, question, years.keys() - by_period.keys())
    counted = {span: year for span, year in years.items() if span in by_period}
    missing, reported = _left_out(session, tenant_id, question), _reported(session, tenant_id, question)
    return ReportFigures(question, approved, missing, reported, counted)


def _counts_of_years(
    session: Session, tenant_id: str, question: ReportQuestion, spans: Collection[Period]
) -> dict[Period, PeriodCounts]:
    """Return the counts of days of calendar years, as far as the totals contain them."""
    lists, today = question.lists, question.today
    counts = {
        span: available_counts(session, tenant_id, lists, [span], question.area(span).units, today)
        for span in sorted(spans)
    }
    return {span: counted for span, counted in counts.items() if counted is not None}


def _counts(
    session: Session, tenant_id: str, period: Period, lists: CodeLists, units: Collection[str], today: date
) -> PeriodCounts | None:
    if is_large(session, tenant_id):
        return whole_counts(session, tenant_id, lists, period, units, today)
    return counts_of(session, tenant_id, lists, period, units, today)


def begun_on(session: Session, tenant_id: str, question: ReportQuestion) -> date | None:
    """Return the day of the first approved visit or session of the area, or None."""
    units = question.area(question.period).units | question.area(same_period_before(question.period)).units
    query = select(func.min(FiledRecord.occurred_on)).where(
        FiledRecord.tenant_id == tenant_id,
        IS_APPROVED,
        FiledRecord.unit_id.in_(sorted(units)),
    )
    divided = units_of_parts(units) - units
    days = [
        records.first_day
        for records in divided_records(session, tenant_id, question.lists, divided)
        if records.unit_id in units
    ]
    return min([*days, *filter(None, [session.scalar(query)])], default=None)


def data_span_of(period: Period, begun_on: date | None) -> DataSpan:
    """Return how much of a period has data; WHOLE if records begin within its first month or earlier."""
    if begun_on is None or begun_on >= period.end:
        return DataSpan.NONE
    return DataSpan.WHOLE if begun_on < months_after(period.first, 1) else DataSpan.PART


def _data_span_of_figure(before: FigureValue, of_office: DataSpan) -> DataSpan:
    """Return how much data a figure has: figures from agencies have data for the months that were sent."""
    if before.sent is None or not before.is_sent:
        return of_office
    return DataSpan.WHOLE if before.sent.months == before.sent.ended else DataSpan.PART


def keep_periods(session: Session, tenant_id: str, period: Period, today: date) -> None:
    """Keep the totals of a report's period and of the compared period from now on."""
    for kept in (period, same_period_before(period)):
        keep_period(session, tenant_id, kept, today)


def _left_out(session: Session, tenant_id: str, question: ReportQuestion) -> ReportLeftOut:
    """Return the records that figures of a report leave out, in its period and in that of the year before."""
    now, before = (
        left_out(
            session, tenant_id, FigureQuestion(question.lists, period, question.unit_ids, question.today)
        )
        for period in (question.period, same_period_before(question.period))
    )
    return ReportLeftOut(now, before)


def _reported(
    session: Session, tenant_id: str, question: ReportQuestion
) -> Mapping[str, Sequence[Published]]:
    of_area = FigureQuestion(question.lists, question.period, question.unit_ids, question.today)
    return published_in_reports(session, tenant_id, of_area)


def _aggregates_by_day(lists: CodeLists) -> list[Aggregate]:
    """Return the aggregates of all formulas that count people by day."""
    formulas = (formula for formula in _formulas_of(lists) if is_by_day(lists, formula))
    return list({each.key: each for formula in formulas for each in formula.aggregates}.values())


def _formulas_of(lists: CodeLists) -> tuple[Formula, ...]:
    """Return the formulas of indicators and of columns of annexes, each once."""
    of_figures = (formula for figure in lists.figures.values() for formula in figure.formulas)
    formulas = (*of_figures, *lists.figures.columns.values())
    return tuple({formula.text: formula for formula in formulas}.values())


def _former(commune: CommuneArea) -> CountedArea:
    return CountedArea((), (commune,))
