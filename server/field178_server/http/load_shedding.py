"""Load shedding: requests over a limit are refused at once, with a time to retry.

Tablets, pages of the office, and password checks each have a maximal share of the threads.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, current_app, g, request

from field178_server.http.headers import is_api_path
from field178_shared.errors import AppError, ErrorCode

# One of this many threads is reserved for the office, and one for the tablets. The same share limits the
# password checks of strangers, and those of signed-in officers.
KEPT_SHARE = 6
EARLIEST_RETURN_S = 2
LATEST_RETURN_S = 15
HEALTH_PATH = "/healthz"
_PASSWORDS = "field178.password_limits"
_RANDOMNESS = random.SystemRandom()


def return_time_s() -> int:
    """Return a random number of seconds after which a refused client may retry."""
    return _RANDOMNESS.randint(EARLIEST_RETURN_S, LATEST_RETURN_S)


class ConcurrencyLimit:
    """Limit of concurrent requests; refused ones get random retry times, against a common return."""

    def __init__(self, slots: int) -> None:
        self._slots = threading.BoundedSemaphore(slots)

    def acquire(self) -> None:
        """Acquire a request slot, or raise AppError(busy) with seconds to wait; never blocks."""
        if not self._slots.acquire(blocking=False):
            raise AppError(ErrorCode.BUSY, retry_after_s=return_time_s())

    def release(self) -> None:
        """Release the request's slot."""
        self._slots.release()


def init_load_shedding(app: Flask, threads: int) -> None:
    """Register the limits of concurrent requests of tablets and of the office, which protect each other."""
    kept = max(1, threads // KEPT_SHARE)
    tablets, office = (ConcurrencyLimit(max(1, threads - kept)) for _ in range(2))
    app.extensions[_PASSWORDS] = {is_known: ConcurrencyLimit(kept) for is_known in (False, True)}

    @app.before_request
    def _acquire() -> None:
        if _is_quick():
            return
        limit = tablets if is_api_path(request.path) else office
        limit.acquire()
        g.shedding_limit = limit

    @app.teardown_request
    def _release(_: BaseException | None) -> None:
        if (limit := g.pop("shedding_limit", None)) is not None:
            limit.release()


@contextmanager
def password_slot(*, is_known: bool) -> Iterator[None]:
    """Limit concurrent password checks, with and without a session (`is_known`); raise AppError(busy).

    A hash takes 0.4 s and two are computed at once: waiting checks occupy threads.
    """
    limit: ConcurrencyLimit = current_app.extensions[_PASSWORDS][is_known]
    limit.acquire()
    try:
        yield
    finally:
        limit.release()


def _is_quick() -> bool:
    # Static files and the health check are fast, and a page is useless without its style.
    return request.path == HEALTH_PATH or (request.endpoint or "").endswith(".static")
