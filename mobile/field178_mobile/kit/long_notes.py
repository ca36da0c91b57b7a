"""Long notes in the system's own editor, if it is better than our field (Android)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from field178_mobile.platform.api import Heard, LongText, Picked, Platform
from field178_mobile.ports import UiThread


class LongNotes:
    """Window for long notes, one at a time in the application. Events after its end are dropped."""

    def __init__(self) -> None:
        self._serving: tuple[Platform, UiThread, Callable[[], None]] | None = None
        self._shut: Callable[[], None] | None = None
        self._turn = 0

    def serve(self, platform: Platform, ui_thread: UiThread, used: Callable[[], None]) -> None:
        """Set the device; `used` is called at every change, since the window's touches are not ours."""
        self._serving = (platform, ui_thread, used)

    def open(self, request: LongText, heard: Heard, answer: Picked) -> bool:
        """Open the window; return False if the field is to be used. Both callbacks run on the UI thread."""
        if self._serving is None:
            return False
        self.close()
        platform, ui_thread, used = self._serving
        turn = self._turn

        def hear(text: str) -> None:
            if turn == self._turn:
                used()
                heard(text)

        def end(text: str | None) -> None:
            if turn == self._turn:
                self._turn, self._shut = turn + 1, None
                answer(text)

        self._shut = platform.edit_long_text(
            request,
            lambda text: ui_thread.post(partial(hear, text)),
            lambda text: ui_thread.post(partial(end, text)),
        )
        return self._shut is not None

    def close(self) -> None:
        """Close the window: it MUST NOT cover the PIN pad, nor write to a closed record."""
        self._turn += 1
        shut, self._shut = self._shut, None
        if shut is not None:
            shut()


long_notes = LongNotes()
