"""The stage of the screen tests: one real Kivy app offscreen, and fingers to tap."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from kivy.animation import Animation
from kivy.app import App
from kivy.base import EventLoop, runTouchApp
from kivy.clock import Clock
from kivy.core.window import Window
from kivy.lang import Builder
from kivy.tests.common import UnitTestTouch
from kivy.uix.floatlayout import FloatLayout
from kivy.uix.recycleview import views
from kivy.uix.widget import Widget

from field178_mobile.kit import kit
from field178_mobile.kit.language import language
from field178_mobile.kit.long_notes import long_notes
from field178_mobile.kit.theme import theme
from field178_mobile.kit.widgets.inputs.field import release_last_entry
from field178_mobile.kit.widgets.overlay import close_all
from field178_mobile.shell.application import LAYOUT_ROUNDS

LANDSCAPE = (1280, 800)
PORTRAIT = (800, 1280)
FRAME_S = 0.05


class StageApp(App):
    """An app with an empty root that tests fill."""

    def build(self) -> Widget:
        return FloatLayout()


class Stage:
    """What a screen test holds: mount, frames, tap, find, type."""

    def __init__(self, app: StageApp) -> None:
        self.app = app
        self.kit = kit
        self._frozen = 0

    @property
    def root(self) -> Widget:
        """The root all mounted widgets live in."""
        return self.app.root

    def mount(
        self, widget: Widget, size: tuple[int, int] = LANDSCAPE, mode: str = "light", scale: float = 1.0
    ) -> Widget:
        """Show one widget that fills the window, in a size, mode and font scale; drawn when this returns."""
        self.dress(size, mode, scale)
        self.root.clear_widgets()
        self.root.add_widget(widget)
        frames(6)
        return widget

    def dress(self, size: tuple[int, int] = LANDSCAPE, mode: str = "light", scale: float = 1.0) -> None:
        """Set window size, mode and font scale."""
        if Window.size != size:
            Window.size = size
        theme.apply(mode)
        theme.has_motion = False
        theme.set_font_scale(scale)
        theme.fit(size[0])
        Window.clearcolor = theme.bg
        frames(2)

    def clear(self) -> None:
        """Remove all widgets and overlays."""
        close_all()
        self._drop_pending_events()
        release_last_entry()
        for child in list(Window.children):
            if child is not self.root:
                Window.remove_widget(child)
        self.root.clear_widgets()

    def collect(self) -> None:
        """Free the removed widgets.

        They refer to each other in cycles: until they are freed, each follows every change of window, mode
        and letters. Objects from before the stage are frozen; an idle tablet has frozen its own as well.
        """
        views._cached_views.clear()
        views._cache_count = 0
        if gc.get_freeze_count() > self._frozen:
            self.freeze()
        else:
            gc.collect()

    def freeze(self) -> None:
        """Exclude all objects of the process from later collections."""
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        self._frozen = gc.get_freeze_count()

    def _drop_pending_events(self) -> None:
        """Cancel animations and events that are due once: a scroll bar that fades holds its whole tablet."""
        for animation in list(Animation._instances):
            for animated in list(animation._widgets.values()):
                animation.cancel(animated["widget"])
        for event in Clock.get_events():
            if not event.loop and event.timeout > 0:
                event.cancel()

    def strike(self) -> None:
        """Remove all widgets and restore the default theme and language."""
        self.clear()
        long_notes._serving = None  # it holds the last tablet
        settle()  # and what the next frame would have drawn anew
        self.collect()
        language.switch("vi")
        self.dress()


def start(*, is_drawn: bool = False) -> Stage:
    """Start the one app of this process without its own loop.

    A frame that nobody looks at is laid out and not drawn: a software renderer would take most of the time.
    `lint.picture` draws; `is_drawn` draws every frame.
    """
    app = StageApp()
    app._run_prepare()
    runTouchApp(embedded=True)
    if not is_drawn:
        EventLoop.idle = _undrawn
    Clock._max_fps = 0
    # As the application itself has it: a deep form needs more rounds in its first frame.
    Clock.max_iteration = LAYOUT_ROUNDS
    stage = Stage(app)
    stage.dress()
    stage.collect()
    return stage


def frames(count: int = 3) -> None:
    """Let the application go on by so many frames."""
    for _ in range(count):
        EventLoop.idle()


def _undrawn() -> None:
    """Let one frame go by without drawing it; slow work in another thread gets the time that drawing took."""
    for thread in threading.enumerate():
        if thread.name.endswith("(_work)"):  # of WorkerThreads
            thread.join(FRAME_S)
    settle()


def settle(count: int = 1) -> None:
    """Let so many frames go by without drawing them: everything is in its place for the next picture."""
    for _ in range(count):
        Clock.tick()
        EventLoop.dispatch_input()
        Builder.sync()
        Clock.tick_draw()
        Builder.sync()


def until(condition: Callable[[], object], limit_s: float = 10) -> None:
    """Let frames go by until something is so; fails when it takes too long."""
    end = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("it never happened")
        frames(1)


def tap(widget: Widget) -> None:
    """Put a finger on the middle of a widget that has come to rest, and lift it."""
    frames(2)
    x, y = widget.to_window(*widget.center)
    touch = UnitTestTouch(x, y)
    touch.touch_down()
    frames(1)
    touch.touch_up()
    frames(3)


def type_text(field: Widget, text: str) -> None:
    """Type into a Field or SearchField as a keyboard would, then leave it."""
    entry = field.ids.entry
    entry.focus = True
    frames(1)
    entry.select_all()
    entry.delete_selection()
    entry.insert_text(text)
    frames(1)
    entry.focus = False
    frames(2)


def walk(root: Widget) -> Iterator[Widget]:
    """Give every widget below a root that is not hidden."""
    if root.opacity == 0:
        return
    yield root
    for child in root.children:
        yield from walk(child)


def everything() -> Iterator[Widget]:
    """Give every visible widget of the window, topmost first."""
    for child in Window.children:
        yield from walk(child)


def find(kind: type[Widget] | str, /, **properties: Any) -> Widget:
    """Return the first visible widget of a class (or class name) with these property values."""
    for widget in everything():
        if _is_kind(widget, kind) and all(
            getattr(widget, name, None) == want for name, want in properties.items()
        ):
            return widget
    raise LookupError(f"no {kind} with {properties}")


def find_all(kind: type[Widget] | str, /, **properties: Any) -> list[Widget]:
    """Return every visible widget of a class with these property values, topmost first."""
    return [
        widget
        for widget in everything()
        if _is_kind(widget, kind)
        and all(getattr(widget, name, None) == want for name, want in properties.items())
    ]


def texts() -> list[str]:
    """Return every text that is on the screen."""
    return [
        widget.text
        for widget in everything()
        if getattr(widget, "font_name", "Icons") != "Icons" and widget.text
    ]


def _is_kind(widget: Widget, kind: type[Widget] | str) -> bool:
    return isinstance(widget, kind) if isinstance(kind, type) else type(widget).__name__ == kind


def enter(pin: str) -> None:
    """Tap a PIN."""
    for digit in pin:
        tap(find("PinKey", digit=digit))


def place_of(kind: str) -> tuple[float, float]:
    widget = find(kind)
    return widget.to_window(*widget.pos)
