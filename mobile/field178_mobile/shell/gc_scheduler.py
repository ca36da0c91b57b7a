"""Garbage collection in idle moments, never during a tap.

An unlocked store of 10,000 establishments has 400,000 objects. By default Python scans all of them four times
during the unlock, possibly in the middle of a tap (decision 0011).
"""

from __future__ import annotations

import gc
from collections.abc import Callable

QUIET_S = 3.0
AGAIN_AFTER_S = 30.0
_NEVER = 1_000_000_000


def begin() -> None:
    """Limit automatic collection to young objects, for the whole process."""
    young, middle, _all = gc.get_threshold()
    gc.set_threshold(young, middle, _NEVER)  # Python 3.14 scans the rest in increments instead


class QuietMoments:
    """Scheduler of garbage collection for an idle tablet; `now` returns monotonic seconds.

    `clear_caches` is called before the collection that follows an unlock or a lock: the first frames after a
    lock still measure what was on the screen.

    Objects of an unlocked store live until it is locked and are not scanned before.
    """

    def __init__(self, now: Callable[[], float], clear_caches: Callable[[], None] = lambda: None) -> None:
        self._now = now
        self._clear_caches = clear_caches
        self._touched_at = self._looked_at = now()
        self._has_changed_hands = False

    def touch(self) -> None:
        """Note a touch."""
        self._touched_at = self._now()

    def change_hands(self) -> None:
        """Note that the store was unlocked or locked, so that other objects are alive."""
        self._has_changed_hands = True
        self.touch()

    def use(self) -> None:
        """Collect garbage if the tablet is idle; called again and again."""
        now = self._now()
        if now - self._touched_at < QUIET_S:
            return
        if self._has_changed_hands:
            self._has_changed_hands = False
            self._clear_caches()
            gc.unfreeze()
            gc.collect()
            gc.freeze()
        elif now - self._looked_at < AGAIN_AFTER_S:
            return
        else:
            gc.collect()
        self._looked_at = now
