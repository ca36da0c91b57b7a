"""Size of a photo's chunk in one request: smaller after failures, larger on a good connection."""

from __future__ import annotations

from dataclasses import dataclass

FIRST_CHUNK_BYTES = 256 << 10
LARGEST_CHUNK_BYTES = 1 << 20
# Records wait for the end of a chunk, so chunks grow only while they take less than this.
LONGEST_LARGE_CHUNK_S = 4.0
SMALLEST_CHUNK_BYTES = 16 << 10


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
