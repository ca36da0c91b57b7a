"""What a reader from above does not see of the figures of an area: decided from all that is shown together.

Of the parts of a year all are shown or none (decision 0110), of the communes those that hide no other. While
a year lasts its numbers are rounded down, and no commune and no part that lasts is shown: whoever notes them
today and next week learns nothing of the few that came between (decision 0110).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from sqlalchemy.orm import Session

from field178_server.office.indicators.asked import AskedFigures
from field178_server.office.indicators.counted_facts import AreaFacts, FigureQuestion, parts_of_area
from field178_server.office.indicators.kept_facts import facts_at_hand
from field178_server.office.indicators.queries import IndicatorFigure
from field178_server.office.indicators.totals.stored import totals_stamp
from field178_server.records.kept_results import KeptResults
from field178_shared.codelists import Indicator
from field178_shared.indicators.coverage import Coverage
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
_hidden: KeptResults[frozenset[str]] = KeptResults(32)


def hidden_figures(
    session: Session, tenant_id: str, question: FigureQuestion, found: Mapping[str, IndicatorFigure]
) -> frozenset[str]:
    """Return the indicators whose figures of this area and period are not shown, of those that were found.

    The period MUST be a calendar year, a half or a quarter of one.
    """
    lists, period = question.lists, question.period
    asked = [lists.indicators[one] for one in found if counts_people(lists, lists.indicators[one])]
    hidden = {one.id for one in asked if is_hidden(lists, one, found[one.id].approved)}
    year = Period.of_year(period.first.year)
    if period != year or question.is_unfinished:
        hidden |= {one.id for one in asked if is_shown_of_whole_years(lists, one)}
    hidden |= _telling(session, tenant_id, question, [one for one in asked if one.id not in hidden])
    if period != year and question.today < period.end:
        # It is the year less the parts that are over: rounded twice, the two would tell it.
        return frozenset(one.id for one in asked)
    if period == year or not asked:
        return frozenset(hidden)
    halves = year.in_parts(_HALF)
    parts = halves if period in halves else year.in_parts(_QUARTER)
    # What begins on the same day: one of them less another is a part as well.
    nested = [parts[0], *((halves[0],) if parts is not halves else ()), year]
    every = tuple(dict.fromkeys((*parts, *nested)))
    whole = replace(question, period=year)
    facts = facts_at_hand(session, tenant_id, whole, [one.id for one in asked], every)
    for one in asked:
        # What is not counted yet could be small.
        if not all(facts.tells(one, part) for part in every):
            hidden.add(one.id)
            continue
        of_parts = [facts.value(one, part) for part in parts]
        of_nested = [facts.value(one, part) for part in nested]
        if not (shows_parts(of_parts) and shows_parts(of_nested, is_running=True)):
            hidden.add(one.id)
    return frozenset(hidden)


def _telling(
    session: Session, tenant_id: str, question: FigureQuestion, asked: Collection[Indicator]
) -> set[str]:
    """Return the indicators that tell a small number by what is shown beside it."""
    lists, period, telling = question.lists, question.period, set[str]()
    for one in asked:
        beside = sorted(indicators_of_all(lists, hidden_kinds_beside_shown(lists, one)))
        if not beside:
            continue
        facts = facts_at_hand(session, tenant_id, question, beside, (period,))
        others = [lists.indicators[other] for other in beside]
        if not all(facts.tells(other, period) for other in others) or any(
            is_small(facts.value(other, period).num) for other in others
        ):
            telling.add(one.id)
    return telling


def hidden_for(
    session: Session, tenant_id: str, asked: AskedFigures, found: Mapping[str, IndicatorFigure]
) -> frozenset[str]:
    """Return the indicators whose figures the reader does not see; none, for one of the area itself."""
    if not asked.is_from_above:
        return frozenset()
    question = asked.question
    # The totals as well: an indicator is hidden in a large store until the parts of the year are counted.
    return _hidden.get(
        session,
        tenant_id,
        (question.key, totals_stamp(session, tenant_id)),
        lambda: hidden_figures(session, tenant_id, question, found),
    )


def seen_value(
    question: FigureQuestion, indicator: Indicator, value: FigureValue, hidden: Collection[str] = ()
) -> FigureValue:
    """Return a figure that is shown as a reader from above sees it; `hidden`: the indicators that are not.

    Bounds are made of the establishments that nobody counted, which may be few: they are rounded outward.
    """
    if not counts_people(question.lists, indicator):
        return value
    if _hides_coverage(question, indicator, value.coverage, hidden):
        value = replace(value, coverage=None)
    if question.is_unfinished:
        return rounded_down(indicator, value, SMALLEST_SHOWN)
    return with_coarse_bounds(value, SMALLEST_SHOWN)


def seen_value_of_part(value: FigureValue) -> FigureValue:
    """Return the figure of a month or commune as a reader from above sees it: without what bounds it."""
    if value.is_open or not value.is_partial:
        return replace(value, coverage=None)
    return replace(value, value=None, low=None, high=None, coverage=None)


def seen_figures(
    asked: AskedFigures, found: Mapping[str, IndicatorFigure], hidden: Collection[str]
) -> Mapping[str, IndicatorFigure]:
    """Return figures as the reader sees them: what is hidden was decided from them as they are."""
    if not asked.is_from_above:
        return found
    indicators = asked.question.lists.indicators
    values = {
        key: seen_value(asked.question, indicators[key], one.approved, hidden) for key, one in found.items()
    }
    return {key: IndicatorFigure(value, value) for key, value in values.items()}


def _hides_coverage(
    question: FigureQuestion, indicator: Indicator, coverage: Coverage | None, hidden: Collection[str]
) -> bool:
    """Tell whether the numbers of a coverage, or the indicators that have the same ones, are hidden."""
    if coverage is None:
        return False
    quality = quality_of(question.lists, indicator)
    same = () if quality is None else (quality.known, quality.in_period)
    numbers = (coverage.counted, coverage.every, coverage.missing)
    return any(map(is_small, numbers)) or not set(hidden).isdisjoint(same)


def is_by_commune(question: FigureQuestion, indicator: Indicator) -> bool:
    """Tell whether communes of an indicator are shown: of years that are over, no answer about a few."""
    if names_nobody(question.lists, indicator):
        return True
    if is_shown_of_whole_years(question.lists, indicator):
        return False
    is_whole = question.period == Period.of_year(question.period.first.year) and not question.is_unfinished
    return is_whole and indicator.denominator != COMMUNES and not indicator.privacy


def hidden_communes(facts: AreaFacts, indicator: Indicator) -> frozenset[str]:
    """Return the units of an area whose figures of an indicator are not shown.

    The facts MUST hold the indicators of `suppression.shares_beside`.
    """
    lists, period = facts.question.lists, facts.question.period
    if not counts_people(lists, indicator):
        return frozenset()
    parts = parts_of_area(facts.area)
    formulas = {formula.text: formula for one in lists.figures.values() for formula in one.formulas}

    def numbers_of(text: str) -> list[float]:
        return [facts.number(formulas[text], period, one) for one in parts.values()]

    units = tuple(parts)
    return frozenset(units[place] for place in HiddenPlaces(lists, numbers_of).of(indicator))
