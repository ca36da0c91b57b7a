"""Limits of reading an uploaded file: one at a time, and no longer than some processor time."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from field178_shared.errors import AppError, ErrorCode

# The largest register takes a third of it.
MOST_CPU_S = 40.0
_RETRY_S = 15
# A file takes memory while it is read, and its thread: one at a time in a process.
_slot = threading.Lock()


class CpuLimitReached(Exception):
    """Reading took more processor time than one file may take."""


class CpuLimit:
    """Processor time that the present thread may still take, counted from here."""

    def __init__(self) -> None:
        self._end = time.thread_time() + MOST_CPU_S

    def check(self) -> None:
        """Raise CpuLimitReached when the time is over."""
        if time.thread_time() > self._end:
            raise CpuLimitReached


@contextmanager
def reading_slot() -> Iterator[None]:
    """Admit one reading at a time; a second one is refused at once: AppError(busy)."""
    if not _slot.acquire(blocking=False):
        raise AppError(ErrorCode.BUSY, retry_after_s=_RETRY_S)
    try:
        yield
    finally:
        _slot.release()
