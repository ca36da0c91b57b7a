"""Choices out of many: a field that opens a sheet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from field178_mobile.kit import kit
from field178_mobile.kit.events import dispatches
from field178_mobile.kit.kv import load_beside
from field178_mobile.presentation.wording import Option


@dispatches("on_choose")
class PickField(kit.SheetField):
    """One choice. label; error; show(options) draws the chosen one; event on_choose(id) after a choice."""

    is_multiple: ClassVar[bool] = False

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._options: Sequence[Option] = ()

    def show(self, options: Sequence[Option]) -> None:
        """Draw the chosen options."""
        self._options = options
        self.shown = "; ".join(option.label for option in options if option.is_chosen)

    def on_release(self) -> None:
        """Open the sheet."""
        choices = [kit.Choice(option.id, option.label, option.hint) for option in self._options]
        chosen = [option.id for option in self._options if option.is_chosen]
        kit.ChoiceSheet(choices, chosen, self._chosen, self.is_multiple, title=self.label).open()

    def _chosen(self, keys: tuple[str, ...]) -> None:
        for key in keys:
            self.dispatch("on_choose", key)


class PickSeveralField(PickField):
    """Field of several choices. Event on_choose(ids) after OK with all chosen ids."""

    is_multiple = True

    def _chosen(self, keys: tuple[str, ...]) -> None:
        self.dispatch("on_choose", keys)


load_beside(__file__)
