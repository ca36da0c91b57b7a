"""An inspection visit: date, participants, answers, findings and measures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Self

from field178_shared.records.reading import (
    Data,
    count_of,
    day_of,
    entries_of,
    entry_of,
    ids_of,
    instant_of,
    text_of,
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

    value: object
    note: str
    source: str


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
    """A decided measure."""

    key: str
    measure_id: str
    document_number: str
    document_date: date | None
    agency_id: str
    amount_vnd: int | None


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
        return cls(
            record_code=text_of(data, "record_code"),
            inspection_kind=text_of(data, "inspection_kind"),
            trigger=text_of(data, "trigger"),
            decision_number=text_of(data, "decision_number"),
            decision_date=day_of(data, "decision_date"),
            members=tuple(_member_of(member) for member in entries_of(data, "members").values()),
            local_escort_agencies=ids_of(data, "local_escort_agencies"),
            establishment_id=text_of(data, "establishment_id"),
            unit_id=text_of(data, "unit_id"),
            team_id=text_of(data, "team_id"),
            started_at=instant_of(data, "started_at"),
            ended_at=instant_of(data, "ended_at"),
            access_result=text_of(data, "access_result"),
            representative_role=text_of(data, "representative_role"),
            answers={key: _answer_of(answer) for key, answer in entries_of(data, "answers").items()},
            findings=tuple(_finding_of(*entry) for entry in entries_of(data, "findings").items()),
            measures=tuple(_measure_of(*entry) for entry in entries_of(data, "measures").items()),
            follow_ups=tuple(_follow_up_of(*entry) for entry in entries_of(data, "follow_ups").items()),
            follow_up_answers=tuple(
                _follow_up_answer_of(*entry) for entry in entries_of(data, "follow_up_answers").items()
            ),
            overall_result=text_of(data, "overall_result"),
            recommendation=text_of(data, "recommendation"),
            representative_opinion=text_of(data, "representative_opinion"),
            minutes_number=text_of(data, "minutes_number"),
            paper_signed=text_of(data, "paper_signed"),
            clock_offset_s=count_of(data, "clock_offset_s") or 0,
        )

    @property
    def occurred_on(self) -> date | None:
        """The local date of the visit: the date by which it belongs to a unit and a period."""
        return None if self.started_at is None else local_date(self.started_at)

    def count(self, item_id: str) -> int | None:
        """Return the count recorded for an item, or None if it was not counted."""
        answer = self.answers.get(item_id)
        value = None if answer is None else answer.value
        return value if isinstance(value, int) and not isinstance(value, bool) else None


def _member_of(data: Data) -> VisitMember:
    return VisitMember(text_of(data, "user"), text_of(data, "position"))


def _answer_of(data: Data) -> CheckedAnswer:
    return CheckedAnswer(data.get("v"), text_of(data, "note"), text_of(data, "src"))


def _finding_of(key: str, data: Data) -> VisitFinding:
    return VisitFinding(
        key=key,
        violation_id=text_of(data, "violation_id"),
        checklist_item_id=text_of(data, "checklist_item_id"),
        occurred_on=day_of(data, "occurred_on"),
        quantity=count_of(data, "quantity"),
        frame=entry_of(data, "frame"),
        note=text_of(data, "note"),
    )


def _measure_of(key: str, data: Data) -> Measure:
    return Measure(
        key=key,
        measure_id=text_of(data, "measure_id"),
        document_number=text_of(data, "document_number"),
        document_date=day_of(data, "document_date"),
        agency_id=text_of(data, "agency_id"),
        amount_vnd=count_of(data, "amount_vnd"),
    )


def _follow_up_of(key: str, data: Data) -> FollowUp:
    return FollowUp(
        key=key,
        text=text_of(data, "text"),
        due_on=day_of(data, "due_on"),
        status=text_of(data, "status"),
    )


def _follow_up_answer_of(key: str, data: Data) -> FollowUpAnswer:
    return FollowUpAnswer(
        key=key,
        text=text_of(data, "text"),
        due_on=day_of(data, "due_on"),
        status=text_of(data, "status"),
        note=text_of(data, "note"),
    )
