"""Coverage of a figure: of how many entities the number that it adds up is known (decision 0122)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Coverage:
    """The entities of a kind whose number is known, and all of them."""

    of: str
    counted: int
    every: int

    @property
    def is_full(self) -> bool:
        """Whether the number of each entity is known."""
        return self.counted >= self.every

    @property
    def is_empty(self) -> bool:
        """Whether entities exist but none has a known number."""
        return self.every > 0 and not self.counted

    @property
    def missing(self) -> int:
        """Number of entities without a count."""
        return self.every - self.counted
