"""Figures of a team's area for a year, as last counted by the server and shown on its tablets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from field178_shared.records.left_out import LeftOut
from field178_shared.records.reading import Data, entry_of, read_as

# Members that are whole numbers and may be absent.
_NUMBERS = (
    "den",
    "tenths",
    "low_tenths",
    "high_tenths",
    "counted",
    "countable",
    "sent_months",
    "ended_months",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFigure:
    """A figure in whole numbers; `tenths` is ten times its value, None without a known value.

    `low_tenths` and `high_tenths` bound an unknown value. `counted` of `countable` entities of
    `countable_kind` have a known number; `sent_months` of `ended_months` were sent; both are None if nothing
    is missing. A value with bounds is open: secret planned visits would make it smaller. `waiting`: by how
    much records in review would increase the numerator.
    """

    num: int
    den: int | None = None
    tenths: int | None = None
    low_tenths: int | None = None
    high_tenths: int | None = None
    counted: int | None = None
    countable: int | None = None
    countable_kind: str = ""
    sent_months: int | None = None
    ended_months: int | None = None
    waiting: int = 0

    @property
    def value(self) -> float | None:
        """The value of the indicator."""
        return _of_tenths(self.tenths)

    @property
    def is_partial(self) -> bool:
        """Whether some numbers behind the figure were not counted or not sent."""
        return self.countable is not None or self.ended_months is not None

    @property
    def is_open(self) -> bool:
        """Whether secret planned visits are left out of a share of the plan."""
        return self.tenths is not None and self.high_tenths is not None and not self.is_partial

    @property
    def low(self) -> float | None:
        """Lower bound of the value, None if unbounded."""
        if self.low_tenths is not None:
            return _of_tenths(self.low_tenths)
        is_open = self.ended_months is not None or (self.countable is not None and self.den is not None)
        return None if is_open and self.high_tenths is None else self.value

    @property
    def high(self) -> float | None:
        """Upper bound of the value, None if unbounded."""
        return _of_tenths(self.high_tenths) if self.is_partial else self.value

    @classmethod
    def from_data(cls, data: Data) -> Self:
        """Read one entry; missing values are empty."""
        return read_as(cls, data)

    def to_data(self) -> dict[str, object]:
        """Return the figure as an entry without empty values."""
        given: dict[str, object] = {"num": self.num, **{name: getattr(self, name) for name in _NUMBERS}}
        given |= {"countable_kind": self.countable_kind or None, "waiting": self.waiting or None}
        return {name: value for name, value in given.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaFigures:
    """Figures of a year by indicator, the time of counting, and the numbers left out."""

    year: int
    as_of: datetime | None
    figures: Mapping[str, KnownFigure]
    left_out: LeftOut

    @classmethod
    def from_data(cls, data: Data) -> Self:
        """Read a record's data; missing values are empty."""
        return read_as(cls, data, left_out=LeftOut.from_data(entry_of(data, "left_out")))


def _of_tenths(tenths: int | None) -> float | None:
    return None if tenths is None else tenths / 10
