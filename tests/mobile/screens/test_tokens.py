"""The colour tokens read well in every mode."""

from __future__ import annotations

import pytest


def colour(code: str) -> tuple[float, ...]:
    return tuple(int(code[at : at + 2], 16) / 255 for at in (0, 2, 4))


@pytest.mark.parametrize(("mode", "least"), [("light", 4.5), ("dark", 4.5), ("night", 7.0)])
def test_every_pair_of_ink_and_ground_reads(mode, least):
    from tests.mobile.screens.lint import contrast

    from field178_mobile.kit.theme import MODES, TEXT_PAIRS

    tokens = MODES[mode]
    pale = {
        pair: round(ratio, 2)
        for pair in TEXT_PAIRS
        if (ratio := contrast(colour(tokens[pair[0]]), colour(tokens[pair[1]]))) < least
    }
    assert pale == {}


def test_modes_name_the_same_tokens():
    from field178_mobile.kit.theme import MODES

    assert len({frozenset(tokens) for tokens in MODES.values()}) == 1


def test_mode_switch_changes_bound_colours(stage):
    from field178_mobile.kit.theme import theme

    word = stage.mount(stage.kit.Txt(text="chữ", tone="primary"))
    before = list(word.color)
    theme.apply("dark")
    assert list(word.color) != before
