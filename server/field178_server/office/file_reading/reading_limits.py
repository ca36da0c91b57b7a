"""Limits of reading an uploaded file: one file at a time, and limited processor time."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from field178_shared.errors import AppError, ErrorCode

# The largest register takes a third of this time.
MOST_CPU_S = 40.0
_RETRY_S = 15
# Reading takes memory and a thread: one file at a time in a process.
_slot = threading.Lock()


class CpuLimitReached(Exception):
    """Reading a file took more processor time than allowed."""


class CpuLimit:
    """Limit of processor time of the present thread, counted from the object's creation."""

    def __init__(self) -> None:
        self._end = time.thread_time() + MOST_CPU_S

    def check(self) -> None:
        """Raise CpuLimitReached if the time is used up."""
        if time.thread_time() > self._end:
            raise CpuLimitReached


@contextmanager
def reading_slot() -> Iterator[None]:
    """Hold the slot for reading a file; raises AppError(busy) if it is taken."""
    if not _slot.acquire(blocking=False):
        raise AppError(ErrorCode.BUSY, retry_after_s=_RETRY_S)
    try:
        yield
    finally:
        _slot.release()
