"""What a reader of a report can conclude about the numbers that its annexes hide."""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import Any

from tests.server.office.reports.conftest import Write
from tests.server.office.reports.test_operations import content, of_calendar_year
from tests.shared.indicators.attacker import Attacker

from field178_server.demo.seed import DemoStore
from field178_server.office.reports.printed import HIDDEN, NOT_SHOWN, printed
from field178_shared.indicators.suppression import is_small

_NUMBER = re.compile(r"[\d.]+")
# Columns of people by what they are part of, as annex 1 says.
WHOLE, PARTS = "Người lao động", ("Trong đó nữ", "Có hợp đồng lao động", "Được khám sức khỏe")


def takes(attacker: Attacker, key: Hashable, text: str) -> None:
    if text == HIDDEN:
        attacker.unknown(key, 1, 4)
    elif _NUMBER.fullmatch(text):
        attacker.sees(key, float(text.replace(".", "")))
    else:
        assert text == NOT_SHOWN, text


def leaks_of(found: dict[str, Any]) -> dict[Hashable, tuple[float, float]]:
    attacker, small = Attacker(), {}
    for annex, shown in zip(found["annexes"], printed(found).annexes, strict=True):
        people = [place for place, is_people in enumerate(annex["people"], 1) if is_people]
        lines = [*annex["rows"], annex["total"]] if annex["total"] is not None else []
        for place in people if lines else ():
            column = [(annex["id"], shown.head[place], row) for row in range(len(lines))]
            for key, line, texts in zip(column, lines, shown.rows, strict=True):
                takes(attacker, key, texts[place])
                small |= {key: float(line[place])} if is_small(line[place]) else {}
            attacker.adds_up(column[-1], column[:-1])
        if WHOLE in shown.head:
            for part in PARTS:
                for row in range(len(lines)):
                    attacker.is_part((annex["id"], part, row), (annex["id"], WHOLE, row))
    assert small, "a report without small numbers hides nothing"
    return attacker.leaks(small)


def test_annexes_of_a_year_give_no_small_number_away(store: DemoStore, write: Write) -> None:  # type: ignore[type-arg]
    assert leaks_of(content(store, of_calendar_year(write))) == {}
