"""Numbers of people that readers outside the office know of an area: frozen reports and calendar years.

What follows from their differences is no better protected than what is printed (decision 0158).
"""

from __future__ import annotations

import json
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.database.models import FrozenReport, Record
from field178_server.office.indicators.counted_facts import FigureQuestion
from field178_server.office.indicators.stored_facts import available_facts
from field178_shared.codelists import CodeLists, Indicator
from field178_shared.formulas.figures import Formula
from field178_shared.indicators.differences import Published
from field178_shared.indicators.periods import Period
from field178_shared.indicators.suppression import is_of_people

# Calendar years before that of a period that readers may have noted.
YEARS_BEFORE = 2


@dataclass(frozen=True, slots=True)
class _Figure:
    """A printed figure of a frozen report, in tenths; "" as text where it is not shown."""

    indicator_id: str
    period: Period
    num: int | None
    den: int | None
    is_hidden: bool


def formulas_by_day(lists: CodeLists, indicator: Indicator) -> tuple[Formula, ...]:
    """Return the formulas of an indicator that count people by day, so that periods add up."""
    figure = lists.figures[indicator.id]
    return tuple(formula for formula in figure.formulas if is_by_day(lists, formula))


def is_by_day(lists: CodeLists, formula: Formula) -> bool:
    """Return whether a formula counts people in events: numbers of days add up to that of their period."""
    is_single = len(formula.aggregates) == 1 and not formula.aggregates[0].is_of_entities
    return is_single and "each(" not in formula.text and is_of_people(lists, [formula])


def published_in_reports(
    session: Session, tenant_id: str, question: FigureQuestion
) -> Mapping[str, Sequence[Published]]:
    """Return what frozen reports of the area print of formulas by day."""
    lists = question.lists
    numbers = defaultdict[str, list[Published]](list)
    query = (
        select(FrozenReport.body, Record.body)
        .join(
            Record,
            (Record.tenant_id == FrozenReport.tenant_id) & (Record.record_id == FrozenReport.report_id),
        )
        .where(FrozenReport.tenant_id == tenant_id)
    )
    for packed, body in session.execute(query):
        area_id = json.loads(body).get("area_id", "")
        if lists.area(area_id) is None:
            continue
        content = json.loads(zlib.decompress(packed))
        members = tuple(unit.id for unit in lists.members_of(area_id))
        if _units(question, content, members) != _units(question, content, question.unit_ids):
            continue
        for figure in _figures(content):
            indicator = lists.indicators.get(figure.indicator_id)
            if indicator is None:
                continue
            for formula, number in zip(
                lists.figures[indicator.id].formulas, (figure.num, figure.den), strict=False
            ):
                if is_by_day(lists, formula) and (printed := _published(figure, number)) is not None:
                    numbers[formula.text].append(printed)
    return numbers


def years_beside(period: Period, today: date) -> dict[Period, Period]:
    """Return the days of calendar years that readers may have noted of a period, with their years.

    A year that lasts is known up to the end of the period.
    """
    last = (period.end - timedelta(days=1)).year
    years = (Period.of_year(year) for year in range(period.first.year - YEARS_BEFORE, last + 1))
    return {year if year.end <= today else Period(year.first, period.end): year for year in years}


def shown_of_year(year: Period, span: Period, number: float, today: date) -> Published:
    """Return what a page shows of a calendar year: rounded down while it lasts."""
    return Published.exactly(span, number) if year.end <= today else Published.rounded(span, number)


def published_years(
    session: Session, tenant_id: str, question: FigureQuestion
) -> Mapping[str, Sequence[Published]]:
    """Return what pages show of calendar years up to the end of a period; the last may still run.

    What pages hide for another reason is taken as shown: nobody knows less than this.
    """
    lists, spans = question.lists, years_beside(question.period, question.today)
    indicators = [indicator for indicator in lists.indicators.values() if formulas_by_day(lists, indicator)]
    first = min(span.first for span in spans)
    whole = FigureQuestion(lists, Period(first, question.period.end), question.unit_ids, question.today)
    facts = available_facts(
        session, tenant_id, whole, [indicator.id for indicator in indicators], tuple(spans)
    )
    formulas = {
        formula.text: (indicator, formula)
        for indicator in indicators
        for formula in formulas_by_day(lists, indicator)
    }
    return {
        text: [
            shown_of_year(year, span, facts.number(formula, span), question.today)
            for span, year in spans.items()
            if facts.has_figure(indicator, span)
        ]
        for text, (indicator, formula) in formulas.items()
    }


def _units(question: FigureQuestion, content: Mapping[str, Any], unit_ids: Sequence[str]) -> frozenset[str]:
    """Return the units of an area at the end of a report's period."""
    period = _period(content["period"])
    return frozenset(FigureQuestion(question.lists, period, tuple(unit_ids), question.today).area.units)


def _figures(content: Mapping[str, Any]) -> Iterator[_Figure]:
    now, before = _period(content["period"]), _period(content["before"])
    for section in content["sections"]:
        for figure in section["figures"]:
            yield _figure(figure["id"], now, figure["now"])
            # Of a share the year before is printed as a percentage alone.
            is_told = figure.get("covered", "whole") == "whole" and figure["before"]["den"] is None
            if is_told:
                yield _figure(figure["id"], before, figure["before"])


def _figure(indicator_id: str, period: Period, value: Mapping[str, Any]) -> _Figure:
    is_told = value["is_sent"] and not value.get("is_withheld")
    num, den = (value["num"], value["den"]) if is_told else (None, None)
    return _Figure(indicator_id, period, num, den, value["is_hidden"])


def _published(figure: _Figure, tenths: int | None) -> Published | None:
    if tenths is None:
        return None
    number = tenths / 10
    # A share is hidden with both its numbers: which of them is small is not said.
    if figure.is_hidden and figure.den is not None:
        return None
    return Published.exactly(figure.period, number)


def _period(days: Sequence[str]) -> Period:
    first, last = (date.fromisoformat(day) for day in days)
    return Period(first, last + timedelta(days=1))
