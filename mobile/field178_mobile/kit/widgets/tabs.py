"""Tabs over a pane: TabBar with Tab."""

from __future__ import annotations

from collections.abc import Sequence

from kivy.properties import BooleanProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.label import Label

from field178_mobile.kit.events import dispatches
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.widgets.press import Pressable

__all__ = ["Tab", "TabBar"]


class Tab(Pressable, Label):
    """One tab: text; active; key. Event on_release."""

    key = StringProperty("")
    active = BooleanProperty(False)


@dispatches("on_choose")
class TabBar(BoxLayout):
    """A row of tabs 48 dp high.

    `tabs` through set_tabs([(key, text)…]); chosen (key). Event on_choose(key) on a tap.
    """

    chosen = StringProperty("")

    def set_tabs(self, tabs: Sequence[tuple[str, str]]) -> None:
        """Show these tabs; the same tabs again change texts only."""
        if [tab.key for tab in reversed(self.children)] != [key for key, _ in tabs]:
            self.clear_widgets()
            for key, _ in tabs:
                self.add_widget(Tab(key=key, on_release=self._choose))
        for tab, (key, text) in zip(reversed(self.children), tabs, strict=True):
            tab.text = text
            tab.active = key == self.chosen

    def on_chosen(self, _widget: object, chosen: str) -> None:
        """Mark the chosen tab."""
        for tab in self.children:
            tab.active = tab.key == chosen

    def _choose(self, tab: Tab) -> None:
        self.dispatch("on_choose", tab.key)


load_beside(__file__)
