"""Batch sizes and waits: smaller after failures, larger on a good connection."""

from __future__ import annotations

import random
from dataclasses import dataclass

from field178_shared.wire.protocol import MAX_CHANGES

# Before compression, which leaves an eighth: eight seconds of a line of 1 kB a second.
FIRST_BYTES = 64 << 10
FASTEST_GROWTH = 4
LARGEST_BYTES = 900 << 10
LONGEST_REQUEST_S = 15.0
LONGEST_WAIT_S = 900.0
SHORTEST_STEP_S = 2.0
FIRST_CHUNK_BYTES = 256 << 10
LARGEST_CHUNK_BYTES = 1 << 20
# Records wait for the end of a chunk, so chunks grow only while they take less than this.
LONGEST_LARGE_CHUNK_S = 4.0
SMALLEST_CHUNK_BYTES = 16 << 10


@dataclass(frozen=True, slots=True)
class BatchSize:
    """The most one request may push: so many changes, so many bytes (one change always fits)."""

    changes: int = MAX_CHANGES
    size_bytes: int = FIRST_BYTES

    def after(self, pushed: int, pushed_bytes: int, seconds: float) -> BatchSize:
        """Return the size after a batch that arrived: up to four times it, if that would still be in time."""
        if seconds > LONGEST_REQUEST_S:
            return self.halved(pushed, pushed_bytes)
        growth = next((factor for factor in (FASTEST_GROWTH, 2) if seconds * factor <= LONGEST_REQUEST_S), 1)
        return BatchSize(
            min(self.changes * growth, MAX_CHANGES), min(self.size_bytes * growth, LARGEST_BYTES)
        )

    def halved(self, pushed: int, pushed_bytes: int) -> BatchSize:
        """Return half of the last size."""
        return BatchSize(max(pushed // 2, 1), max(pushed_bytes // 2, 1024))


@dataclass(frozen=True, slots=True)
class ChunkSize:
    """How much of a file one request carries: halved by every break, doubled by every answer.

    Above `FIRST_CHUNK_BYTES` only while the line is fast.
    """

    size_bytes: int = FIRST_CHUNK_BYTES

    @property
    def is_smallest(self) -> bool:
        """Return whether the chunk has the minimum size."""
        return self.size_bytes <= SMALLEST_CHUNK_BYTES

    def after(self, seconds: float) -> ChunkSize:
        """Return the size after a chunk that was answered; `seconds`: how long it was on its way."""
        is_fast = 2 * seconds <= LONGEST_LARGE_CHUNK_S
        return ChunkSize(min(self.size_bytes * 2, LARGEST_CHUNK_BYTES if is_fast else FIRST_CHUNK_BYTES))

    def halved(self, tried_bytes: int) -> ChunkSize:
        """Return half of the last size."""
        return ChunkSize(max(tried_bytes // 2, SMALLEST_CHUNK_BYTES))


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
