"""Official report of an area and a period, and the submissions of agencies and communes for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Self

from field178_shared.records.reading import (
    Data,
    entries_of,
    entry_of,
    read_as,
    text_of,
)


class ReportState(StrEnum):
    """State of a report; RESTATED: a frozen report that a newer report has replaced."""

    DRAFT = "draft"
    SIGNED_OFF = "signed_off"
    FROZEN = "frozen"
    RESTATED = "restated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report: its period (both days included), its heading, and the texts of its sections."""

    kind: str
    year: int
    first: date | None = field(metadata={"name": "period_from"})
    last: date | None = field(metadata={"name": "period_to"})
    area_id: str
    profile_ids: tuple[str, ...]
    heading: Mapping[str, str]
    sections: Mapping[str, str]
    signed_off_by: str
    signed_off_at: str
    signed_figures: str
    frozen_at: str
    frozen_hash: str
    restates: str
    restatement_reason: str

    @classmethod
    def from_data(cls, data: Data) -> Self:
        """Read a record's data; missing values are empty."""
        signed, frozen = entry_of(data, "signed_off"), entry_of(data, "frozen")
        sections = entries_of(data, "sections").items()
        return read_as(
            cls,
            data,
            heading={name: text_of(data, name) for name in HEADING},
            sections={name: text_of(section, "text") for name, section in sections},
            signed_off_by=text_of(signed, "by"),
            signed_off_at=text_of(signed, "at"),
            signed_figures=text_of(signed, "figures"),
            frozen_at=text_of(frozen, "at"),
            frozen_hash=text_of(frozen, "sha256"),
        )

    @property
    def state(self) -> ReportState:
        """Own state: draft, signed off or frozen. A restatement is recorded on the newer report."""
        if self.frozen_hash:
            return ReportState.FROZEN
        return ReportState.SIGNED_OFF if self.signed_figures else ReportState.DRAFT

    @property
    def unwritten_heading(self) -> tuple[str, ...]:
        """The parts of its heading that an official document has, and that are not written yet."""
        return tuple(name for name in _OF_EVERY_DOCUMENT if not self.heading[name].strip())


# Texts around the body of a report; each is a multi-line text.
HEADING = ("superior_body", "issuing_body", "symbol", "place", "opening", "signer", "recipients")
_OF_EVERY_DOCUMENT = ("issuing_body", "symbol", "place", "signer", "recipients")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSubmission:
    """Submission due from an agency or commune for a report: the due day and the day of sending."""

    kind: str
    year: int
    area_id: str
    agency_id: str
    unit_id: str
    due_on: date | None
    submitted_on: date | None
    document_number: str

    @classmethod
    def from_data(cls, data: Data) -> Self:
        """Read a record's data; missing values are empty."""
        return read_as(cls, data)

    @property
    def was_late(self) -> bool:
        """Whether the submission was sent after its due day."""
        return bool(self.submitted_on and self.due_on and self.submitted_on > self.due_on)

    def is_late_on(self, today: date) -> bool:
        """Return whether the submission is unsent and past its due day."""
        return self.submitted_on is None and self.due_on is not None and self.due_on < today
