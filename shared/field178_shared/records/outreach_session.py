"""An outreach session: form, date, place, and two numbers an audience."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Self

from field178_shared.records.reading import Data, count_of, entries_of, read_as

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
        return read_as(
            cls, data, materials={key: count_of(entry, "quantity") or 0 for key, entry in materials}
        )

    @property
    def attendance_count(self) -> int:
        """All attendances of the session ("lượt người"), which is not a number of people."""
        return sum(audience.attendance_count for audience in self.audiences.values())
