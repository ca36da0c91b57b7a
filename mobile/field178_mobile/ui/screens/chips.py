"""Rows of chips drawn from options: one that wraps, one that is a single line to swipe."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kivy.properties import StringProperty
from kivy.uix.boxlayout import BoxLayout

from field178_mobile.presenters.wording import Option
from field178_mobile.ui import kit
from field178_mobile.ui.kv import load_beside
from field178_mobile.ui.screens.repeat import Repeat


class OptionChip(kit.Chip):
    """One option as a chip; its hint stands in brackets."""

    key = StringProperty("")

    def show(self, option: Option) -> None:
        """Draw the option."""
        self.key = option.id
        self.text = f"{option.label} ({option.hint})" if option.hint else option.label
        self.active = option.is_chosen


class OptionChips(kit.Flow):
    """Chips below each other when they do not fit beside. show(options); event on_choose(id)."""

    __events__ = ("on_choose",)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._chips: Repeat[Option] = Repeat(self, _maker(self))

    def show(self, options: Sequence[Option]) -> None:
        """Draw these options."""
        self._chips.show(options)

    def on_choose(self, key: str) -> None:
        """Overridden by bind."""


class ChipLine(BoxLayout):
    """Chips in one line, as wide as they are. show(options); event on_choose(id)."""

    __events__ = ("on_choose",)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._chips: Repeat[Option] = Repeat(self, _maker(self))

    def show(self, options: Sequence[Option]) -> None:
        """Draw these options."""
        self._chips.show(options)

    def on_choose(self, key: str) -> None:
        """Overridden by bind."""


def _maker(line: OptionChips | ChipLine) -> Callable[[], OptionChip]:
    def make() -> OptionChip:
        chip = OptionChip()
        chip.bind(on_release=lambda chip: line.dispatch("on_choose", chip.key))
        return chip

    return make


load_beside(__file__)
