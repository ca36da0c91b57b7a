"""Pages of a long list: a number past the end becomes the last page."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class PageOfRows:
    """Number of the page from 1, its size, and the total of rows."""

    number: int
    size: int
    total: int

    @classmethod
    def within(cls, wanted: int, size: int, total: int) -> PageOfRows:
        """Return the page that is wanted, or the nearest one there is."""
        first = cls(1, size, total)
        return replace(first, number=min(max(wanted, 1), first.last))

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.total // self.size))

    @property
    def offset(self) -> int:
        """Number of rows before this page."""
        return (self.number - 1) * self.size
