"""Work on worker threads with results on the UI thread."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from threading import Lock, Thread
from typing import TypeVar

from kivy.clock import Clock

from field178_mobile.ports import UiThread
from field178_shared.errors import AppError, ErrorCode

Result = TypeVar("Result")
_log = logging.getLogger("field178.ui")


class KivyThread:
    """Runs work on the UI thread, in order; equal work posted twice before a frame runs once."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._pending: dict[Callable[[], None], None] = {}
        self._is_closed = False

    def post(self, work: Callable[[], None]) -> None:
        """Run `work` in the next frame; returns at once."""
        with self._lock:
            if self._is_closed:
                return
            is_first = not self._pending
            self._pending[work] = None
        if is_first:
            Clock.schedule_once(self._drain, 0)

    def close(self) -> None:
        """Drop queued and later tasks, because their widgets no longer exist."""
        with self._lock:
            self._is_closed = True
            self._pending = {}

    def _drain(self, _dt: float) -> None:
        with self._lock:
            works, self._pending = list(self._pending), {}
        for work in works:
            if not self._is_closed:
                work()


class WorkerThreads:
    """One thread for each slow task (PIN, enrolment); results arrive on the UI thread."""

    def __init__(self, ui_thread: UiThread) -> None:
        self._ui_thread = ui_thread

    def run(
        self,
        work: Callable[[], Result],
        done: Callable[[Result], None],
        failed: Callable[[AppError], None],
    ) -> None:
        """Run `work` on a new thread."""
        Thread(target=self._work, args=(work, done, failed), daemon=True).start()

    def _work(
        self,
        work: Callable[[], Result],
        done: Callable[[Result], None],
        failed: Callable[[AppError], None],
    ) -> None:
        try:
            result = work()
        except AppError as error:
            self._ui_thread.post(partial(failed, error))
        except Exception:  # noqa: BLE001  the thread's edge: the screen must not wait for ever
            _log.exception("background_work_failed")
            self._ui_thread.post(partial(failed, AppError(ErrorCode.INTERNAL)))
        else:
            self._ui_thread.post(partial(done, result))
