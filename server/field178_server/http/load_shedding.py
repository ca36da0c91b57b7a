"""Load shedding: a tablet that cannot be served soon is refused at once, with a time to return."""

from __future__ import annotations

import random
import threading

from flask import Flask, g, request

from field178_server.http.headers import is_api_path
from field178_shared.errors import AppError, ErrorCode

# Kept free for the office's pages and for the refusals themselves.
OFFICE_SHARE = 6
EARLIEST_RETURN_S = 2
LATEST_RETURN_S = 15
_RANDOMNESS = random.SystemRandom()


def return_time_s() -> int:
    """Return after how many seconds one that was refused may return: each at a time of its own."""
    return _RANDOMNESS.randint(EARLIEST_RETURN_S, LATEST_RETURN_S)


class ConcurrencyLimit:
    """Admits a number of requests at once; each refused one gets its own time to return, so that they do not
    come back together."""

    def __init__(self, slots: int) -> None:
        self._slots = threading.BoundedSemaphore(slots)

    def acquire(self) -> None:
        """Take a slot, or raise AppError(busy) with seconds to wait; it never blocks."""
        if not self._slots.acquire(blocking=False):
            raise AppError(ErrorCode.BUSY, retry_after_s=return_time_s())

    def release(self) -> None:
        """Release the slot."""
        self._slots.release()


def init_load_shedding(app: Flask, threads: int) -> None:
    """Keep a share of the threads from the tablets: when all of them come at once, the office still works."""
    limit = ConcurrencyLimit(max(1, threads - max(1, threads // OFFICE_SHARE)))

    @app.before_request
    def _acquire() -> None:
        if is_api_path(request.path):
            limit.acquire()
            g.has_slot = True

    @app.teardown_request
    def _release(_: BaseException | None) -> None:
        if g.pop("has_slot", False):
            limit.release()
