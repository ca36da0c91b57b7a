"""How long nobody has touched the tablet: it says so before it locks, and locks for certain."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil

LOCK_AFTER_S = 180.0
WARN_BEFORE_S = 20.0


class Idle:
    """Counts from the last touch; `now` is in seconds, never goes back, and counts the tablet's sleep."""

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
        """Tell whether the tablet is to be locked."""
        return self._left_s() < 0

    @property
    def warns_s(self) -> int:
        """Return in how many seconds it locks, from the moment that is to be said; 0 before and after."""
        left = self._left_s()
        return ceil(left) if 0 < left <= WARN_BEFORE_S else 0

    def _left_s(self) -> float:
        return LOCK_AFTER_S - (self._now() - self._touched_at)
