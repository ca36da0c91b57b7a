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
# Columns of people by what they are part of, as annex 1 says.
WHOLE, PARTS = "Người lao động", ("Trong đó nữ", "Có hợp đồng lao động", "Được khám sức khỏe")


# Columns of the annex of the agencies, and the figure of a section that is their sum.
OF_AGENCIES = (
    ("Tin báo tiếp nhận", "tipoffs_processed_pct", "den"),
    ("Tin báo đã xử lý", "tipoffs_processed_pct", "num"),
    ("Vụ triệt phá", "cases_broken", "num"),
    ("Vụ truy tố", "cases_prosecuted", "num"),
    ("Vụ xét xử", "cases_tried", "num"),
    ("Điểm phức tạp", "complex_spots", "num"),
)


def takes(attacker: Attacker, key: Hashable, text: str) -> None:
    if text == HIDDEN:
        attacker.unknown(key, 1, 4)
    elif _NUMBER.fullmatch(text) or text == NOTHING:
        attacker.sees(key, float(text.replace(".", "") if text != NOTHING else 0))
    else:
        assert text == NOT_SHOWN, text


def leaks_of(found: dict[str, Any]) -> dict[Hashable, tuple[float, float]]:
    attacker, small = Attacker(), dict[Hashable, float]()
    for annex, shown in zip(found["annexes"], printed(found).annexes, strict=True):
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
    take_sections(attacker, found)
    assert small, "a report without small numbers hides nothing"
    return attacker.leaks(small)


def take_sections(attacker: Attacker, found: dict[str, Any]) -> None:
    """Take in what the sections say of the numbers whose parts the annex of the agencies has."""
    figures = {one["id"]: one["now"] for section in found["sections"] for one in section["figures"]}
    for head, indicator, number in OF_AGENCIES:
        now = figures[indicator]
        if now["is_sent"] and not now["is_hidden"] and now[number] is not None:
            attacker.sees(("annex_5", head), now[number] / 10)


def test_annexes_of_a_year_give_no_small_number_away(store: DemoStore, write: Write) -> None:  # type: ignore[type-arg]
    assert leaks_of(content(store, of_calendar_year(write))) == {}


def returned(found: dict[str, Any], cases: list[int]) -> dict[str, Any]:
    """Return a content whose agencies uncovered these numbers of cases."""
    annexes = [dict(one) for one in found["annexes"]]
    fifth = annexes[4]
    place = fifth["head"].index("Vụ triệt phá")
    empty = ["—"] * len(fifth["head"])
    fifth["rows"] = [
        [f"Cơ quan {number}", *empty[:place], many, *empty[place + 1 :]] for number, many in enumerate(cases)
    ]
    told = {"num": sum(cases) * 10, "is_sent": True, "is_hidden": 0 < sum(cases) < 5}
    sections = [
        one
        | {
            "figures": [
                figure | {"now": figure["now"] | told} if figure["id"] == "cases_broken" else figure
                for figure in one["figures"]
            ]
        }
        for one in found["sections"]
    ]
    return {**found, "annexes": annexes, "sections": sections}


@pytest.mark.parametrize("cases", [[2], [1, 9], [3, 0, 12, 4], [2, 2], [4, 1, 30], [7]])
def test_few_cases_of_agencies_are_not_told_by_the_sum_in_the_section(
    store: DemoStore,
    write: Write,
    cases: list[int],  # type: ignore[type-arg]
) -> None:
    assert leaks_of(returned(content(store, of_calendar_year(write)), cases)) == {}


def test_attacker_sees_a_few_cases_that_hide_alone(
    store: DemoStore,
    write: Write,
    monkeypatch: pytest.MonkeyPatch,  # type: ignore[type-arg]
) -> None:
    monkeypatch.setattr(
        "field178_server.office.reports.printed.hidden_cells",
        lambda numbers: {place for place, number in enumerate(numbers) if is_small(number)},
    )
    found = leaks_of(returned(content(store, of_calendar_year(write)), [1, 9]))
    assert found[("annex_5", "Vụ triệt phá", 0)] == (1, 1)
