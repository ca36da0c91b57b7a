"""Database thread: callers queue calls, one thread runs them, results and exceptions are returned."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from field178_shared.errors import AppError, ErrorCode

Result = TypeVar("Result")


class DatabaseThread:
    """Thread that runs calls one after the other, so that SQLite has a single user."""

    def __init__(self, name: str = "field178-store") -> None:
        self._calls: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._door = threading.Lock()
        self._is_stopped = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    @property
    def is_current(self) -> bool:
        """Return whether this is the database thread."""
        return threading.current_thread() is self._thread

    def call(self, work: Callable[[], Result]) -> Result:
        """Run `work` on the database thread and return its result, or raise its exception.

        After `stop` it raises AppError(store_locked). MUST NOT be called on the database thread, where it
        would deadlock.
        """
        future: Future[Result] = Future()
        with self._door:
            if self._is_stopped:
                raise AppError(ErrorCode.STORE_LOCKED)
            self._calls.put(lambda: _settle(future, work))
        return future.result()

    def stop(self) -> None:
        """End the thread after the queued calls."""
        with self._door:
            self._is_stopped = True
            self._calls.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (call := self._calls.get()) is not None:
            call()


def _settle(future: Future[Result], work: Callable[[], Result]) -> None:
    try:
        future.set_result(work())
    except BaseException as error:  # noqa: BLE001  a thread edge: the caller gets it, whatever it is
        future.set_exception(error)
