"""The letters of the screens: what they have no letter for is seen all the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

import field178_mobile

ASSETS = Path(field178_mobile.__file__).with_name("assets")


@pytest.mark.parametrize("name", ["Inter-Regular", "Inter-Medium", "Inter-SemiBold"])
def test_a_character_without_a_letter_stands_as_a_box(name: str) -> None:
    font = TTFont(ASSETS / f"{name}.ttf")
    width, _left = font["hmtx"][".notdef"]
    assert font["glyf"][".notdef"].numberOfContours == 2, "an outline and its inside"
    assert width > font["head"].unitsPerEm / 3
