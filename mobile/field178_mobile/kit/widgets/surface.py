"""Grounds and boxes: Card, Column, Flow, ScrollPane, Banner, EmptyState, StatusLine, Meter."""

from __future__ import annotations

from kivy.properties import NumericProperty, ObjectProperty, OptionProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.stacklayout import StackLayout
from kivy.uix.widget import Widget

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
    """A vertical pane on the surface colour that fills its place (list side, footer)."""


class Column(BoxLayout):
    """Things below each other, as high as they are together."""


class Flow(StackLayout):
    """Things beside each other that wrap to further lines (chips)."""


class ScrollPane(PromptScroll):
    """One scrolling column: children added to it go into the column. spacing, padding of the column.

    `scroll_to_widget(widget)` brings a child into view.
    """

    column = ObjectProperty(None)
    column_padding = NumericProperty("16dp")
    column_spacing = NumericProperty("12dp")

    def add_widget(self, widget: Widget, *args: object, **kwargs: object) -> None:
        """Add to the column; the column itself goes into the scroll view."""
        if self.column is None:
            super().add_widget(widget, *args, **kwargs)
            self.column = widget
        else:
            self.column.add_widget(widget, *args, **kwargs)

    def clear(self) -> None:
        """Take every child out of the column."""
        self.column.clear_widgets()

    def scroll_to_widget(self, widget: Widget) -> None:
        """Scroll until a widget inside is in view."""
        self.scroll_to(widget, padding=self.column_padding, animate=False)


class Meter(Widget):
    """A bar of 6 dp. value (0 to 1); tone (primary, ok, warn, bad)."""

    value = NumericProperty(0)
    tone = OptionProperty("primary", options=("primary", "ok", "bad", "warn"))


class Banner(BoxLayout):
    """A line of notice over a pane.

    text; icon; tone (plain primary ok bad warn); action (button text, "" = none). Event on_act.
    """

    text = StringProperty("")
    icon = StringProperty("")
    tone = OptionProperty("warn", options=WASHES)
    action = StringProperty("")
    __events__ = ("on_act",)

    def on_act(self) -> None:
        """Overridden by bind."""


class EmptyState(BoxLayout):
    """What a pane says when it has nothing.

    icon; title; text; action (button text, "" = none). Event on_act.
    """

    icon = StringProperty("inbox-outline")
    title = StringProperty("")
    text = StringProperty("")
    action = StringProperty("")
    __events__ = ("on_act",)

    def on_act(self) -> None:
        """Overridden by bind."""


class StatusLine(Press):
    """One sentence with an icon. text; icon; tone (ink). Event on_release."""

    text = StringProperty("")
    icon = StringProperty("")
    tone = OptionProperty("muted", options=INKS)


load_beside(__file__)
