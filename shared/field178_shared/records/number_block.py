"""Numbers of the minutes: their written form, and the blocks that the office leases to tablets."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Self

from field178_shared.records.reading import Data, count_of, read_as

SYMBOL = "BB-ĐKT178"
# Numbers below ten have a leading zero, as official numbers do.
MINUTES_NUMBER = rf"(?:0[1-9]|[1-9][0-9]{{1,5}})/{SYMBOL}"
_FORM = re.compile(MINUTES_NUMBER)
# Earlier versions stored numbers with more leading zeros, or none.
_NUMBER = re.compile(rf"0*([1-9][0-9]{{0,5}})/{SYMBOL}")


@dataclass(frozen=True, slots=True)
class NumberBlock:
    """Numbers `first` to `last` of a team and year, for one incarnation of a tablet's database.

    `code` identifies the incarnation among the incarnations of the team in the year.
    """

    device: str
    incarnation: str
    year: int
    first: int
    last: int = field(metadata={"name": "to"})
    code: str

    @classmethod
    def from_data(cls, data: Data) -> Self:
        """Read a record's data; an unreadable block contains no number."""
        return read_as(cls, data, first=count_of(data, "from") or 1)

    def to_data(self) -> dict[str, object]:
        """Return the block as a record's data."""
        return {
            "device": self.device,
            "incarnation": self.incarnation,
            "year": self.year,
            "from": self.first,
            "to": self.last,
            "code": self.code,
        }


def minutes_number(serial: int) -> str:
    """Return the number as printed: 07/BB-ĐKT178."""
    return f"{serial:02d}/{SYMBOL}"


def is_minutes_number(text: str) -> bool:
    """Return whether a text is a number of minutes as `minutes_number` writes it."""
    return _FORM.fullmatch(text) is not None


def serial_of(number: str) -> int | None:
    """Return the serial of a minutes number; None for numbers of another form."""
    match = _NUMBER.fullmatch(number)
    return None if match is None else int(match[1])
