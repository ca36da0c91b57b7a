"""Figures that an external reader does not see, by the day on which they are read."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session
from tests.server.office.indicators.test_queries import AREA, store

from field178_server.demo.seed import DemoStore
from field178_server.office.indicators import external_view
from field178_server.office.indicators.counted_facts import FigureQuestion
from field178_server.office.indicators.external_view import counts_people, hidden_figures, seen_value
from field178_server.office.indicators.published_numbers import formulas_by_day
from field178_server.office.indicators.queries import figures
from field178_server.records.lists_in_force import stored_pack
from field178_shared.codelists import load
from field178_shared.indicators.differences import Published
from field178_shared.indicators.figures import FigureValue
from field178_shared.indicators.periods import Period
from field178_shared.indicators.reporting import named_period
from field178_shared.list_packs import lists_with

__all__ = ["store"]

YEAR = 2024
LISTS = load()
EXACT = FigureValue(9, 14, 64.3, 64.3, 64.3, {})
PEOPLE = "workers_reached_pct"
NOBODY = next(key for key, indicator in LISTS.indicators.items() if not counts_people(LISTS, indicator))


def hidden_on(today: date, store: DemoStore, period: Period) -> frozenset[str]:
    tenant_id = store.context.tenant_id
    with Session(store.engine) as session:
        lists = lists_with(stored_pack(session, tenant_id))
        values = figures(session, tenant_id, lists, period, AREA, today)
        return hidden_figures(session, tenant_id, FigureQuestion(lists, period, AREA, today), values)


@pytest.mark.parametrize(
    ("name", "last_day", "day_after"),
    [
        ("quarter1", date(2024, 3, 31), date(2024, 4, 1)),
        ("quarter2", date(2024, 6, 30), date(2024, 7, 1)),
        ("half1", date(2024, 6, 30), date(2024, 7, 1)),
        ("quarter4", date(2024, 12, 31), date(2025, 1, 1)),
    ],
)
def test_part_of_a_year_is_shown_from_the_day_after_its_last(
    store: DemoStore, name: str, last_day: date, day_after: date
) -> None:
    period = named_period(load(), YEAR, name)
    assert hidden_on(day_after, store, period) < hidden_on(last_day, store, period)


def test_year_lasts_until_its_last_day() -> None:
    lists, year = load(), Period.of_year(YEAR)
    assert FigureQuestion(lists, year, AREA, date(2024, 12, 31)).is_unfinished
    assert not FigureQuestion(lists, year, AREA, date(2025, 1, 1)).is_unfinished


@pytest.mark.parametrize(
    ("today", "indicator", "seen"),
    [
        (date(2026, 7, 1), PEOPLE, (5, 10)),
        (date(2026, 12, 31), PEOPLE, (5, 10)),
        (date(2027, 1, 1), PEOPLE, (9, 14)),
        (date(2026, 7, 1), NOBODY, (9, 14)),
    ],
)
def test_figure_about_people_is_rounded_to_the_last_day_of_its_year(
    today: date, indicator: str, seen: tuple[int, int]
) -> None:
    question = FigureQuestion(LISTS, Period.of_year(2026), ("c11629_v2",), today)
    figure = seen_value(question, LISTS.indicators[indicator], EXACT)
    assert (figure.num, figure.den) == seen


@pytest.mark.parametrize(("more", "is_hidden"), [(2, True), (40, False)])
def test_year_is_hidden_where_a_frozen_report_less_it_is_a_small_number(
    store: DemoStore, monkeypatch: pytest.MonkeyPatch, more: int, is_hidden: bool
) -> None:
    """The report ends some days later than the year: readers subtract the year from it."""
    year, today = Period.of_year(YEAR), date(2025, 2, 1)
    indicator = next(
        LISTS.indicators[key]
        for key in sorted(LISTS.indicators.keys() - hidden_on(today, store, year))
        if LISTS.indicators[key].denominator is None and formulas_by_day(LISTS, LISTS.indicators[key])
    )
    with Session(store.engine) as session:
        values = figures(session, store.context.tenant_id, LISTS, year, AREA, today)
    number = values[indicator.id].approved.num
    days = Period(year.first, year.end + timedelta(days=17))
    reported = {LISTS.figures[indicator.id].numerator.text: [Published.exactly(days, number + more)]}
    monkeypatch.setattr(external_view, "published_in_reports", lambda *_: reported)
    assert (indicator.id in hidden_on(today, store, year)) is is_hidden
