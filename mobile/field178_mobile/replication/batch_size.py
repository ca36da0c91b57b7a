"""Size of the batch of changes in one request: smaller after failures, larger on a good connection."""

from __future__ import annotations

from dataclasses import dataclass

from field178_shared.wire.protocol import MAX_CHANGES

# Before compression, which leaves an eighth: eight seconds of a line of 1 kB a second.
FIRST_BYTES = 64 << 10
FASTEST_GROWTH = 4
LARGEST_BYTES = 900 << 10
LONGEST_REQUEST_S = 15.0


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
