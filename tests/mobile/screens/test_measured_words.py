"""A text that is laid out anew measures no word twice, and every word is as wide as Kivy measures it."""

from __future__ import annotations

import pytest
from kivy.core.text import Label as CoreLabel
from tests.mobile.screens.scene import Stage, frames

from field178_mobile.kit import kit, measured_words

WORDS = "Lối thoát nạn phía sau để thùng bia"


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that a font measures from now on; the cache is empty before."""
    texts: list[str] = []
    measure = CoreLabel.get_extents

    def get_extents(label: CoreLabel, text: str) -> tuple[int, int]:
        texts.append(text)
        return measure(label, text)

    monkeypatch.setattr(CoreLabel, "get_extents", get_extents)
    measured_words._sizes.clear()
    return texts


def test_word_is_measured_once_for_all_widths_of_its_box(stage: Stage, measured: list[str]):
    text = kit.Txt(text=WORDS, size_hint_x=None, width=90)
    stage.mount(text)
    high, words = text.height, [word for word in measured if word.strip()]
    assert words
    assert len(set(words)) == len(words)
    measured.clear()
    text.width = 130
    frames(3)
    assert text.height < high
    assert not set(words) & set(measured)


@pytest.mark.parametrize("change", [{"font_size": 24}, {"bold": True}, {"font_name": "UIMed"}])
def test_each_font_has_sizes_of_its_own(stage: Stage, change: dict[str, object]):
    label = CoreLabel(text=WORDS, font_size=15, font_name="UI")
    before = label.get_cached_extents()(WORDS)
    label.options.update(change)
    label.resolve_font_name()
    assert label.get_cached_extents()(WORDS) == label.get_extents(WORDS) != before


def test_no_more_words_are_remembered_than_fit(stage: Stage, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(measured_words, "MOST_WORDS", 3)
    measured_words._sizes.clear()
    size_of = CoreLabel(font_name="UI").get_cached_extents()
    for word in WORDS.split():
        size_of(word)
    (sizes,) = measured_words._sizes.values()
    assert 0 < len(sizes) <= 3
