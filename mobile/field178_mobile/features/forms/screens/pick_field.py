"""One choice out of many: a field that opens a sheet."""

from __future__ import annotations

from collections.abc import Sequence

from kivy.properties import ObjectProperty, StringProperty

from field178_mobile.kit import kit
from field178_mobile.kit.kv import load_beside
from field178_mobile.presentation.wording import Option


class PickField(kit.Press):
    """label; hint; error; show(options) draws the chosen one; event on_choose(id) after a choice."""

    label = StringProperty("")
    shown = StringProperty("")
    hint = StringProperty("")
    error = StringProperty("")
    focus_box = ObjectProperty(None)
    __events__ = ("on_choose",)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._options: Sequence[Option] = ()

    def show(self, options: Sequence[Option]) -> None:
        """Draw the option that is chosen."""
        self._options = options
        self.shown = next((option.label for option in options if option.is_chosen), "")

    def on_release(self) -> None:
        """Open the sheet."""
        choices = [kit.Choice(option.id, option.label, option.hint) for option in self._options]
        chosen = [option.id for option in self._options if option.is_chosen]
        kit.ChoiceSheet(choices, chosen, self._chosen, title=self.label).open()

    def on_choose(self, key: str) -> None:
        """Overridden by bind."""

    def _chosen(self, keys: tuple[str, ...]) -> None:
        for key in keys:
            self.dispatch("on_choose", key)


load_beside(__file__)
