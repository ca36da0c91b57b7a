"""The visits to one establishment: the last one, and what they left to be fixed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from field178_mobile.features.shift.roster import RecordLike
from field178_shared.records.follow_ups import FollowUpRef, OpenFollowUp, open_follow_ups
from field178_shared.records.inspection import INSPECTED
from field178_shared.records.reading import text_of
from field178_shared.time.clock import from_wire


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


def visits_of(records: Iterable[RecordLike]) -> tuple[Visit, ...]:
    """Return records of visits, the newest visit first."""
    visits = (Visit(one.id, from_wire(text_of(one.data, "started_at")), one.data) for one in records)
    return tuple(sorted(visits, key=_newest_first))


def last_inspected(visits: Iterable[Visit], before: datetime | None = None) -> Visit | None:
    """Return the last visit that got in, among those before an instant; the newest comes first."""
    return next((visit for visit in visits if visit.is_inspected and visit.is_before(before)), None)


def left_open(
    visits: Iterable[Visit], closed: Iterable[FollowUpRef], before: datetime | None = None
) -> tuple[OpenFollowUp, ...]:
    """Return the corrections that are open after the visits before an instant; `closed` by the office.

    Void visits MUST NOT be among them.
    """
    counted = ((visit.record_id, visit.data) for visit in visits if visit.is_before(before))
    return open_follow_ups(counted, closed)


def _newest_first(visit: Visit) -> float:
    return -visit.started_at.timestamp() if visit.started_at else 0.0
