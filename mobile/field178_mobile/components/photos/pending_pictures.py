"""Pending pictures: unencrypted files from the device to a screen, deleted if no screen needs them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Lock

from field178_mobile.components.photos.photo_tools import Answer
from field178_mobile.ports import UiThread

Ask = Callable[[Answer], None]


class PendingPictures:
    """Passes files of the device to the UI thread until the store is locked.

    A camera may answer minutes later, when the tablet is locked: its file is then the only copy of an
    unscreened picture.
    """

    def __init__(self, ui_thread: UiThread) -> None:
        self._ui_thread = ui_thread
        self._lock = Lock()
        self._pending: set[Path] = set()
        self._is_closed = False

    def on_ui_thread(self, ask: Ask) -> Ask:
        """Return the same question, answered on the UI thread."""
        return lambda answer: ask(lambda path: self._came(path, answer))

    def close(self) -> None:
        """Delete the files that no screen has received, and all later files."""
        with self._lock:
            self._is_closed = True
            left, self._pending = self._pending, set()
        for path in left:
            path.unlink(missing_ok=True)

    def _came(self, path: Path | None, answer: Answer) -> None:
        with self._lock:
            is_late = self._is_closed
            if path is not None and not is_late:
                self._pending.add(path)
        if not is_late:
            self._ui_thread.post(lambda: self._give(path, answer))
        elif path is not None:
            path.unlink(missing_ok=True)

    def _give(self, path: Path | None, answer: Answer) -> None:
        if path is not None:
            with self._lock:
                if path not in self._pending:
                    return  # the locking deleted it
                self._pending.remove(path)
        answer(path)
