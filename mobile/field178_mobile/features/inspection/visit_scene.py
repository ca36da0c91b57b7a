"""Inputs of an open visit, from which its state is computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from field178_mobile.components.comments.comments import RecordComments
from field178_mobile.components.comments.reviewed import CLOSED
from field178_mobile.components.photos.photo_gallery import Thumb
from field178_mobile.components.photos.photo_tools import PhotoTools
from field178_mobile.features.inspection.answers import Answers
from field178_mobile.features.inspection.checklist import VisitReading
from field178_mobile.features.inspection.visit import VisitedEstablishment
from field178_mobile.presentation.draft_session import Data
from field178_mobile.presentation.location import Whereabouts
from field178_mobile.presentation.wording import Wording
from field178_mobile.store import Draft
from field178_shared.records.follow_ups import OpenFollowUp
from field178_shared.records.plan import PlanItem
from field178_shared.records.repeat_violations import EarlierViolation


@dataclass(frozen=True, slots=True)
class Marks:
    """Messages at paths of the record: problems, comments, privacy marks, unusual numbers."""

    problems: Mapping[str, str] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)
    lint: Mapping[str, str] = field(default_factory=dict)
    warnings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VisitScene:
    """One state of the draft, with its establishment, marks and locks."""

    establishment: VisitedEstablishment
    reading: VisitReading
    last: Answers
    day: date
    today: date
    words: Wording
    marks: Marks = field(default_factory=Marks)
    follow_ups: tuple[OpenFollowUp, ...] = ()
    earlier_violations: Mapping[str, EarlierViolation] = field(default_factory=dict)
    planned: tuple[PlanItem, ...] = ()
    # The photos of the items of the section in sight.
    thumbs: Mapping[str, tuple[Thumb, ...]] = field(default_factory=dict)
    is_locked: bool = False
    notice: str = ""
    is_late: bool = False
    is_leader: bool = False
    # The data of the visit as it was filed before.
    filed: Data = field(default_factory=dict)
    is_to_read: bool = False
    asked_protocols: frozenset[str] = frozenset()
    # Establishment of the register, while the conclusion is visible; and paths to leave unchanged.
    register: Data = field(default_factory=dict)
    kept_in_register: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class OpenVisit:
    """Open visit: draft, establishment, previous visit and access.

    `begin_another` leaves it for a new visit to the same establishment.
    """

    establishment: VisitedEstablishment
    draft: Draft
    user: str
    last: Data = field(default_factory=dict)
    follow_ups: tuple[OpenFollowUp, ...] = ()
    # Planned visits that it may complete; the officer chooses one or none.
    planned: tuple[PlanItem, ...] = ()
    earlier_violations: Mapping[str, EarlierViolation] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)
    # Comment threads of a returned visit; None for a new visit.
    answering: RecordComments | None = None
    word: str = ""
    tools: PhotoTools | None = None
    places: Whereabouts | None = None
    is_to_read: bool = False
    begin_another: Callable[[], None] = lambda: None

    @property
    def is_locked(self) -> bool:
        """Return whether the visit is read-only: reviewed by the office, or opened for reading."""
        return self.word in CLOSED or self.is_to_read
