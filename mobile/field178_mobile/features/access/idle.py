"""Idle time of the tablet: a warning, then the lock."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil

LOCK_AFTER_S = 180.0
WARN_BEFORE_S = 20.0


class Idle:
    """Timer since the last touch; `now` returns monotonic seconds including the tablet's sleep."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._touched_at = now()

    def begin(self) -> None:
        """Count from now: the tablet was just opened."""
        self._touched_at = self._now()

    def touch(self) -> None:
        """Count from now, unless the time is up: the touch that wakes a tablet opens nothing."""
        if not self.is_over:
            self._touched_at = self._now()

    @property
    def is_over(self) -> bool:
        """Return whether the tablet is to be locked."""
        return self._left_s() < 0

    @property
    def warns_s(self) -> int:
        """Return the seconds until the lock while the warning is shown, else 0."""
        left = self._left_s()
        return ceil(left) if 0 < left <= WARN_BEFORE_S else 0

    def _left_s(self) -> float:
        return LOCK_AFTER_S - (self._now() - self._touched_at)
