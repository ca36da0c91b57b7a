"""Cost of the taps of a script: time of the UI thread, and number of live widgets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import thread_time

from kivy.core.window import Window
from kivy.uix.widget import Widget


@dataclass
class Pace:
    """Cost of every tap so far, in milliseconds of the UI thread.

    `press_ms`: from finger down to the end of the next frame. `tap_ms`: this, plus from finger up to the end
    of the answering frame. `widgets`: the highest number of live widgets after a tap, on one screen or one
    sheet above it; `widgets_in_all`: on both together.
    """

    press_ms: list[float] = field(default_factory=list)
    tap_ms: list[float] = field(default_factory=list)
    widgets: int = 0
    widgets_in_all: int = 0

    def touch(self, press: Callable[[], None], lift: Callable[[], None]) -> None:
        """Put a finger down and lift it; each of the two draws one frame."""
        began = thread_time()
        press()
        self.press_ms.append((thread_time() - began) * 1000)
        lift()
        self.tap_ms.append((thread_time() - began) * 1000)

    def look(self) -> None:
        """Count the live objects."""
        alive = live_widgets()
        self.widgets = max(self.widgets, *alive)
        self.widgets_in_all = max(self.widgets_in_all, sum(alive))


def live_widgets() -> list[int]:
    """Return the number of widgets, visible or not, of the screen and of each layer above it."""
    return [sum(1 for _widget in _all(child)) for child in Window.children]


def _all(root: Widget) -> Iterator[Widget]:
    yield root
    for child in root.children:
        yield from _all(child)
