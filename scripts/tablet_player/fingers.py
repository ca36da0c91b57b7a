"""Finger for scripts: finds widgets on the screen, taps, types, and counts the taps."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kivy.base import EventLoop
from kivy.core.window import Window
from kivy.graphics.opengl import glFinish
from kivy.input.motionevent import MotionEvent
from kivy.uix.recycleview import RecycleView
from kivy.uix.scrollview import ScrollView
from kivy.uix.widget import Widget
from scripts.tablet_player.pace import Pace

from field178_mobile.kit.widgets.inputs.field import Entry
from field178_shared.time.clock import duration_clock

SETTLE_FRAMES = 3
LIMIT_S = 60.0


class NotOnScreen(LookupError):
    """Error of a missing widget; its text names it and the visible widgets."""


class Thumb(MotionEvent):
    """One touch, as a touch screen reports it."""

    def __init__(self, x: float, y: float) -> None:
        super().__init__("player", id(self), {"x": x / Window.width, "y": y / Window.height}, is_touch=True)

    def depack(self, args: dict[str, float]) -> None:
        """Set the position of the touch, as shares of the window."""
        self.sx, self.sy = args["x"], args["y"]
        self.profile = ["pos"]
        super().depack(args)


class Fingers:
    """Taps and types in the running application. `taps` counts every touch; typing counts none."""

    def __init__(self) -> None:
        self.taps = 0
        self.pace = Pace()

    def frames(self, count: int = SETTLE_FRAMES) -> None:
        """Draw frames, each completely.

        A software renderer would pile unfinished frames up in memory.
        """
        for _ in range(count):
            EventLoop.idle()
            glFinish()

    def rest(self, seconds: float) -> None:
        """Draw frames for so many seconds, so that delayed widgets are drawn too."""
        over_at = duration_clock() + seconds
        while duration_clock() < over_at:
            self.frames(1)
        self.frames()

    def until(self, condition: Callable[[], object], what: str) -> None:
        """Draw frames until a condition is true."""
        give_up_at = duration_clock() + LIMIT_S
        while duration_clock() < give_up_at:
            if condition():
                return
            self.frames(1)
        raise NotOnScreen(f"it never came: {what}; on the screen: {' | '.join(self.words())[:800]}")

    def tap(self, widget: Widget) -> None:
        """Scroll a widget into sight, put the thumb on its middle, and lift it."""
        self._bring_into_sight(widget)
        touch = Thumb(*widget.to_window(*widget.center))
        self.pace.touch(lambda: self._feel("begin", touch), lambda: self._feel("end", touch))
        self.frames()
        self.pace.look()
        self.taps += 1

    def press(self, kind: str, **properties: object) -> None:
        """Tap the first widget of a class with these property values."""
        self.until(lambda: self.sees(kind, **properties), f"{kind} {properties}")
        self.tap(self.find(kind, **properties))

    def type(self, field: Widget, text: str) -> None:
        """Type into a field, as a keyboard would, and leave it."""
        entry = next(child for child in field.walk() if isinstance(child, Entry))
        entry.focus = True
        self.frames(1)
        entry.select_all()
        entry.delete_selection()
        entry.insert_text(text)
        self.frames(1)
        entry.focus = False
        self.frames()

    def find(self, kind: str, **properties: object) -> Widget:
        """Return the topmost visible widget of a class with these property values."""
        for widget in self.everything():
            if type(widget).__name__ == kind and _has(widget, properties):
                return widget
        raise NotOnScreen(f"no {kind} with {properties}; on the screen: {' | '.join(self.words())[:800]}")

    def sees(self, kind: str, **properties: object) -> bool:
        """Return whether such a widget is on the screen."""
        return any(type(widget).__name__ == kind and _has(widget, properties) for widget in self.everything())

    def words(self) -> list[str]:
        """Return every text on the screen."""
        texts = (getattr(widget, "text", "") for widget in self.everything())
        return list(dict.fromkeys(text for text in texts if isinstance(text, str) and len(text) > 1))

    def everything(self) -> Iterator[Widget]:
        """Yield every visible, enabled widget, topmost first."""
        for child in Window.children:
            yield from _visible(child)

    def _feel(self, happened: str, touch: Thumb) -> None:
        EventLoop.post_dispatch_input(happened, touch)
        self.frames(1)

    def _bring_into_sight(self, widget: Widget) -> None:
        above = widget.parent
        while above is not None and above is not Window:
            if isinstance(above, RecycleView):
                return  # only rows in sight exist
            if isinstance(above, ScrollView) and above.do_scroll_y:
                above.scroll_to(widget, animate=False)
                self.frames(2)
                return
            above = above.parent


def _visible(root: Widget) -> Iterator[Widget]:
    if root.opacity == 0:
        return
    yield root
    for child in root.children:
        yield from _visible(child)


def _has(widget: Widget, properties: dict[str, object]) -> bool:
    return not widget.disabled and all(
        getattr(widget, name, None) == want for name, want in properties.items()
    )
