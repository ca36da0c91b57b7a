"""Coverage of a figure: the share of entities with a known number (decision 0122)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Coverage:
    """Number of entities of a kind with a known number, and of all."""

    of: str
    counted: int
    every: int

    @property
    def is_full(self) -> bool:
        """Whether all entities have a known number."""
        return self.counted >= self.every

    @property
    def is_empty(self) -> bool:
        """Whether entities exist but none has a known number."""
        return self.every > 0 and not self.counted

    @property
    def missing(self) -> int:
        """Number of entities without a count."""
        return self.every - self.counted
