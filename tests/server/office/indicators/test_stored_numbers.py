"""Figures and their rows of a large store come from the totals and equal those of the records."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy.orm import Session
from tests.server.office.indicators.test_queries import AREA, store

from field178_server.database.unit_of_work import run_write
from field178_server.demo.seed import DemoStore
from field178_server.office.indicators.counted_facts import FigureQuestion, parts_of_area, read_facts
from field178_server.office.indicators.numbers import CountedRow, NumberSide, formula_of, parts_of, rows_of
from field178_server.office.indicators.queries import recount
from field178_server.office.indicators.source import store_size
from field178_server.office.indicators.stored_facts import StoredFacts, available_facts, available_figures
from field178_server.office.indicators.stored_numbers import StoredNumber, rows_from_totals, with_records
from field178_server.office.indicators.totals.operations import keep_period, settle
from field178_server.records.lists_in_force import stored_pack
from field178_shared.codelists import load
from field178_shared.indicators.periods import Period
from field178_shared.list_packs import lists_with

__all__ = ["store"]

YEAR, TODAY = Period.of_year(2024), date(2026, 11, 24)
UNTIL_MAY = Period(YEAR.first, date(2024, 6, 1))
COMMUNE = AREA[0]


@pytest.fixture(scope="module")
def question(store: DemoStore) -> FigureQuestion:
    """The year of the district, whose totals are kept."""
    with Session(store.engine) as session:
        lists = lists_with(stored_pack(session, store.context.tenant_id))
    run_write(store.engine, lambda session: keep_period(session, store.context.tenant_id, YEAR, TODAY))
    settle(store.engine, store.context.tenant_id, lists, TODAY, 5000)
    return FigureQuestion(lists, YEAR, AREA, TODAY)


@pytest.fixture
def is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_size, "MOST_COUNTED_AT_ONCE", 10)


def numbers(rows: Iterable[CountedRow]) -> dict[str, int]:
    return {row.record_id: row.number for row in rows}


@pytest.mark.usefixtures("is_large")
@pytest.mark.parametrize("indicator_id", sorted(load().indicators))
def test_figures_and_rows_are_those_of_the_records(
    indicator_id: str, store: DemoStore, question: FigureQuestion
) -> None:
    tenant_id, indicator = store.context.tenant_id, question.lists.indicators[indicator_id]
    with Session(store.engine) as session:
        counted = read_facts(session, tenant_id, question, [indicator_id])
        kept = available_facts(session, tenant_id, question, [indicator_id])
        assert isinstance(kept, StoredFacts)
        assert kept.figure(indicator, YEAR) == counted.figure(indicator, YEAR)
        commune = parts_of_area(counted.area)[COMMUNE]
        for side in NumberSide:
            formula = formula_of(question.lists.figures[indicator_id], side)
            if formula is None:
                continue
            parts = parts_of(counted, formula, YEAR, counted.area)
            assert parts_of(kept, formula, YEAR, kept.area) == parts
            area = commune if parts else counted.area
            for with_waiting in (False, True):
                rows = rows_of(counted, formula, YEAR, area, with_waiting=with_waiting)
                number = StoredNumber(question, indicator, formula, YEAR, area, with_waiting)
                read = rows_from_totals(session, tenant_id, number)
                assert numbers(read) == numbers(rows)
                page = with_records(session, tenant_id, number, read[:20])
                assert set(page) <= set(rows)
                assert len(page) == min(len(rows), 20)


@pytest.mark.usefixtures("is_large")
def test_entities_of_a_period_are_not_returned_before_they_are_counted(
    store: DemoStore, question: FigureQuestion
) -> None:
    tenant_id, lists = store.context.tenant_id, question.lists
    of_events, of_entities = lists.indicators["visits_total"], lists.indicators["workers_reached_pct"]
    indicator_ids = [of_events.id, of_entities.id]
    with Session(store.engine) as session:
        facts = available_facts(session, tenant_id, question, indicator_ids, [UNTIL_MAY])
        counted = read_facts(session, tenant_id, question, indicator_ids)
    assert facts.value(of_events, UNTIL_MAY) == counted.value(of_events, UNTIL_MAY)
    assert facts.has_figure(of_events, UNTIL_MAY)
    assert facts.has_figure(of_entities, YEAR)
    assert not facts.has_figure(of_entities, UNTIL_MAY)
    run_write(store.engine, lambda session: keep_period(session, tenant_id, UNTIL_MAY, TODAY))
    settle(store.engine, tenant_id, lists, TODAY, 5000)
    with Session(store.engine) as session:
        later = available_facts(session, tenant_id, question, indicator_ids, [UNTIL_MAY])
    assert later.has_figure(of_entities, UNTIL_MAY)
    for indicator in (of_events, of_entities):
        for period in (YEAR, UNTIL_MAY, Period(YEAR.first, date(2024, 4, 1))):
            if later.has_figure(indicator, period):
                assert later.figure(indicator, period) == counted.figure(indicator, period)


@pytest.mark.usefixtures("is_large")
def test_all_figures_are_returned_or_none(store: DemoStore, question: FigureQuestion) -> None:
    tenant_id = store.context.tenant_id
    with Session(store.engine) as session:
        at_hand = available_figures(session, tenant_id, question)
        assert at_hand == recount(session, tenant_id, question.lists, YEAR, AREA, TODAY)
        assert available_figures(session, tenant_id, replace(question, period=Period.of_year(2023))) is None


def test_the_records_of_a_small_store_are_counted(store: DemoStore, question: FigureQuestion) -> None:
    with Session(store.engine) as session:
        facts = available_facts(session, store.context.tenant_id, question, ["workers_reached_pct"])
    assert facts.has_figure(question.lists.indicators["workers_reached_pct"], UNTIL_MAY)
