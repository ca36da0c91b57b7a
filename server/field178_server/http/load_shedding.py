"""Refusing tablets before the queue grows: who cannot be served soon is told at once when to come back."""

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


class Doorkeeper:
    """Lets so many requests in at once; the others hear a time of their own, so that they do not return as
    one crowd."""

    def __init__(self, places: int) -> None:
        self._places = threading.BoundedSemaphore(places)

    def enter(self) -> None:
        """Take a place, or raise AppError(busy) with seconds to wait; never waits itself."""
        if not self._places.acquire(blocking=False):
            raise AppError(ErrorCode.BUSY, retry_after_s=return_time_s())

    def leave(self) -> None:
        """Give the place back."""
        self._places.release()


def init_load_shedding(app: Flask, threads: int) -> None:
    """Keep a share of the threads from the tablets: when all of them come at once, the office still works."""
    doorkeeper = Doorkeeper(max(1, threads - max(1, threads // OFFICE_SHARE)))

    @app.before_request
    def _enter() -> None:
        if is_api_path(request.path):
            doorkeeper.enter()
            g.has_place = True

    @app.teardown_request
    def _leave(_: BaseException | None) -> None:
        if g.pop("has_place", False):
            doorkeeper.leave()
