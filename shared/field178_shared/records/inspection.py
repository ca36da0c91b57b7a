"""An inspection visit: date, participants, answers, findings and measures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Self

from field178_shared.records.reading import (
    Data,
    read_as,
)
from field178_shared.time.clock import local_date

# Values of `access_result` and `overall_result`.
INSPECTED = "inspected"
NOT_INSPECTED = "not_inspected"


@dataclass(frozen=True, slots=True)
class VisitMember:
    """An officer on the visit and the position held there."""

    user: str
    position: str


@dataclass(frozen=True, slots=True)
class CheckedAnswer:
    """The answer to one item; `source` names a shortcut that set it."""

    value: object = field(metadata={"name": "v"})
    note: str
    source: str = field(metadata={"name": "src"})


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitFinding:
    """A recorded violation, with the fine frame in force on its date."""

    key: str
    violation_id: str
    checklist_item_id: str
    occurred_on: date | None
    quantity: int | None
    frame: Data
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A decided measure, the violations of the visit that it answers, and its payment."""

    key: str
    measure_id: str
    violation_ids: tuple[str, ...]
    document_number: str
    document_date: date | None
    agency_id: str
    amount_vnd: int | None
    paid_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """A shortcoming to be corrected by a date."""

    key: str
    text: str
    due_on: date | None
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpAnswer:
    """Result of a visit for a correction that an earlier visit requested."""

    key: str
    text: str
    due_on: date | None
    status: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """One visit of a team to one establishment."""

    record_code: str
    inspection_kind: str
    trigger: str
    decision_number: str
    decision_date: date | None
    members: tuple[VisitMember, ...]
    local_escort_agencies: tuple[str, ...]
    establishment_id: str
    unit_id: str
    team_id: str
    started_at: datetime | None
    ended_at: datetime | None
    access_result: str
    representative_role: str
    answers: Mapping[str, CheckedAnswer]
    findings: tuple[VisitFinding, ...]
    measures: tuple[Measure, ...]
    follow_ups: tuple[FollowUp, ...]
    follow_up_answers: tuple[FollowUpAnswer, ...]
    overall_result: str
    recommendation: str
    representative_opinion: str
    minutes_number: str
    paper_signed: str
    clock_offset_s: int

    @classmethod
    def from_data(cls, data: Data) -> Self:
        """Read a record's data; missing values are empty."""
        return read_as(cls, data)

    @property
    def occurred_on(self) -> date | None:
        """The local date of the visit: the date by which it belongs to a unit and a period."""
        return None if self.started_at is None else local_date(self.started_at)

    def count(self, item_id: str) -> int | None:
        """Return the count recorded for an item, or None if it was not counted."""
        answer = self.answers.get(item_id)
        value = None if answer is None else answer.value
        return value if isinstance(value, int) and not isinstance(value, bool) else None
