"""Numbers of a report whose difference to what readers know already is a small number of people."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.server.office.reports.conftest import Write
from tests.server.office.reports.test_operations import content, of_calendar_year

from field178_server.demo.seed import DemoStore
from field178_server.office.indicators import report_facts
from field178_server.office.indicators.published_numbers import formulas_by_day, is_by_day
from field178_server.office.reports.content import NOT_SHOWN
from field178_server.office.reports.printed import printed
from field178_shared.codelists import load
from field178_shared.indicators.differences import Published
from field178_shared.indicators.periods import Period

YEAR = Period.of_year(2024)


def shown_number(draft: dict[str, Any]) -> tuple[str, float]:
    """Return the id and number of a figure that counts people by day and is shown."""
    lists = load()
    for section in draft["sections"]:
        for figure in section["figures"]:
            indicator = lists.indicators[figure["id"]]
            is_shown = not figure["now"]["is_hidden"] and (figure["now"]["num"] or 0) > 100
            if figure["now"]["den"] is None and formulas_by_day(lists, indicator) and is_shown:
                return indicator.id, figure["now"]["num"] / 10
    raise AssertionError("no such figure")


def figure_of(draft: dict[str, Any], indicator_id: str) -> Any:
    figures = [figure for section in printed(draft).sections for figure in section.figures]
    return next(figure for figure in figures if figure.id == indicator_id)


def knows(monkeypatch: pytest.MonkeyPatch, indicator_id: str, *published: Published) -> None:
    text = load().figures[indicator_id].numerator.text
    monkeypatch.setattr(report_facts, "years_beside", lambda *_: {})
    monkeypatch.setattr(report_facts, "published_in_reports", lambda *_: {text: published})


def test_number_of_a_report_is_left_out_where_its_difference_is_small(
    store: DemoStore,
    write: Write,
    monkeypatch: pytest.MonkeyPatch,  # type: ignore[type-arg]
) -> None:
    report = of_calendar_year(write)
    indicator_id, number = shown_number(content(store, report))
    until = Period(YEAR.first, YEAR.end - timedelta(days=17))
    knows(monkeypatch, indicator_id, Published.exactly(until, number - 2))
    draft = content(store, report)
    figure = figure_of(draft, indicator_id)
    assert (figure.value, figure.basis) == (NOT_SHOWN, "")
    lists, text = load(), load().figures[indicator_id].numerator.text
    for annex, shown in zip(draft["annexes"], printed(draft).annexes, strict=True):
        columns = lists.annex_tables[annex["id"]].columns
        for place, column in enumerate(columns, 1):
            if column in lists.annex_columns and lists.figures.columns[column].text == text:
                assert {row[place] for row in shown.rows} == {NOT_SHOWN}


def test_number_of_a_report_is_printed_beside_numbers_that_disclose_nothing(
    store: DemoStore,
    write: Write,
    monkeypatch: pytest.MonkeyPatch,  # type: ignore[type-arg]
) -> None:
    report = of_calendar_year(write)
    indicator_id, number = shown_number(content(store, report))
    until = Period(YEAR.first, YEAR.end - timedelta(days=17))
    knows(monkeypatch, indicator_id, Published.exactly(until, number - 20))
    assert figure_of(content(store, report), indicator_id).value != NOT_SHOWN


def test_columns_of_people_by_day_are_those_of_events() -> None:
    lists = load()
    by_day = [column for column, formula in lists.figures.columns.items() if is_by_day(lists, formula)]
    assert by_day, "no annex counts people by day"
    assert all(
        not aggregate.is_of_entities
        for column in by_day
        for aggregate in lists.figures.columns[column].aggregates
    )
