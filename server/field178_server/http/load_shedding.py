"""Load shedding: who cannot be served soon is refused at once, with a time to return.

Tablets, the office's pages and checks of passwords each have a share of the threads that they cannot exceed.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, current_app, g, request

from field178_server.http.headers import is_api_path
from field178_shared.errors import AppError, ErrorCode

# One of so many threads is kept from the tablets for the office, and as many from the office for the tablets;
# no more check passwords of strangers, and no more those of officers.
KEPT_SHARE = 6
EARLIEST_RETURN_S = 2
LATEST_RETURN_S = 15
HEALTH_PATH = "/healthz"
_PASSWORDS = "field178.password_limits"
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
    """Keep a share of the threads from the tablets, and one from the office: neither stops the other."""
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
    """Admit a check of a password, of a stranger or of who has a session; raises AppError(busy).

    A hash takes 0.4 s and two are made at once: those who wait for one hold their threads.
    """
    limit: ConcurrencyLimit = current_app.extensions[_PASSWORDS][is_known]
    limit.acquire()
    try:
        yield
    finally:
        limit.release()


def _is_quick() -> bool:
    # Files of the pages and the health of the server take no time, and a page without its style is none.
    return request.path == HEALTH_PATH or (request.endpoint or "").endswith(".static")
