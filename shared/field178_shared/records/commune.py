"""Commune entries for the yearly figures: censuses, media posts, plans, counts of at-risk groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Self

from field178_shared.record_type import RecordType
from field178_shared.records.reading import Data, count_of, day_of, read_as, text_of

if TYPE_CHECKING:
    # The tablet's first frame reads no lists.
    from field178_shared.codelists import CodeLists

COMMUNE_TYPES = (
    RecordType.WORKER_CENSUS,
    RecordType.MEDIA_POST,
    RecordType.COMMUNE_PLAN,
    RecordType.RISK_GROUP_COUNT,
)
_SECOND_HALF = 7
# The day that an entry states, by its type.
DAY_OF_ENTRY: Mapping[str, str] = {
    RecordType.WORKER_CENSUS: "counted_on",
    RecordType.MEDIA_POST: "published_on",
    RecordType.COMMUNE_PLAN: "issued_on",
    RecordType.RISK_GROUP_COUNT: "half_year",
}


def half_year_of(day: date) -> date:
    """Return the first day of the half-year of a day."""
    return date(day.year, _SECOND_HALF if day.month >= _SECOND_HALF else 1, 1)


def has_ended(unit_id: str, day: date, lists: CodeLists) -> bool:
    """Return whether a unit has ceased to exist by a day; then entries for it are refused."""
    unit = lists.units.get(unit_id)
    return unit is not None and unit.valid_to is not None and unit.valid_to <= day


def is_of_ended_unit(record_type: str, data: Data, lists: CodeLists) -> bool:
    """Return whether an entry is about a day on which its commune no longer existed."""
    if record_type not in DAY_OF_ENTRY:
        return False
    day, year = day_of(data, DAY_OF_ENTRY[record_type]), count_of(data, "year")
    days = (day, None if year is None else date(year, 1, 1))
    return any(day is not None and has_ended(text_of(data, "unit_id"), day, lists) for day in days)


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaPost:
    """A media post of an outlet; without a number it was broadcast once."""

    outlet_id: str
    unit_id: str
    published_on: date | None
    genre_id: str
    title: str
    duration_minutes: int | None
    broadcast_times: int
    topic_ids: tuple[str, ...]

    @classmethod
    def from_data(cls, data: Data) -> Self:
        """Read a record's data; missing values are empty."""
        return read_as(cls, data, broadcast_times=count_of(data, "broadcast_times") or 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunePlan:
    """The plan of a commune for a year, and the programmes that it is joined with."""

    unit_id: str
    year: int | None
    document_number: str
    issued_on: date | None
    integration_ids: tuple[str, ...]
    replaces: str

    @classmethod
    def from_data(cls, data: Data) -> Self:
        """Read a record's data; missing values are empty."""
        return read_as(cls, data)
