"""Size of a photo's chunk in one request: smaller after failures."""

from __future__ import annotations

from dataclasses import dataclass

# The server stores a chunk once it is whole: a break sends at most this twice. Records wait for its end.
LARGEST_CHUNK_BYTES = 256 << 10
SMALLEST_CHUNK_BYTES = 16 << 10


@dataclass(frozen=True, slots=True)
class ChunkSize:
    """How much of a file one request carries: halved by every break, doubled by every answer."""

    size_bytes: int = LARGEST_CHUNK_BYTES

    @property
    def is_smallest(self) -> bool:
        """Return whether the chunk has the minimum size."""
        return self.size_bytes <= SMALLEST_CHUNK_BYTES

    def doubled(self) -> ChunkSize:
        """Return twice the size."""
        return ChunkSize(min(self.size_bytes * 2, LARGEST_CHUNK_BYTES))

    def halved(self, tried_bytes: int) -> ChunkSize:
        """Return half of the last size."""
        return ChunkSize(max(tried_bytes // 2, SMALLEST_CHUNK_BYTES))
