"""Figures that readers of aggregates see, and figures that are hidden from them (decision 0110).

Either all parts of a year are shown or none. A commune is shown if it does not reveal a hidden commune.
Before the end of a year, numbers are rounded down, and neither communes nor unfinished parts are shown: a
reader who compares the numbers of two weeks learns nothing about a small increase.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from sqlalchemy.orm import Session

from field178_server.office.indicators.counted_facts import AreaFacts, FigureQuestion, parts_of_area
from field178_server.office.indicators.published_numbers import (
    formulas_by_day,
    published_in_reports,
    published_years,
)
from field178_server.office.indicators.queries import IndicatorFigure
from field178_server.office.indicators.requested_figures import RequestedFigures
from field178_server.office.indicators.stored_facts import available_facts
from field178_server.office.indicators.totals.stored import totals_stamp
from field178_server.records.result_cache import ResultCache
from field178_shared.codelists import Indicator
from field178_shared.indicators.coverage import Coverage
from field178_shared.indicators.differences import Published, is_disclosing
from field178_shared.indicators.figures import FigureValue, rounded_down, with_coarse_bounds
from field178_shared.indicators.periods import Period
from field178_shared.indicators.quality import quality_of
from field178_shared.indicators.suppression import (
    COMMUNES,
    SMALLEST_SHOWN,
    HiddenPlaces,
    counts_people,
    hidden_kinds_beside_shown,
    indicators_of_all,
    is_hidden,
    is_shown_of_whole_years,
    is_small,
    names_nobody,
    shows_parts,
)

_HALF, _QUARTER = 6, 3
_hidden: ResultCache[frozenset[str]] = ResultCache(32)


def hidden_figures(
    session: Session, tenant_id: str, question: FigureQuestion, figures: Mapping[str, IndicatorFigure]
) -> frozenset[str]:
    """Return the ids of the indicators whose figures of this area and period are hidden.

    The period MUST be a calendar year, or a half or quarter of a calendar year.
    """
    lists, period = question.lists, question.period
    indicators = [
        lists.indicators[indicator_id]
        for indicator_id in figures
        if counts_people(lists, lists.indicators[indicator_id])
    ]
    hidden = {
        indicator.id
        for indicator in indicators
        if is_hidden(lists, indicator, figures[indicator.id].approved)
    }
    year = Period.of_year(period.first.year)
    if period != year or question.is_unfinished:
        hidden |= {indicator.id for indicator in indicators if is_shown_of_whole_years(lists, indicator)}
    hidden |= _revealing_indicators(
        session, tenant_id, question, [indicator for indicator in indicators if indicator.id not in hidden]
    )
    hidden |= _disclosing_indicators(
        session, tenant_id, question, [indicator for indicator in indicators if indicator.id not in hidden]
    )
    if period != year and question.today < period.end:
        # The number is the year minus the finished parts: two rounded numbers would reveal it.
        return frozenset(indicator.id for indicator in indicators)
    if period == year or not indicators:
        return frozenset(hidden)
    halves = year.in_parts(_HALF)
    parts = halves if period in halves else year.in_parts(_QUARTER)
    # Periods with the same first day: their differences are periods too.
    nested = [parts[0], *((halves[0],) if parts is not halves else ()), year]
    every = tuple(dict.fromkeys((*parts, *nested)))
    whole = replace(question, period=year)
    facts = available_facts(session, tenant_id, whole, [indicator.id for indicator in indicators], every)
    for indicator in indicators:
        # A number that is not counted yet may be small.
        if not all(facts.has_figure(indicator, part) for part in every):
            hidden.add(indicator.id)
            continue
        of_parts = [facts.value(indicator, part) for part in parts]
        of_nested = [facts.value(indicator, part) for part in nested]
        if not (shows_parts(of_parts) and shows_parts(of_nested, is_running=True)):
            hidden.add(indicator.id)
    return frozenset(hidden)


def _revealing_indicators(
    session: Session, tenant_id: str, question: FigureQuestion, indicators: Collection[Indicator]
) -> set[str]:
    """Return the ids of the indicators that reveal a small number together with other shown figures."""
    lists, period, revealing = question.lists, question.period, set[str]()
    for indicator in indicators:
        beside = sorted(indicators_of_all(lists, hidden_kinds_beside_shown(lists, indicator)))
        if not beside:
            continue
        facts = available_facts(session, tenant_id, question, beside, (period,))
        others = [lists.indicators[other] for other in beside]
        if not all(facts.has_figure(other, period) for other in others) or any(
            is_small(facts.value(other, period).num) for other in others
        ):
            revealing.add(indicator.id)
    return revealing


def _disclosing_indicators(
    session: Session, tenant_id: str, question: FigureQuestion, indicators: Collection[Indicator]
) -> set[str]:
    """Return the ids of the indicators whose year, set against frozen reports, discloses a small number.

    All that a page of the year may show is taken as shown, as is the year before.
    """
    lists, year = question.lists, Period.of_year(question.period.first.year)
    by_day = [indicator for indicator in indicators if formulas_by_day(lists, indicator)]
    whole = replace(question, period=year)
    reported = published_in_reports(session, tenant_id, whole) if by_day else {}
    by_day = [
        indicator
        for indicator in by_day
        if any(formula.text in reported for formula in formulas_by_day(lists, indicator))
    ]
    if not by_day:
        return set()
    parts = [part for months in (_HALF, _QUARTER, 1) for part in year.in_parts(months)]
    facts = available_facts(session, tenant_id, whole, [indicator.id for indicator in by_day], (year, *parts))
    years = published_years(session, tenant_id, whole)
    disclosing = set[str]()
    for indicator in by_day:
        for formula in formulas_by_day(lists, indicator):
            beside = [*reported.get(formula.text, ()), *years.get(formula.text, ())[:-1]]
            own = list(years.get(formula.text, ())[-1:])
            if not question.is_unfinished and shows_parts([facts.value(indicator, part) for part in parts]):
                own += [Published.exactly(part, facts.number(formula, part)) for part in parts]
            if is_disclosing(own, beside):
                disclosing.add(indicator.id)
    return disclosing


def hidden_for(
    session: Session, tenant_id: str, request: RequestedFigures, figures: Mapping[str, IndicatorFigure]
) -> frozenset[str]:
    """Return the ids of the indicators whose figures are hidden from the reader."""
    if not request.is_external:
        return frozenset()
    question = request.question
    # The key contains the totals: in a large store an indicator is hidden until the parts of the year are
    # counted.
    return _hidden.get(
        session,
        tenant_id,
        (question.key, totals_stamp(session, tenant_id)),
        lambda: hidden_figures(session, tenant_id, question, figures),
    )


def seen_value(
    question: FigureQuestion, indicator: Indicator, value: FigureValue, hidden: Collection[str] = ()
) -> FigureValue:
    """Return a shown figure in the form for readers of aggregates. `hidden`: ids of the hidden indicators.

    Bounds are rounded outward: they depend on the uncounted establishments, which may be few.
    """
    if not counts_people(question.lists, indicator):
        return value
    if _hides_coverage(question, indicator, value.coverage, hidden):
        value = replace(value, coverage=None)
    if question.is_unfinished:
        return rounded_down(indicator, value, SMALLEST_SHOWN)
    return with_coarse_bounds(value, SMALLEST_SHOWN)


def seen_value_of_part(value: FigureValue) -> FigureValue:
    """Return the figure of a month or commune in the form for readers of aggregates: without bounds."""
    if value.is_open or not value.is_partial:
        return replace(value, coverage=None)
    return replace(value, value=None, low=None, high=None, coverage=None)


def seen_figures(
    request: RequestedFigures, figures: Mapping[str, IndicatorFigure], hidden: Collection[str]
) -> Mapping[str, IndicatorFigure]:
    """Return the figures in the form for the reader. `hidden` MUST be computed from the unchanged figures."""
    if not request.is_external:
        return figures
    indicators = request.question.lists.indicators
    values = {
        key: seen_value(request.question, indicators[key], figure.approved, hidden)
        for key, figure in figures.items()
    }
    return {key: IndicatorFigure(value, value) for key, value in values.items()}


def _hides_coverage(
    question: FigureQuestion, indicator: Indicator, coverage: Coverage | None, hidden: Collection[str]
) -> bool:
    """Return whether the numbers of a coverage, or indicators with the same numbers, are hidden."""
    if coverage is None:
        return False
    quality = quality_of(question.lists, indicator)
    same = () if quality is None else (quality.of_any_day, quality.in_period)
    numbers = (coverage.counted, coverage.every, coverage.missing)
    return any(map(is_small, numbers)) or not set(hidden).isdisjoint(same)


def is_by_commune(question: FigureQuestion, indicator: Indicator) -> bool:
    """Return whether readers of aggregates see the communes of an indicator in the period of the question."""
    if names_nobody(question.lists, indicator):
        return True
    if is_shown_of_whole_years(question.lists, indicator):
        return False
    is_whole = question.period == Period.of_year(question.period.first.year) and not question.is_unfinished
    return is_whole and indicator.denominator != COMMUNES and not indicator.privacy


def hidden_communes(facts: AreaFacts, indicator: Indicator) -> frozenset[str]:
    """Return the ids of the units in the area whose figures of an indicator are hidden.

    The facts MUST contain the indicators of `suppression.shares_beside`.
    """
    lists, period = facts.question.lists, facts.question.period
    if not counts_people(lists, indicator):
        return frozenset()
    parts = parts_of_area(facts.area)
    formulas = {formula.text: formula for figure in lists.figures.values() for formula in figure.formulas}

    def numbers_of(text: str) -> list[float]:
        return [facts.number(formulas[text], period, part) for part in parts.values()]

    units = tuple(parts)
    return frozenset(units[place] for place in HiddenPlaces(lists, numbers_of).of(indicator))
