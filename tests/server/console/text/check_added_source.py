"""Checks of a product whose formulas read the source `follow_up_answer`; see test_adding_a_source.py."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.shared.indicators.conftest import UNIT, FiguresOf, figure, visit

import field178_shared
from field178_server.console.text.formula_words import in_words
from field178_server.console.text.localize import Localizer
from field178_shared.indicators.events import CountedRecord

__all__ = ["figure"]
FORMULA = "count(follow_up_answer, where=correction_status == 'fixed')"
INDICATOR = {
    "id": "corrections_fixed",
    "official_code": None,
    "origin": "product",
    "group": "inspection",
    "vi": "Số tồn tại đã khắc phục khi xem lại",
    "en": "Corrections that a visit found fixed",
    "unit": "lượt",
    "num": FORMULA,
    "den": None,
    "target_key": None,
    "period": ["year"],
    "reporter": "dist_labour_office",
}


def visit_with_answers(key: str, *statuses: str) -> CountedRecord:
    record = visit(key, "2024-03-04")
    answers = {f"a{number}": {"status": status} for number, status in enumerate(statuses)}
    return replace(record, data={**record.data, "follow_up_answers": answers})


def test_modules_are_those_of_the_copy() -> None:
    assert Path(field178_shared.__file__).is_relative_to(Path(__file__).parents[4])


def test_indicator_over_the_source_counts_the_answers_of_visits(figure: FiguresOf) -> None:
    records = [
        visit_with_answers("v1", "fixed", "open"),
        visit_with_answers("v2", "fixed"),
        visit("v3", "2024-05-06"),
    ]
    rows = {"indicators.items": {"corrections_fixed": INDICATOR}}
    assert figure("corrections_fixed", records, units=[UNIT], rows=rows).value == 2


def test_office_reads_the_formula_in_words() -> None:
    phrase = in_words(FORMULA, Localizer("vi"))
    assert phrase.startswith("Số lượt xem lại tồn tại (tình trạng khắc phục là ")
