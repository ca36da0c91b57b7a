"""Soft shadow instructions, painted before the frame that shows them."""

from __future__ import annotations

from weakref import WeakSet

from kivy.core.window import Window
from kivy.factory import Factory
from kivy.graphics import BoxShadow, Fbo

Place = tuple[float, float]

__all__ = ["SoftShadow"]


class SoftShadow(BoxShadow):
    """BoxShadow for widgets in a scroll view.

    Kivy paints a moved or resized BoxShadow while it draws the frame, into a separate buffer, and clips
    nothing in the rest of that frame: content scrolled out of sight would cover the head of the pane.
    """

    @property
    def pos(self) -> Place:
        """Position of the shadow."""
        place: Place = BoxShadow.pos.__get__(self)
        return place

    @pos.setter
    def pos(self, place: Place) -> None:
        BoxShadow.pos.__set__(self, place)
        _stale.add(self)

    @property
    def size(self) -> Place:
        """Size of the widget with the shadow."""
        size: Place = BoxShadow.size.__get__(self)
        return size

    @size.setter
    def size(self, size: Place) -> None:
        BoxShadow.size.__set__(self, size)
        _stale.add(self)


def _paint(_window: object) -> None:
    for shadow in list(_stale):
        for part in shadow.children:
            if isinstance(part, Fbo):
                part.draw()
    _stale.clear()


_stale: WeakSet[SoftShadow] = WeakSet()
Factory.register("SoftShadow", cls=SoftShadow)
Window.bind(on_draw=_paint)
