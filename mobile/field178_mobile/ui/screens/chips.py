"""A wrapping row of chips drawn from options."""

from __future__ import annotations

from collections.abc import Sequence

from kivy.properties import StringProperty

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
        self._chips: Repeat[Option] = Repeat(self, self._make)

    def show(self, options: Sequence[Option]) -> None:
        """Draw these options."""
        self._chips.show(options)

    def on_choose(self, key: str) -> None:
        """Overridden by bind."""

    def _make(self) -> OptionChip:
        chip = OptionChip()
        chip.bind(on_release=lambda chip: self.dispatch("on_choose", chip.key))
        return chip


load_beside(__file__)
