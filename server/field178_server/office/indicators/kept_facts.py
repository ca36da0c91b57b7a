"""Figures from the totals: what a large store tells without reading its records (decision 0101)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy.orm import Session

from field178_server.office.indicators.counted_facts import AreaFacts, FigureQuestion, read_facts
from field178_server.office.indicators.queries import IndicatorFigure, figures
from field178_server.office.indicators.source.store_size import is_large
from field178_server.office.indicators.totals.reading import PeriodCounts, counts_at_hand
from field178_server.office.indicators.totals.stored import COUNTED, progress_of_counts
from field178_server.records.kept_results import KeptResults
from field178_shared.codelists import Indicator
from field178_shared.indicators.counting import Counts
from field178_shared.indicators.periods import Period

# Of a few years and areas: a result takes some 60 kB.
_figures: KeptResults[Mapping[str, IndicatorFigure] | None] = KeptResults(32)


class KeptFacts(AreaFacts):
    """Counts of the totals; entities are told in the periods that are kept and counted."""

    def __init__(self, question: FigureQuestion, counts: PeriodCounts | None) -> None:
        super().__init__(question)
        self._counts = counts

    def counts_in(self, period: Period, *, with_waiting: bool) -> Counts:
        """Return what is counted in a period."""
        if self._counts is None:
            return {}
        return self._counts.every(period) if with_waiting else self._counts.approved(period)

    def tells(self, indicator: Indicator, period: Period) -> bool:
        """Tell whether the figure is at hand: events are of every day, entities of periods that are kept."""
        if self._counts is None:
            return False
        formulas = self.question.lists.figures[indicator.id].formulas
        is_of_events = not any(one.is_of_entities for formula in formulas for one in formula.aggregates)
        return is_of_events or period in self._counts.periods


def facts_at_hand(
    session: Session,
    tenant_id: str,
    question: FigureQuestion,
    indicator_ids: Collection[str],
    periods: Sequence[Period] = (),
) -> AreaFacts:
    """Return the figures of indicators, also of periods within that of the question.

    The records of a small store are counted, those of a large one are not read: some may not be at hand.
    """
    if not is_large(session, tenant_id):
        return read_facts(session, tenant_id, question, indicator_ids)
    every = tuple(dict.fromkeys((question.period, *periods)))
    counts = counts_at_hand(session, tenant_id, question.lists, every, question.area.units, question.today)
    return KeptFacts(question, counts)


def figures_at_hand(
    session: Session, tenant_id: str, question: FigureQuestion
) -> Mapping[str, IndicatorFigure] | None:
    """Return the figures of the indicators, None where they would have to be counted from a large store.

    In a snapshot they are computed once, until a record, the lists or the day change. Totals change no
    figure: they only tell it sooner.
    """
    return _figures.get(
        session, tenant_id, question.key, lambda: _compute_figures(session, tenant_id, question)
    )


def _compute_figures(
    session: Session, tenant_id: str, question: FigureQuestion
) -> Mapping[str, IndicatorFigure] | None:
    if not is_large(session, tenant_id):
        asked = (question.period, question.unit_ids, question.today)
        return figures(session, tenant_id, question.lists, *asked)
    facts = facts_at_hand(session, tenant_id, question, ())
    indicators = question.lists.indicators.values()
    if not all(facts.tells(one, question.period) for one in indicators):
        return None
    return {one.id: facts.figure(one, question.period) for one in indicators}


def is_at_hand(session: Session, tenant_id: str, question: FigureQuestion) -> bool:
    """Tell whether the figures of a period are told without counting every record of a large store."""
    facts = facts_at_hand(session, tenant_id, question, ()) if is_large(session, tenant_id) else None
    return facts is None or all(
        facts.tells(one, question.period) for one in question.lists.indicators.values()
    )


def is_told_soon(session: Session, tenant_id: str, period: Period) -> bool:
    """Tell whether a period is kept counted, or the store is small enough to count it now."""
    row = progress_of_counts(session, tenant_id).periods.get(period)
    return (row is not None and row.state == COUNTED) or not is_large(session, tenant_id)
