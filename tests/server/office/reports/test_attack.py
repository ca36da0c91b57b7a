"""What a reader of a report can conclude about the numbers that its annexes hide."""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import Any

import pytest
from tests.server.office.reports.conftest import Write
from tests.server.office.reports.test_operations import content, of_calendar_year
from tests.shared.indicators.attacker import Attacker

from field178_server.demo.seed import DemoStore
from field178_server.office.reports.printed import HIDDEN, NOT_SHOWN, printed
from field178_shared.indicators.suppression import is_small
from field178_shared.text.formats import NOTHING

_NUMBER = re.compile(r"[\d.]+")
# Columns of people in annex 1 by the column that contains them.
WHOLE, PARTS = "Người lao động", ("Trong đó nữ", "Có hợp đồng lao động", "Được khám sức khỏe")


def takes(attacker: Attacker, key: Hashable, text: str) -> None:
    if text == HIDDEN:
        attacker.unknown(key, 1, 4)
    elif _NUMBER.fullmatch(text) or text == NOTHING:
        attacker.sees(key, float(text.replace(".", "") if text != NOTHING else 0))
    else:
        assert text == NOT_SHOWN, text


def leaks_of(draft: dict[str, Any]) -> dict[Hashable, tuple[float, float]]:
    attacker, small = Attacker(), dict[Hashable, float]()
    for annex, shown in zip(draft["annexes"], printed(draft).annexes, strict=True):
        lines = [*annex["rows"], *([annex["total"]] if annex["total"] is not None else [])]
        people = [place for place, is_people in enumerate(annex["people"], 1) if is_people]
        for place in people if lines else ():
            numbers = [line[place] if isinstance(line[place], int) else 0 for line in lines]
            column = [(annex["id"], shown.head[place], row) for row in range(len(lines))]
            for key, number, texts in zip(column, numbers, shown.rows, strict=True):
                takes(attacker, key, texts[place])
                small |= {key: float(number)} if is_small(number) else {}
            *parts, last = column
            attacker.adds_up(*((last, parts) if annex["total"] is not None else (last[:2], column)))
        for part in PARTS if WHOLE in shown.head else ():
            for row in range(len(lines)):
                attacker.is_part((annex["id"], part, row), (annex["id"], WHOLE, row))
    assert small, "a report without small numbers hides nothing"
    return attacker.leaks(small)


def test_annexes_of_a_year_give_no_small_number_away(store: DemoStore, write: Write) -> None:  # type: ignore[type-arg]
    assert leaks_of(content(store, of_calendar_year(write))) == {}


def with_few_workers(draft: dict[str, Any]) -> dict[str, Any]:
    """Return a content whose first annex has one commune with two workers."""
    first, *others = draft["annexes"]
    place, *parts = (first["head"].index(column) + 1 for column in (WHOLE, *PARTS))
    rows = [list(row) for row in first["rows"]]
    for number, row in enumerate(rows):
        row[place] = 2 if number == 0 else 40
        for part in parts:
            row[part] = 0
    total = list(first["total"])
    for column in (place, *parts):
        total[column] = sum(row[column] for row in rows)
    return {**draft, "annexes": [first | {"rows": rows, "total": total}, *others]}


def test_few_workers_of_a_commune_are_not_revealed_by_the_others(store: DemoStore, write: Write) -> None:  # type: ignore[type-arg]
    assert leaks_of(with_few_workers(content(store, of_calendar_year(write)))) == {}


def test_attacker_sees_a_few_workers_that_hide_alone(
    store: DemoStore,
    write: Write,
    monkeypatch: pytest.MonkeyPatch,  # type: ignore[type-arg]
) -> None:
    monkeypatch.setattr(
        "field178_server.office.reports.printed.hidden_cells",
        lambda numbers: {place for place, number in enumerate(numbers) if is_small(number)},
    )
    leaks = leaks_of(with_few_workers(content(store, of_calendar_year(write))))
    assert leaks[("annex_1", WHOLE, 0)] == (2, 2)
