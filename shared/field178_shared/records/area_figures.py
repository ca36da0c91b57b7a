"""The figures of a team's area for a year, as the server counted them last: what its tablets show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from field178_shared.records.reading import Data, count_of, entries_of, instant_of

TYPE = "indicator_figures"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFigure:
    """One figure in whole numbers: `tenths` of its value, None where there is nothing to divide by.

    `waiting`: by how much the numerator is larger with what waits for review.
    """

    num: int
    den: int | None = None
    tenths: int | None = None
    waiting: int = 0

    @property
    def value(self) -> float | None:
        """The value of the indicator."""
        return None if self.tenths is None else self.tenths / 10

    @classmethod
    def from_data(cls, data: Data) -> Self:
        """Read one entry; what is missing reads as empty."""
        return cls(
            num=count_of(data, "num") or 0,
            den=count_of(data, "den"),
            tenths=count_of(data, "tenths"),
            waiting=count_of(data, "waiting") or 0,
        )

    def to_data(self) -> dict[str, object]:
        """Return the figure as an entry; what is empty is absent."""
        given = {"num": self.num, "den": self.den, "tenths": self.tenths, "waiting": self.waiting or None}
        return {name: value for name, value in given.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaFigures:
    """The figures of a year by indicator, and when they were counted."""

    year: int
    as_of: datetime | None
    figures: Mapping[str, KnownFigure]

    @classmethod
    def from_data(cls, data: Data) -> Self:
        """Read a record's data; what is missing reads as empty."""
        return cls(
            year=count_of(data, "year") or 0,
            as_of=instant_of(data, "as_of"),
            figures={key: KnownFigure.from_data(row) for key, row in entries_of(data, "figures").items()},
        )
