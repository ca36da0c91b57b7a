"""Every formula of the lists reads as words, in both languages."""

from __future__ import annotations

import re

import pytest

from field178_server.console.text.formula_words import THINGS, counted_noun, in_words
from field178_server.console.text.localize import Localizer
from field178_shared.codelists import load
from field178_shared.formulas.sources import ENTITIES, SOURCES

FORMULAS = [
    (one, formula)
    for one in load().indicators.values()
    for formula in (one.numerator, one.denominator, one.least_denominator, one.most_denominator)
    if formula
]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_no_id_is_left_in_the_words(language: str) -> None:
    localizer = Localizer(language)
    said = [in_words(formula, localizer) for _, formula in FORMULAS]
    assert [one for one in said if re.search(r"[a-z]_[a-z]|[{}\[\]=]", one)] == []


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_number_has_a_noun(language: str) -> None:
    localizer = Localizer(language)
    assert [one.id for one, formula in FORMULAS if not counted_noun(formula, one, localizer)] == []


def test_everything_that_can_be_counted_has_a_word() -> None:
    assert THINGS.keys() >= SOURCES.keys() | ENTITIES.keys()


def test_words_of_one_formula() -> None:
    said = in_words(
        "count(establishment, where=any(inspection, where=access_result == 'inspected'))", Localizer("vi")
    )
    assert said == "Số cơ sở (có lượt kiểm tra (kết quả khi đến là Kiểm tra được))"
