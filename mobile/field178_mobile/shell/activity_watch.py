"""Touches and keys of the window: idle lock, garbage collection, and wake of sync."""

from __future__ import annotations

from collections.abc import Callable

from kivy.clock import Clock as Frames
from kivy.core.window import Window

from field178_mobile.features.access.idle import Idle
from field178_mobile.shell.gc_scheduler import QuietMoments
from field178_mobile.shell.idle_notice import IdleNotice
from field178_mobile.shell.text_caches import clear_texts
from field178_shared.time.clock import duration_clock

WATCH_EVERY_S = 1.0
# Moves too: a brush or a long list makes no new touch for minutes.
_EVENTS = ("on_touch_down", "on_touch_move", "on_key_down", "on_textinput")


class ActivityWatch:
    """Calls `lock` after a notice when the open tablet is idle for too long; frees memory when idle.

    `is_open` returns whether there is a session to lock; `touched` is called at each touch and key; `tick`
    runs every second.
    """

    def __init__(
        self,
        is_open: Callable[[], bool],
        lock: Callable[[], None],
        touched: Callable[[], None],
        tick: Callable[[], None],
    ) -> None:
        self._is_open, self._lock, self._on_touch, self._tick = is_open, lock, touched, tick
        self.idle = Idle(lambda: duration_clock())
        self.notice = IdleNotice()
        self.quiet_moments = QuietMoments(lambda: duration_clock(), clear_texts)
        self.watching = Frames.schedule_interval(self.look, WATCH_EVERY_S)
        for event in _EVENTS:
            Window.fbind(event, self.touch)

    def begin(self) -> None:
        """Start to count the idle time of an officer."""
        self.idle.begin()

    def look(self, _dt: float = 0) -> None:
        """Free memory if nothing moves; lock a tablet that is idle for too long."""
        self.quiet_moments.use()
        self._tick()
        if not self._is_open():
            return
        if self.idle.is_over:
            self._lock()
        else:
            self.notice.show(self.idle.warns_s)

    def touch(self, *_args: object) -> None:
        """Restart the idle time."""
        self.idle.touch()
        self.quiet_moments.touch()
        self.notice.hide()
        self._on_touch()

    def close(self) -> None:
        """Stop the timers and event handlers."""
        self.watching.cancel()
        for event in _EVENTS:
            Window.funbind(event, self.touch)
