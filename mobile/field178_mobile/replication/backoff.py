"""Exponential backoff: the wait before the next attempt after failures."""

from __future__ import annotations

import random

LONGEST_WAIT_S = 900.0
SHORTEST_STEP_S = 2.0


class Backoff:
    """Backoff with full jitter: rand(0, min(15 min, 2 s · 2^k)); user and network events reset it."""

    def __init__(self, randomness: random.Random) -> None:
        self._random = randomness
        self._failures = 0

    def reset(self) -> None:
        """Reset the backoff to short waits."""
        self._failures = 0

    def next_wait(self, retry_after_s: float | None = None) -> float:
        """Return the wait after one more failure; a wait requested by the server has priority."""
        longest = min(LONGEST_WAIT_S, SHORTEST_STEP_S * 2 ** min(self._failures, 10))
        self._failures += 1
        if retry_after_s is not None:
            # A random addition, so that the tablets of a fleet do not return at the same moment.
            return retry_after_s + self._random.uniform(0, SHORTEST_STEP_S)
        return self._random.uniform(0, longest)
