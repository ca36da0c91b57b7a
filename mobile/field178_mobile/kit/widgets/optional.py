"""Optional child widgets: a hidden child takes no space and no touch."""

from __future__ import annotations

from kivy.uix.widget import Widget


class Optional:
    """The children of a box in their kv order, of which only some are shown."""

    def __init__(self, box: Widget) -> None:
        self._box = box
        self._order = list(reversed(box.children))

    def show(self, widget: Widget, is_shown: bool) -> None:
        """Show or hide one child widget; the others keep their order."""
        child = widget.__self__
        if is_shown == (child in self._box.children):
            return
        if is_shown:
            before = sum(other in self._box.children for other in self._order[: self._order.index(child)])
            self._box.add_widget(child, index=len(self._box.children) - before)
        else:
            self._box.remove_widget(child)
