"""How much to send at once and how long to wait: small after trouble, large when the line is good."""

from __future__ import annotations

import random
from dataclasses import dataclass

from field178_shared.protocol import MAX_CHANGES

FIRST_BYTES = 64 << 10
LARGEST_BYTES = 900 << 10
LONGEST_WAIT_S = 900.0
SHORTEST_STEP_S = 2.0


@dataclass(frozen=True, slots=True)
class BatchSize:
    """The most one request may push: so many changes, so many bytes (one change always fits)."""

    changes: int = MAX_CHANGES
    size_bytes: int = FIRST_BYTES

    def grown(self) -> BatchSize:
        """Return the next larger size, after an answer came whole."""
        return BatchSize(min(self.changes * 2, MAX_CHANGES), min(self.size_bytes * 2, LARGEST_BYTES))

    def halved(self, pushed: int, pushed_bytes: int) -> BatchSize:
        """Return half of what was just tried."""
        return BatchSize(max(pushed // 2, 1), max(pushed_bytes // 2, 1024))


class Backoff:
    """Full jitter: rand(0, min(15 min, 2 s · 2^k)); the user and the network reset it."""

    def __init__(self, randomness: random.Random) -> None:
        self._random = randomness
        self._failures = 0

    def reset(self) -> None:
        """Begin with short waits again."""
        self._failures = 0

    def next_wait(self, retry_after_s: float | None = None) -> float:
        """Return how long to wait after one more failure; the server's own word goes first."""
        longest = min(LONGEST_WAIT_S, SHORTEST_STEP_S * 2 ** min(self._failures, 10))
        self._failures += 1
        if retry_after_s is not None:
            # A little more than asked for, so that a fleet does not come back in one moment.
            return retry_after_s + self._random.uniform(0, SHORTEST_STEP_S)
        return self._random.uniform(0, longest)
