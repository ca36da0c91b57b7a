"""Records that the figures of an area leave out because their present commune is unknown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Self

from field178_shared.records.reading import Data, read_as

_NUMBERS = ("establishments", "zones", "schools", "visits", "sessions")


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Numbers of records without a present commune, and the divided communes of these records.

    `visits` and `sessions`: approved records of the period in these communes whose place does not determine a
    present commune. All are of days before `events_until`; None if the period began later.
    """

    unit_ids: tuple[str, ...] = ()
    establishments: int = 0
    zones: int = 0
    schools: int = 0
    visits: int = 0
    sessions: int = 0
    events_until: date | None = None

    @property
    def is_unassigned(self) -> bool:
        """Whether records wait for an assignment to a commune."""
        return bool(self.establishments or self.zones or self.schools)

    @property
    def are_events_left_out(self) -> bool:
        """Whether a visit or session of the period is in no figure of the area."""
        return self.events_until is not None and bool(self.visits or self.sessions)

    @classmethod
    def from_data(cls, data: Data) -> Self:
        """Read the member of a record; missing values are zero."""
        return read_as(cls, data)

    def to_data(self) -> dict[str, object]:
        """Return the numbers as a member of a record; empty if nothing is left out."""
        if not (self.is_unassigned or self.are_events_left_out):
            return {}
        until = self.events_until if self.are_events_left_out else None
        given: dict[str, object] = {name: getattr(self, name) for name in _NUMBERS}
        given |= {"unit_ids": list(self.unit_ids), "events_until": until and until.isoformat()}
        return {name: value for name, value in given.items() if value}
