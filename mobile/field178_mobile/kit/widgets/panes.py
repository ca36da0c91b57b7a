"""How a screen is parted: Panes (list and detail), PaneHead, FootBar."""

from __future__ import annotations

from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from field178_mobile.kit.events import dispatches
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.theme import theme
from field178_mobile.kit.widgets import press, text

__all__ = ["FootBar", "PaneHead", "Panes"]
_REQUIRED = (press.IconBtn, text.Title)


class Panes(BoxLayout):
    """List pane and detail pane side by side; below 900 dp of window only one of them.

    The first child is the list, the second the detail. list_width; has_detail (narrow: show the detail).
    is_single (read only: one pane is shown, the detail needs its back button).
    """

    list_width = NumericProperty("360dp")
    has_detail = BooleanProperty(False)
    is_single = BooleanProperty(False)
    list_pane = ObjectProperty(None)
    detail_pane = ObjectProperty(None)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        theme.bind(is_wide=self._part)  # weakly: the theme outlives every screen
        self.fbind("has_detail", self._part)
        self.fbind("list_width", self._part)

    def add_widget(self, widget: Widget, *args: object, **kwargs: object) -> None:
        """Add the list first, then the detail."""
        if self.list_pane is None:
            self.list_pane = widget
        elif self.detail_pane is None:
            self.detail_pane = widget
        self._part()

    def _part(self, *_: object) -> None:
        self.is_single = not theme.is_wide
        shown = [pane for pane in self._shown() if pane is not None]
        if list(reversed(self.children)) != shown:
            self.clear_widgets()
            for pane in shown:
                super().add_widget(pane)
        if self.list_pane is not None:
            self.list_pane.size_hint_x = 1 if self.is_single else None
            self.list_pane.width = self.list_width

    def _shown(self) -> tuple[Widget | None, ...]:
        if not self.is_single:
            return (self.list_pane, self.detail_pane)
        return (self.detail_pane if self.has_detail else self.list_pane,)


@dispatches("on_back")
class PaneHead(BoxLayout):
    """The head of a pane: title; sub; has_back (back button; event on_back); is_one_line (cuts a long title).

    Children (pills, buttons) go to the right.
    """

    title = StringProperty("")
    sub = StringProperty("")
    has_back = BooleanProperty(False)
    is_one_line = BooleanProperty(False)


class FootBar(BoxLayout):
    """The bar at the foot of a detail with its buttons, 76 dp, a hair line above."""


load_beside(__file__)
