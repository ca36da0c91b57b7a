"""The visits on this tablet by establishment: the last one, and what it left to be fixed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from field178_mobile.features.inspection.visit import INSPECTED
from field178_mobile.features.shift.roster import RecordLike
from field178_mobile.presentation.facts import Shortcoming
from field178_shared.records.reading import text_of
from field178_shared.time.clock import from_wire, local_date

_OPEN = frozenset({"open", "partly_fixed"})


@dataclass(frozen=True, slots=True)
class Visit:
    """One filed visit."""

    record_id: str
    started_at: datetime | None
    data: Mapping[str, object]

    @property
    def is_inspected(self) -> bool:
        """Tell whether the team got in."""
        return self.data.get("access_result") == INSPECTED

    def is_before(self, instant: datetime | None) -> bool:
        """Tell whether the visit began before an instant; None is the end of time."""
        return instant is None or (self.started_at is not None and self.started_at < instant)

    def open_shortcomings(self) -> tuple[Shortcoming, ...]:
        """Return what this visit asked to be fixed and that was not closed since, the earliest first."""
        follow_ups = self.data.get("follow_ups")
        rows = follow_ups.values() if isinstance(follow_ups, Mapping) else ()
        found = [
            Shortcoming(text_of(row, "text"), text_of(row, "due_on"))
            for row in rows
            if isinstance(row, Mapping) and row.get("status") in _OPEN
        ]
        return tuple(sorted(found, key=lambda row: row.due_on))


class VisitIndex:
    """Answers "what happened there before" without a query."""

    def __init__(self, records: Iterable[RecordLike]) -> None:
        self._visits: dict[str, list[Visit]] = {}
        for record in records:
            visit = Visit(record.id, from_wire(text_of(record.data, "started_at")), record.data)
            self._visits.setdefault(text_of(record.data, "establishment_id"), []).append(visit)
        for visits in self._visits.values():
            visits.sort(key=_newest_first)

    def history(self, establishment_id: str) -> tuple[Visit, ...]:
        """Return the visits to an establishment, the newest first."""
        return tuple(self._visits.get(establishment_id, ()))

    def last_inspected(self, establishment_id: str, before: datetime | None = None) -> Visit | None:
        """Return the last visit that got in, among those before an instant."""
        visits = self._visits.get(establishment_id, ())
        return next((visit for visit in visits if visit.is_inspected and visit.is_before(before)), None)

    def inspected_in(self, establishment_id: str, year: int) -> bool:
        """Tell whether a visit got in during a year (Việt Nam time)."""
        return any(
            visit.is_inspected and visit.started_at is not None and local_date(visit.started_at).year == year
            for visit in self._visits.get(establishment_id, ())
        )


def _newest_first(visit: Visit) -> float:
    return -visit.started_at.timestamp() if visit.started_at else 0.0
