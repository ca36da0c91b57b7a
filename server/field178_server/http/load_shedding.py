"""Load shedding: requests over a limit wait in order of arrival or are refused, with a time to retry.

Tablets, pages of the office, and password checks each have a maximal share of the threads.
"""

from __future__ import annotations

import math
import random
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, current_app, g, request

from field178_server.http.headers import is_api_path
from field178_shared.errors import AppError, ErrorCode
from field178_shared.time.clock import duration_clock

# One of this many threads is reserved for the office, and one for the tablets. The same share limits the
# password checks of strangers, and those of signed-in officers.
KEPT_SHARE = 6
# For each request that is answered at once, so many of tablets may wait in a thread of their own.
WAITING_SHARE = 4
# Then a push may wait for BUSY_TIMEOUT_S, and a tablet gives up after 30 s without a byte.
MAX_WAIT_S = 15.0
EARLIEST_RETURN_S = 2
LATEST_RETURN_S = 15
HEALTH_PATH = "/healthz"
_PASSWORDS = "field178.password_limits"
_RANDOMNESS = random.SystemRandom()
# Weight of the last interval in the mean time between two releases.
_LAST = 0.1


def threads_of(requests_at_once: int) -> int:
    """Return the number of threads for FIELD178_THREADS: each waiting request holds one."""
    return requests_at_once * (1 + WAITING_SHARE)


def return_time_s(drained_after_s: float = LATEST_RETURN_S) -> int:
    """Return a random number of seconds after which a refused client may retry.

    `drained_after_s`: the time in which the requests that wait now are answered.
    """
    latest = min(LATEST_RETURN_S, EARLIEST_RETURN_S + math.ceil(drained_after_s))
    return _RANDOMNESS.randint(EARLIEST_RETURN_S, latest)


class ConcurrencyLimit:
    """Limit of concurrent requests; `waiting` further ones wait in order of arrival.

    Refused ones get random retry times, so that they do not return at the same moment.
    """

    def __init__(self, slots: int, waiting: int = 0) -> None:
        self._guard = threading.Lock()
        self._free = slots
        self._places = waiting
        self._line: deque[threading.Event] = deque()
        # Time of the last release, None if a slot was free since.
        self._released_at: float | None = None
        # Mean time between two releases while requests waited; None: not measured yet.
        self._interval_s: float | None = None

    def __len__(self) -> int:
        """Return the number of requests that wait for a slot."""
        return len(self._line)

    def acquire(self) -> None:
        """Acquire a request slot, or raise AppError(busy) with seconds to wait.

        Without places to wait it never blocks.
        """
        with self._guard:
            if self._free:
                self._free -= 1
                return
            if len(self._line) >= self._places:
                raise self._busy()
            turn = threading.Event()
            self._line.append(turn)
        if turn.wait(MAX_WAIT_S):
            return
        with self._guard:
            # If the turn came meanwhile, the slot is this request's.
            if turn in self._line:
                self._line.remove(turn)
                raise self._busy()

    def release(self) -> None:
        """Release the request's slot: the request that waits longest gets it."""
        with self._guard:
            if not self._line:
                self._free += 1
                self._released_at = None
                return
            self._measure(duration_clock())
            self._line.popleft().set()

    def _measure(self, now: float) -> None:
        if self._released_at is not None:
            interval_s = now - self._released_at
            mean_s = interval_s if self._interval_s is None else self._interval_s
            self._interval_s = mean_s + _LAST * (interval_s - mean_s)
        self._released_at = now

    def _busy(self) -> AppError:
        if self._interval_s is None:
            return AppError(ErrorCode.BUSY, retry_after_s=return_time_s())
        drained_after_s = self._interval_s * (len(self._line) + 1)
        return AppError(ErrorCode.BUSY, retry_after_s=return_time_s(drained_after_s))


def init_load_shedding(app: Flask, threads: int) -> None:
    """Register the limits of concurrent requests of tablets and of the office, which protect each other."""
    kept = max(1, threads // KEPT_SHARE)
    slots = max(1, threads - kept)
    tablets, office = ConcurrencyLimit(slots, threads * WAITING_SHARE), ConcurrencyLimit(slots)
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
