"""Visits to one establishment: the last visit, and open corrections."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from field178_mobile.store import MergedRecord
from field178_shared.record_type import RecordType
from field178_shared.records.follow_ups import FollowUpRef, OpenFollowUp, open_follow_ups
from field178_shared.records.inspection import INSPECTED
from field178_shared.records.reading import Data, text_of
from field178_shared.records.repeat_violations import violations_of
from field178_shared.records.sanctions import AfterVisit
from field178_shared.time.clock import from_wire


@dataclass(frozen=True, slots=True)
class Visit:
    """One filed visit."""

    record_id: str
    started_at: datetime | None
    data: Mapping[str, object]

    @property
    def is_inspected(self) -> bool:
        """Return whether the team got in."""
        return self.data.get("access_result") == INSPECTED

    def is_before(self, instant: datetime | None) -> bool:
        """Return whether the visit began before an instant; None is later than all visits."""
        return instant is None or (self.started_at is not None and self.started_at < instant)


def visits_of(records: Iterable[MergedRecord]) -> tuple[Visit, ...]:
    """Return records of visits, the newest visit first."""
    visits = (
        Visit(record.id, from_wire(text_of(record.data, "started_at")), record.data) for record in records
    )
    return tuple(sorted(visits, key=_newest_first))


def last_inspected(visits: Iterable[Visit], before: datetime | None = None) -> Visit | None:
    """Return the last inspected visit before an instant; `visits` are sorted newest first."""
    return next((visit for visit in visits if visit.is_inspected and visit.is_before(before)), None)


def left_open(
    visits: Iterable[Visit], closed: Iterable[FollowUpRef], before: datetime | None = None
) -> tuple[OpenFollowUp, ...]:
    """Return the corrections that are open after the visits before an instant; `closed` by the office.

    Void visits MUST NOT be among them.
    """
    counted = ((visit.record_id, visit.data) for visit in visits if visit.is_before(before))
    return open_follow_ups(counted, closed)


def followed(
    visits: Iterable[Visit], views: Callable[[str], Iterable[MergedRecord]]
) -> list[tuple[Data, AfterVisit]]:
    """Return the visits with violations, each with its decisions and payments.

    `views` returns the records of a type on the tablet.
    """
    with_violations = [visit for visit in visits if violations_of(visit.data)]
    entries: dict[str, dict[str, tuple[str, Data]]] = {visit.record_id: {} for visit in with_violations}
    for record_type in (RecordType.SANCTION_DECISION, RecordType.PAYMENT) if with_violations else ():
        for view in views(record_type):
            entries.get(text_of(view.data, "record"), {})[view.id] = (record_type, view.data)
    return [(visit.data, AfterVisit.of(visit.data, entries[visit.record_id])) for visit in with_violations]


def _newest_first(visit: Visit) -> float:
    return -visit.started_at.timestamp() if visit.started_at else 0.0
