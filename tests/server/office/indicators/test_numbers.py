"""Rows behind each number of the made-up district sum to that number."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy.orm import Session
from tests.server.office.indicators.test_queries import AREA, store

from field178_server.demo.seed import DemoStore
from field178_server.office.indicators.counted_facts import (
    CountedFacts,
    FigureQuestion,
    parts_of_area,
    read_facts,
)
from field178_server.office.indicators.numbers import (
    CountedRow,
    NumberSide,
    formula_of,
    page_of,
    parts_of,
    rows_of,
)
from field178_server.office.indicators.queries import figures
from field178_server.records.keyset import PageStart
from field178_server.records.lists_in_force import stored_pack
from field178_shared.codelists import CodeLists, load
from field178_shared.formulas.figures import Formula
from field178_shared.formulas.parse import parse
from field178_shared.formulas.syntax_tree import Call
from field178_shared.indicators.areas import CountedArea
from field178_shared.indicators.counting import Counts
from field178_shared.indicators.figures import AreaTotals, FigureValue
from field178_shared.indicators.periods import Period
from field178_shared.indicators.record_counts import RecordCount
from field178_shared.list_packs import lists_with

__all__ = ["store"]

YEAR, TODAY = Period.of_year(2024), date(2026, 11, 24)
INDICATORS = sorted(load().indicators)


@pytest.fixture(scope="module")
def question(store: DemoStore) -> FigureQuestion:
    with Session(store.engine) as session:
        lists = lists_with(stored_pack(session, store.context.tenant_id))
    return FigureQuestion(lists, YEAR, AREA, TODAY)


@pytest.fixture(scope="module")
def expected(store: DemoStore, question: FigureQuestion) -> dict[str, tuple[FigureValue, FigureValue]]:
    with Session(store.engine) as session:
        by_id = figures(session, store.context.tenant_id, question.lists, YEAR, AREA, TODAY)
    return {key: (figure.approved, figure.with_waiting) for key, figure in by_id.items()}


@pytest.fixture(scope="module")
def facts_of(store: DemoStore, question: FigureQuestion) -> dict[str, CountedFacts]:
    with Session(store.engine) as session:
        return {
            indicator_id: read_facts(session, store.context.tenant_id, question, [indicator_id])
            for indicator_id in question.lists.indicators
        }


def recounted(formula: Formula, rows: tuple[CountedRow, ...], lists: CodeLists) -> float:
    """Return what the formula makes of rows alone, all in one commune."""
    unit_id = AREA[0]
    totals = (
        RecordCount(formula.aggregates[row.group].key, row.source, row.key, unit_id, by, 1)
        for row in rows
        for by in row.by
    )
    plain = (
        RecordCount(formula.aggregates[row.group].key, row.source, row.key, unit_id, "", row.number)
        for row in rows
        if not row.by
    )
    counts: Counts = {}
    for each in (*totals, *plain):
        counts.setdefault(each.unit_id, {}).setdefault(each.aggregate, Counter())[each.by] += each.number
    area = CountedArea(
        tuple(commune for commune in FigureQuestion(lists, YEAR, (unit_id,), TODAY).area.communes)
    )
    return float(formula.run(AreaTotals(lambda _: counts, area, YEAR, TODAY)) or 0)


def test_figures_of_one_indicator_are_those_of_all(
    facts_of: dict[str, CountedFacts],
    expected: dict[str, tuple[FigureValue, FigureValue]],
    question: FigureQuestion,
) -> None:
    """Reading only the record types that an indicator names changes no number."""
    computed = {
        indicator_id: facts_of[indicator_id].figure(question.lists.indicators[indicator_id], YEAR)
        for indicator_id in INDICATORS
    }
    values = {key: (figure.approved, figure.with_waiting) for key, figure in computed.items()}
    assert values == expected


@pytest.mark.parametrize("with_waiting", [False, True])
def test_rows_behind_a_number_sum_to_it(
    with_waiting: bool,
    facts_of: dict[str, CountedFacts],
    expected: dict[str, tuple[FigureValue, FigureValue]],
    question: FigureQuestion,
) -> None:
    for indicator_id in INDICATORS:
        facts, figure = facts_of[indicator_id], question.lists.figures[indicator_id]
        value = expected[indicator_id][with_waiting]
        for side, number in ((NumberSide.NUMERATOR, value.num), (NumberSide.DENOMINATOR, value.den)):
            formula = formula_of(figure, side)
            assert (formula is None) == (number is None), indicator_id
            if formula is not None and number is not None:
                _adds_up(facts, formula, number, with_waiting)


def _adds_up(facts: CountedFacts, formula: Formula, number: float, with_waiting: bool) -> None:
    lists = facts.question.lists
    parts = parts_of(facts, formula, YEAR, facts.area, with_waiting=with_waiting)
    places = parts_of_area(facts.area)
    if parts:
        assert sum(part.number for part in parts) == number, formula.text
    for part in parts:
        rows = rows_of(
            facts, formula, part.period, places.get(part.unit_id, facts.area), with_waiting=with_waiting
        )
        if not part.unit_id:
            assert sum(row.number for row in rows) == part.number, formula.text
        elif formula.aggregates and "every(" not in formula.text:
            assert recounted(formula, rows, lists) == part.number, formula.text
    if parts:
        return
    rows = rows_of(facts, formula, YEAR, facts.area, with_waiting=with_waiting)
    node = parse(formula.text)
    if isinstance(node, Call) and node.function in ("count", "total"):
        assert sum(row.number for row in rows) == number, formula.text
    else:
        assert recounted(formula, rows, lists) == number, formula.text


def test_pages_of_rows_contain_each_row_once_and_begin_anew_at_an_unknown_key(
    facts_of: dict[str, CountedFacts], question: FigureQuestion
) -> None:
    facts = facts_of["visits_total"]
    rows = rows_of(facts, question.lists.figures["visits_total"].numerator, YEAR, facts.area)
    seen: list[str] = []
    place = PageStart()
    while True:
        page = page_of(rows, place, 20)
        seen += [row.key for row in page.rows]
        if page.after is None:
            break
        place = page.after
    assert seen == [row.key for row in rows]
    last = page_of(rows, PageStart(is_last=True), 20)
    assert last.rows == rows[-20:]
    assert page_of(rows, replace(place, after="0.gone"), 20).rows == rows[:20]
    assert page_of(rows, last.before or PageStart(), 20).rows == rows[-40:-20]
