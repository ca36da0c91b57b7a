"""Scrolling the lists and pages around a widget until it is visible."""

from __future__ import annotations

from kivy.core.window import Window
from kivy.uix.recycleview import RecycleView
from kivy.uix.scrollview import ScrollView
from kivy.uix.widget import Widget

PADDING = 24


def bring_into_sight(widget: Widget) -> None:
    """Scroll each list and page around a widget until the widget is completely visible."""
    above = widget.parent
    while above is not None and above is not Window:
        if isinstance(above, RecycleView):
            _bring_row_into_sight(above, widget)
        elif isinstance(above, ScrollView):
            above.scroll_to(widget, padding=PADDING, animate=False)
        above = above.parent if above.parent is not above else None


def _bring_row_into_sight(pane: RecycleView, row: Widget) -> None:
    hidden = max(0, pane.children[0].height - pane.height)
    low = pane.scroll_y * hidden
    if row.y < low:
        pane.scroll_y = max(0, pane.scroll_y - hidden_share(pane, low - row.y))
    elif row.top > low + pane.height:
        pane.scroll_y = min(1, pane.scroll_y + hidden_share(pane, row.top - low - pane.height))


def hidden_share(pane: RecycleView, length: float) -> float:
    """Return which share of the hidden part of a list a length is."""
    hidden = pane.children[0].height - pane.height
    return float(length / hidden) if hidden > 0 else 0.0
