"""Figures from the totals, so that a large store does not read its records (decision 0101)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy.orm import Session

from field178_server.office.indicators.counted_facts import AreaFacts, FigureQuestion, read_facts
from field178_server.office.indicators.queries import IndicatorFigure, figures
from field178_server.office.indicators.source.store_size import is_large
from field178_server.office.indicators.totals.reading import PeriodCounts, available_counts
from field178_server.office.indicators.totals.stored import COUNTED, progress_of_counts
from field178_server.records.result_cache import ResultCache
from field178_shared.codelists import Indicator
from field178_shared.indicators.counting import Counts
from field178_shared.indicators.periods import Period

# Cached results of a few years and areas; a result takes some 60 kB.
_figures: ResultCache[Mapping[str, IndicatorFigure] | None] = ResultCache(32)


class StoredFacts(AreaFacts):
    """Facts from the totals. Figures of entities exist only for periods that are kept and counted."""

    def __init__(self, question: FigureQuestion, counts: PeriodCounts | None) -> None:
        super().__init__(question)
        self._counts = counts

    def counts_in(self, period: Period, *, with_waiting: bool) -> Counts:
        """Return the counts of a period."""
        if self._counts is None:
            return {}
        return self._counts.every(period) if with_waiting else self._counts.approved(period)

    def has_figure(self, indicator: Indicator, period: Period) -> bool:
        """Return whether the figure is available: events in any period, entities in kept periods."""
        if self._counts is None:
            return False
        formulas = self.question.lists.figures[indicator.id].formulas
        is_of_events = not any(
            aggregate.is_of_entities for formula in formulas for aggregate in formula.aggregates
        )
        return is_of_events or period in self._counts.periods


def available_facts(
    session: Session,
    tenant_id: str,
    question: FigureQuestion,
    indicator_ids: Collection[str],
    periods: Sequence[Period] = (),
) -> AreaFacts:
    """Return the facts of indicators in the period of the question and in `periods` within it.

    In a small store the records are counted. In a large store only the totals are read, so that figures may
    be unavailable.
    """
    if not is_large(session, tenant_id):
        return read_facts(session, tenant_id, question, indicator_ids)
    every = tuple(dict.fromkeys((question.period, *periods)))
    counts = available_counts(session, tenant_id, question.lists, every, question.area.units, question.today)
    return StoredFacts(question, counts)


def available_figures(
    session: Session, tenant_id: str, question: FigureQuestion
) -> Mapping[str, IndicatorFigure] | None:
    """Return the figures of all indicators; None if the records of a large store would have to be counted.

    In a snapshot, figures are cached until a record, the lists or the day change. Updated totals do not
    change a figure, so they are not part of the key.
    """
    return _figures.get(
        session, tenant_id, question.key, lambda: _compute_figures(session, tenant_id, question)
    )


def _compute_figures(
    session: Session, tenant_id: str, question: FigureQuestion
) -> Mapping[str, IndicatorFigure] | None:
    if not is_large(session, tenant_id):
        period, unit_ids, today = question.period, question.unit_ids, question.today
        return figures(session, tenant_id, question.lists, period, unit_ids, today)
    facts = available_facts(session, tenant_id, question, ())
    indicators = question.lists.indicators.values()
    if not all(facts.has_figure(indicator, question.period) for indicator in indicators):
        return None
    return {indicator.id: facts.figure(indicator, question.period) for indicator in indicators}


def are_figures_available(session: Session, tenant_id: str, question: FigureQuestion) -> bool:
    """Return whether all figures are available without counting the records of a large store."""
    facts = available_facts(session, tenant_id, question, ()) if is_large(session, tenant_id) else None
    return facts is None or all(
        facts.has_figure(indicator, question.period) for indicator in question.lists.indicators.values()
    )


def is_period_available(session: Session, tenant_id: str, period: Period) -> bool:
    """Return whether a period is counted, or the store is small enough to count it now."""
    row = progress_of_counts(session, tenant_id).periods.get(period)
    return (row is not None and row.state == COUNTED) or not is_large(session, tenant_id)
