"""Choices of one or several values from a list: ChoiceRow, ChoiceList, ChoiceSheet."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from kivy.properties import BooleanProperty, StringProperty

from field178_mobile.kit.events import dispatches
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.language import language as _
from field178_mobile.kit.widgets import text
from field178_mobile.kit.widgets.overlay import Sheet
from field178_mobile.kit.widgets.press import Btn, Press
from field178_mobile.kit.widgets.surface import Column

__all__ = ["Choice", "ChoiceList", "ChoiceRow", "ChoiceSheet"]
_REQUIRED = (text.Ic,)


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice: its key, its text, and a grey line below."""

    key: str
    text: str
    sub: str = ""


class ChoiceRow(Press):
    """One choice with a mark.

    text; sub; active; is_multiple (square mark instead of a round one). Event on_release.
    """

    key = StringProperty("")
    text = StringProperty("")
    sub = StringProperty("")
    active = BooleanProperty(False)
    is_multiple = BooleanProperty(False)


@dispatches("on_choose")
class ChoiceList(Column):
    """Vertical list of choices (up to about 30; longer lists use a ListPane with search).

    is_multiple; show(choices, chosen) renders; event on_choose(key) on a tap. The list does not change by
    itself.
    """

    is_multiple = BooleanProperty(False)

    def show(self, choices: Sequence[Choice], chosen: Collection[str] = ()) -> None:
        """Draw these choices; the same keys again only change words and marks."""
        if [row.key for row in reversed(self.children)] != [choice.key for choice in choices]:
            self.clear_widgets()
            for choice in choices:
                row = ChoiceRow(key=choice.key, is_multiple=self.is_multiple)
                row.bind(on_release=lambda row: self.dispatch("on_choose", row.key))
                self.add_widget(row)
        for row, choice in zip(reversed(self.children), choices, strict=True):
            row.text, row.sub, row.active = choice.text, choice.sub, choice.key in chosen


class ChoiceSheet(Sheet):
    """A sheet to choose from. ChoiceSheet(choices, chosen, on_chosen, is_multiple=False, title=…).open().

    One choice: the tap closes the sheet and calls on_chosen((key,)). Several: OK calls on_chosen(keys in
    list order).
    """

    def __init__(
        self,
        choices: Sequence[Choice],
        chosen: Collection[str],
        on_chosen: Callable[[tuple[str, ...]], None],
        is_multiple: bool = False,
        **kwargs: object,
    ) -> None:
        super().__init__(**kwargs)
        self._choices = choices
        self._chosen = set(chosen)
        self._on_chosen = on_chosen
        self._list = ChoiceList(is_multiple=is_multiple, spacing=0)
        self._list.bind(on_choose=self._toggle if is_multiple else self._take)
        self.add_widget(self._list)
        self._list.show(choices, self._chosen)
        if is_multiple:
            done = Btn(text=_("OK"), icon="check", size_hint_x=1)
            done.bind(on_release=lambda _btn: self._give())
            self.footer.add_widget(done)

    def _toggle(self, _list: object, key: str) -> None:
        self._chosen ^= {key}
        self._list.show(self._choices, self._chosen)

    def _take(self, _list: object, key: str) -> None:
        self._chosen = {key}
        self._give()

    def _give(self) -> None:
        self.dismiss()
        self._on_chosen(tuple(choice.key for choice in self._choices if choice.key in self._chosen))


load_beside(__file__)
