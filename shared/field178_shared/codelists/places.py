"""Media outlets, schools and zones with their head counts, and the sentences that inspectors write often."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from field178_shared.codelists.labels import Labelled
from field178_shared.codelists.rows import CodeListError, CodeListRow, ListFileRow

# Kind of a school → the audience that it counts for.
AUDIENCE_OF_KIND: Mapping[str, str] = {
    "upper_secondary": "upper_secondary_students",
    "vocational": "vocational_students",
    "lower_secondary": "lower_secondary_students",
}
ZONE_AUDIENCE = "iz_workers"


@dataclass(frozen=True, slots=True)
class HeadCount(CodeListRow):
    """Number of people of a place from a day on."""

    valid_from: date = field(metadata={"key": "from"})
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
    return row.build(Place, audience=AUDIENCE_OF_KIND[kind])


def read_zone(row: ListFileRow) -> Place:
    """Read one industrial zone."""
    return row.build(Place, audience=ZONE_AUDIENCE)
