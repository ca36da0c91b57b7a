"""Uploads on the sync thread: one request at a time, each when no exchange is due."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from field178_mobile.ports import NetworkKind
from field178_mobile.replication.events import UploadState, WakeReason
from field178_mobile.replication.port import TransportFailure
from field178_mobile.replication.uploads.engine import UploadEngine
from field178_mobile.replication.uploads.events import GoOn, Request, UploadAnswer, WaitFor
from field178_shared.time.clock import duration_clock


class UploadLine(Protocol):
    """Sends one request. Raises TransportFailure without an answer of our server."""

    def perform(self, request: Request) -> UploadAnswer:
        """Send a request and return the server's answer of any status."""
        ...


class UploadRunner:
    """Joins the upload engine and its line. Used on the sync thread only."""

    def __init__(
        self,
        engine: UploadEngine,
        line: UploadLine,
        network: Callable[[], NetworkKind],
        seconds: Callable[[], float] = duration_clock,
    ) -> None:
        self._engine = engine
        self._line = line
        self._network = network
        self._seconds = seconds
        self._due_at: float | None = seconds()
        self._is_woken = True

    @property
    def state(self) -> UploadState:
        """Return the state of uploads for the screens."""
        return self._engine.state

    def wait_s(self) -> float | None:
        """Return the seconds until the next upload, None while the uploads wait for a wake."""
        return None if self._due_at is None else max(0.0, self._due_at - self._seconds())

    def wake(self, reason: WakeReason) -> None:
        """Wake the uploads, unless the server requested a wait."""
        if self._engine.wakes_for(reason):
            self._due_at, self._is_woken = self._seconds(), True

    def work(self) -> None:
        """Send the next upload request, if any, and handle its answer."""
        done = self._engine.step(GoOn(self._network(), is_due=not self._is_woken))
        self._is_woken = False
        while not isinstance(done, WaitFor):
            done = self._perform(done)
        self._due_at = None if done.seconds is None else self._seconds() + done.seconds

    def pause(self, seconds: float) -> None:
        """Pause the uploads after an unexpected error."""
        self._due_at = self._seconds() + seconds

    def _perform(self, request: Request) -> Request | WaitFor:
        try:
            answer = self._line.perform(request)
        except TransportFailure as error:
            return self._engine.step(error.failure)
        return self._engine.step(answer)
