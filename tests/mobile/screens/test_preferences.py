"""How the tablet looks is kept in an open file."""

from __future__ import annotations

import pytest

from field178_mobile.kit.preferences import Preferences, PreferenceValues


def test_changed_look_is_kept_and_told(tmp_path):
    changes = []
    book = Preferences(tmp_path / "tablet")
    book.subscribe(changes.append)
    book.change(mode="dark", font_scale=1.3)
    book.change(mode="dark")
    assert changes == [PreferenceValues(mode="dark", font_scale=1.3)]
    assert Preferences(tmp_path / "tablet").values == changes[0]


@pytest.mark.parametrize("text", ["", "[]", "{", '{"mode": 3, "font_scale": "big"}'])
def test_damaged_file_gives_the_plain_look(tmp_path, text):
    (tmp_path / "look.json").write_text(text)
    assert Preferences(tmp_path).values == PreferenceValues()
