"""Every formula of the lists reads as words, in both languages."""

from __future__ import annotations

import re

import pytest

from field178_server.console.text.formula_words import THINGS, counted_noun, in_words
from field178_server.console.text.localize import Localizer
from field178_shared.codelists import load
from field178_shared.formulas.sources import ENTITIES, SOURCES

FORMULAS = [
    (indicator, formula)
    for indicator in load().indicators.values()
    for formula in (
        indicator.numerator,
        indicator.denominator,
        indicator.least_denominator,
        indicator.most_denominator,
    )
    if formula
]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_no_id_is_left_in_the_words(language: str) -> None:
    localizer = Localizer(language)
    phrases = [in_words(formula, localizer) for _, formula in FORMULAS]
    assert [phrase for phrase in phrases if re.search(r"[a-z]_[a-z]|[{}\[\]=]", phrase)] == []


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_number_has_a_noun(language: str) -> None:
    localizer = Localizer(language)
    assert [
        indicator.id for indicator, formula in FORMULAS if not counted_noun(formula, indicator, localizer)
    ] == []


def test_every_countable_type_has_a_noun() -> None:
    assert THINGS.keys() >= SOURCES.keys() | ENTITIES.keys()


def test_words_of_one_formula() -> None:
    phrase = in_words(
        "count(establishment, where=any(inspection, where=access_result == 'inspected'))", Localizer("vi")
    )
    assert phrase == "Số cơ sở (có lượt kiểm tra (kết quả khi đến là Kiểm tra được))"
