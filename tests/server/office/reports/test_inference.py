"""Bounds of hidden cells as the page shows them, against those of linear programs."""

from __future__ import annotations

from typing import Any

import pytest
from tests.server.office.reports.conftest import Write
from tests.server.office.reports.test_attack import PARTS, WHOLE, leaks_of, takes, with_few_workers
from tests.server.office.reports.test_operations import content, of_calendar_year
from tests.shared.indicators.attacker import Attacker

from field178_server.demo.seed import DemoStore
from field178_server.office.reports.inference import inferences
from field178_server.office.reports.printed import printed
from field178_shared.codelists import load
from field178_shared.indicators.suppression import is_small


def intervals(draft: dict[str, Any]) -> dict[tuple[str, str, str], tuple[float, float]]:
    """Return what linear programs infer of the cells of annex 1, by column and unit."""
    shown, attacker = printed(draft).annexes[0], Attacker()
    people = [place for place, is_people in enumerate(draft["annexes"][0]["people"], 1) if is_people]
    for place in people:
        column = [(shown.title, shown.head[place], row) for row in range(len(shown.rows))]
        for key, texts in zip(column, shown.rows, strict=True):
            takes(attacker, key, texts[place])
        attacker.adds_up(column[-1], column[:-1])
    for part in PARTS:
        for row in range(len(shown.rows)):
            attacker.is_part((shown.title, part, row), (shown.title, WHOLE, row))
    bounds = attacker.intervals(list(attacker.bounds))
    return {(key[0], key[1], shown.rows[key[2]][0]): bounds[key] for key in bounds}  # type: ignore[index]


@pytest.fixture
def draft(store: DemoStore, write: Write) -> dict[str, Any]:  # type: ignore[type-arg]
    return with_few_workers(content(store, of_calendar_year(write)))


def test_bounds_are_those_of_linear_programs(draft: dict[str, Any]) -> None:
    (first, *_) = inferences(draft, load())
    by_programs = intervals(draft)
    assert first.cells
    for cell in first.cells:
        bounds = by_programs[first.title, cell.column, cell.unit]
        assert (cell.least, cell.most) == pytest.approx(bounds), cell


def test_protected_cells_are_not_narrow(draft: dict[str, Any]) -> None:
    assert leaks_of(draft) == {}
    assert not [cell for annex in inferences(draft, load()) for cell in annex.cells if cell.is_narrow]


def test_cell_that_hides_alone_is_narrow_and_the_next_smallest_is_named(
    draft: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "field178_server.office.reports.printed.hidden_cells",
        lambda numbers: {place for place, number in enumerate(numbers) if is_small(number)},
    )
    (cell, *_) = [
        cell
        for annex in inferences(draft, load())
        for cell in annex.cells
        if cell.is_narrow and cell.column == WHOLE
    ]
    assert (cell.least, cell.most) == (2, 2)
    assert cell.besides
