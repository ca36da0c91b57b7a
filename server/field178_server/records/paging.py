"""Pagination of a list by page numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class PageOfRows:
    """A page of a list: its number from 1, its size, and the total of rows."""

    number: int
    size: int
    total: int

    @classmethod
    def within(cls, requested: int, size: int, total: int) -> PageOfRows:
        """Return the requested page, or the nearest existing page."""
        first = cls(1, size, total)
        return replace(first, number=min(max(requested, 1), first.last))

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.total // self.size))

    @property
    def offset(self) -> int:
        """Number of rows before this page."""
        return (self.number - 1) * self.size
