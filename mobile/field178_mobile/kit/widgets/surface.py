"""Grounds and boxes: Card, Column, Flow, ScrollPane, Banner, EmptyState, StatusLine, Meter."""

from __future__ import annotations

from collections.abc import Iterator

from kivy.input.motionevent import MotionEvent
from kivy.properties import NumericProperty, ObjectProperty, OptionProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.stacklayout import StackLayout
from kivy.uix.widget import Widget

from field178_mobile.kit.events import dispatches
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.widgets import press, shadow, text
from field178_mobile.kit.widgets.press import Press
from field178_mobile.kit.widgets.scroll import PromptScroll
from field178_mobile.kit.widgets.text import INKS, WASHES

__all__ = ["Banner", "Card", "Column", "EmptyState", "Flow", "Meter", "Panel", "ScrollPane", "StatusLine"]
_REQUIRED = (press.Btn, shadow.SoftShadow, text.Txt)


class Card(BoxLayout):
    """A white sheet with a hair line and a soft shadow; vertical, as high as its content."""


class Panel(BoxLayout):
    """Vertical pane with the surface colour that fills its place (list side, footer)."""


class Column(BoxLayout):
    """Vertical layout of widgets, as high as its children."""


class Flow(StackLayout):
    """Horizontal layout of widgets that wraps to further lines (chips)."""


class ScrollPane(PromptScroll):
    """Scrolling column: added children are added to the column. spacing, padding of the column.

    `scroll_to_widget(widget)` brings a child into view, `show_top()` the first child. The child touched last,
    or else the child at the top of the view, keeps its place when content above it grows or shrinks.
    """

    column = ObjectProperty(None)
    column_padding = NumericProperty("16dp")
    column_spacing = NumericProperty("12dp")

    def __init__(self, **kwargs: object) -> None:
        self._touched: Widget | None = None
        # Top and bottom of each child of the column at the last layout, measured from its top.
        self._spans: dict[Widget, tuple[float, float]] = {}
        super().__init__(**kwargs)

    def _pushed(self) -> float:
        if self.column is None:  # while it is built
            return 0.0
        before, above = self._spans, self._above()
        self._spans = dict(self._laid_out())
        kept = [child for child in before if child in self._spans and before[child][1] > above]
        if self._touched in kept and before[self._touched][0] < above + self.height:
            anchor = self._touched
        elif above and kept:
            anchor = kept[0]
        else:
            return 0.0
        return self._spans[anchor][0] - before[anchor][0]

    def _laid_out(self) -> Iterator[tuple[Widget, tuple[float, float]]]:
        begin = self.column.padding[1]
        for child in reversed(self.column.children):
            yield child, (begin, begin + child.height)
            begin += child.height + self.column.spacing

    def add_widget(self, widget: Widget, *args: object, **kwargs: object) -> None:
        """Add a widget to the column; the column itself to the scroll view."""
        if self.column is None:
            super().add_widget(widget, *args, **kwargs)
            self.column = widget
        else:
            self.column.add_widget(widget, *args, **kwargs)

    def clear(self) -> None:
        """Remove all widgets from the column."""
        self.column.clear_widgets()

    def on_touch_down(self, touch: MotionEvent) -> bool:
        """Store the widget under the finger."""
        self._touched = None
        if self.collide_point(*touch.pos):
            at = self.column.to_widget(*self.to_window(*touch.pos))
            self._touched = next((child for child in self.column.children if child.collide_point(*at)), None)
        return super().on_touch_down(touch)

    def show_top(self) -> None:
        """Scroll to the top of the column."""
        self._touched = None
        self.scroll_y = 1

    def scroll_to_widget(self, widget: Widget) -> None:
        """Scroll until a widget inside is in view."""
        self._touched = None
        self.scroll_to(widget, padding=self.column_padding, animate=False)


class Meter(Widget):
    """A bar of 6 dp. value (0 to 1); tone (primary, ok, warn, bad)."""

    value = NumericProperty(0)
    tone = OptionProperty("primary", options=("primary", "ok", "bad", "warn"))


@dispatches("on_act")
class Banner(BoxLayout):
    """A line of notice over a pane.

    text; icon; tone (plain primary ok bad warn); action (button text, "" = none). Event on_act.
    """

    text = StringProperty("")
    icon = StringProperty("")
    tone = OptionProperty("warn", options=WASHES)
    action = StringProperty("")


@dispatches("on_act")
class EmptyState(BoxLayout):
    """Empty state of a pane.

    icon; title; text; action (button text, "" = none). Event on_act.
    """

    icon = StringProperty("inbox-outline")
    title = StringProperty("")
    text = StringProperty("")
    action = StringProperty("")


class StatusLine(Press):
    """One sentence with an icon. text; icon; tone (ink). Event on_release."""

    text = StringProperty("")
    icon = StringProperty("")
    tone = OptionProperty("muted", options=INKS)


load_beside(__file__)
