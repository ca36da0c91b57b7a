"""Counts of a retention run by period: what is due or was removed, and what is held; JSON in its row."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from field178_shared.merge import Data
from field178_shared.records.reading import count_of, text_of

# Key of the number of held records beside the numbers by reason.
RECORDS_ON_HOLD = "records"


@dataclass(slots=True)
class DueCounts:
    """Counts of one period. `items`: rows, photos or texts in `count` records, accounts, entries or files."""

    count: int = 0
    items: int = 0
    size: int = 0
    oldest: date | None = None
    units: Counter[str] = field(default_factory=Counter)
    on_hold: Counter[str] = field(default_factory=Counter)

    def add(self, day: date | None, unit: str = "", *, items: int = 1, size: int = 0) -> None:
        """Count one record, account, entry or file."""
        self.count += 1
        self.items += items
        self.size += size
        if unit:
            self.units[unit] += 1
        if day is not None and (self.oldest is None or day < self.oldest):
            self.oldest = day

    def wire(self) -> Data:
        """Return the counts as a JSON object."""
        return {
            "count": self.count,
            "items": self.items,
            "size": self.size,
            "oldest": self.oldest.isoformat() if self.oldest else "",
            "units": dict(self.units),
            "on_hold": dict(self.on_hold),
        }

    @classmethod
    def read(cls, data: Data) -> DueCounts:
        """Return the counts of a JSON object."""
        oldest = text_of(data, "oldest")
        return cls(
            count_of(data, "count") or 0,
            count_of(data, "items") or 0,
            count_of(data, "size") or 0,
            date.fromisoformat(oldest) if oldest else None,
            _counter(data.get("units")),
            _counter(data.get("on_hold")),
        )


DueCountsByRow = dict[str, DueCounts]


def wire_of(extents: DueCountsByRow) -> Data:
    """Return extents by period as a JSON object."""
    return {row_id: extent.wire() for row_id, extent in extents.items()}


def read_extents(data: object) -> DueCountsByRow:
    """Return extents by period from a JSON object."""
    rows = data.items() if isinstance(data, dict) else ()
    return {row_id: DueCounts.read(row) for row_id, row in rows if isinstance(row, dict)}


def _counter(data: object) -> Counter[str]:
    return Counter(data) if isinstance(data, dict) else Counter()
