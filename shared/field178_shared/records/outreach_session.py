"""An outreach session: form, date, place, and two numbers an audience."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Self

from field178_shared.records.reading import Data, count_of, day_of, entries_of, ids_of, text_of

# The form of the session that a visit makes, and its audiences by the answers that count them.
FORM_OF_VISIT = "during_inspection"
AUDIENCES_OF_VISIT = (
    ("workers_at_risk", "ou_workers_attended", "ou_workers_first_time"),
    ("owners_managers", "ou_owners_attended", ""),
)


@dataclass(frozen=True, slots=True)
class Attendance:
    """Number of participants, and how many for the first time in the year (by show of hands)."""

    attendance_count: int
    first_time_count: int | None
    female_count: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutreachSession:
    """One session held in a unit."""

    record_code: str
    outreach_form_id: str
    session_date: date | None
    start_time: str
    duration_minutes: int | None
    unit_id: str
    venue: str
    host_agency_id: str
    co_hosts: tuple[str, ...]
    audiences: Mapping[str, Attendance]
    establishments: Mapping[str, Attendance]
    zone_id: str
    school_id: str
    topic_ids: tuple[str, ...]
    materials: Mapping[str, int]
    summary: str
    note: str
    source_inspection_id: str

    @classmethod
    def from_data(cls, data: Data) -> Self:
        """Read a record's data; missing values are empty."""
        materials = entries_of(data, "materials").items()
        return cls(
            record_code=text_of(data, "record_code"),
            outreach_form_id=text_of(data, "outreach_form_id"),
            session_date=day_of(data, "session_date"),
            start_time=text_of(data, "start_time"),
            duration_minutes=count_of(data, "duration_minutes"),
            unit_id=text_of(data, "unit_id"),
            venue=text_of(data, "venue"),
            host_agency_id=text_of(data, "host_agency_id"),
            co_hosts=ids_of(data, "co_hosts"),
            audiences=_attendances(data, "audiences"),
            establishments=_attendances(data, "establishments"),
            zone_id=text_of(data, "zone_id"),
            school_id=text_of(data, "school_id"),
            topic_ids=ids_of(data, "topic_ids"),
            materials={key: count_of(entry, "quantity") or 0 for key, entry in materials},
            summary=text_of(data, "summary"),
            note=text_of(data, "note"),
            source_inspection_id=text_of(data, "source_inspection_id"),
        )

    @property
    def attendance_count(self) -> int:
        """All attendances of the session ("lượt người"), which is not a number of people."""
        return sum(audience.attendance_count for audience in self.audiences.values())


def _attendances(data: Data, name: str) -> dict[str, Attendance]:
    return {
        key: Attendance(
            attendance_count=count_of(entry, "attendance_count") or 0,
            first_time_count=count_of(entry, "first_time_count"),
            female_count=count_of(entry, "female_count"),
        )
        for key, entry in entries_of(data, name).items()
    }
