"""What the state of an open visit is made from, beside what is in sight."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from field178_mobile.features.inspection.answers import Answers
from field178_mobile.features.inspection.checklist import VisitReading
from field178_mobile.features.inspection.visit import VisitedEstablishment
from field178_mobile.presentation.shortcomings import Shortcoming
from field178_mobile.presentation.wording import Wording


@dataclass(frozen=True, slots=True)
class Marks:
    """What is pinned to paths of the record: rule problems, the office's comments, free-text marks."""

    problems: Mapping[str, str] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)
    lint: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VisitScene:
    """One state of the draft as it was read, with all that stands around it."""

    establishment: VisitedEstablishment
    reading: VisitReading
    last: Answers
    day: date
    words: Wording
    marks: Marks = field(default_factory=Marks)
    shortcomings: tuple[Shortcoming, ...] = ()
    is_locked: bool = False
    notice: str = ""
    is_late: bool = False
    is_leader: bool = False
    is_to_read: bool = False
    asked_protocols: frozenset[str] = frozenset()
