"""Media outlets, schools and zones with their head counts, and the sentences that inspectors write often."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from field178_shared.codelists.labels import Labelled
from field178_shared.codelists.rows import CodeListError, ListFileRow

# Kind of a school → the audience that it counts for.
AUDIENCE_OF_KIND: Mapping[str, str] = {
    "upper_secondary": "upper_secondary_students",
    "vocational": "vocational_students",
    "lower_secondary": "lower_secondary_students",
}
ZONE_AUDIENCE = "iz_workers"


@dataclass(frozen=True, slots=True)
class HeadCount:
    """Number of people of a place from a day on."""

    valid_from: date
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Place(Labelled):
    """A school or an industrial zone: its unit, its audience and its head counts by date."""

    unit_id: str
    audience: str
    counts: tuple[HeadCount, ...]

    def count_on(self, day: date) -> HeadCount | None:
        """Return the head count in force on a day, or None if there is none yet."""
        dated = [count for count in self.counts if count.valid_from <= day]
        return max(dated, key=lambda count: count.valid_from, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaOutlet(Labelled):
    """A radio station, page or account: the channel it is one of, and the unit whose duty it is."""

    channel_id: str
    unit_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase(Labelled):
    """A sentence for notes; without items it is offered at each."""

    items: tuple[str, ...]


def read_school(row: ListFileRow) -> Place:
    """Read one school."""
    kind = row.text("kind")
    if kind not in AUDIENCE_OF_KIND:
        raise CodeListError(f"{row.where}.kind: {kind}", "kind")
    return _place(row, AUDIENCE_OF_KIND[kind])


def read_zone(row: ListFileRow) -> Place:
    """Read one industrial zone."""
    return _place(row, ZONE_AUDIENCE)


def read_outlet(row: ListFileRow) -> MediaOutlet:
    """Read one media outlet."""
    return MediaOutlet(**row.head(), channel_id=row.text("channel_id"), unit_id=row.text("unit_id"))


def read_phrase(row: ListFileRow) -> Phrase:
    """Read one sentence."""
    return Phrase(**row.head(), items=row.texts("items"))


def _place(row: ListFileRow, audience: str) -> Place:
    return Place(
        **row.head(),
        unit_id=row.text("unit_id"),
        audience=audience,
        counts=row.each("counts", _read_count),
    )


def _read_count(row: ListFileRow) -> HeadCount:
    day = row.day("from")
    if day is None:
        raise CodeListError(f"{row.where}.from: absent", "from", is_absent=True)
    return HeadCount(day, row.whole("count"))
