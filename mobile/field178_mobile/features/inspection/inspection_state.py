"""The open visit as one frozen value, and how it is made from the draft."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from field178_mobile.features.inspection.check_in import CheckInState
from field178_mobile.features.inspection.checklist import NOTHING, SectionCount, SectionPageContent, pages_of
from field178_mobile.features.inspection.conclusion import ConclusionState, conclusion_state
from field178_mobile.features.inspection.field_positions import CHECKLIST, CONCLUSION, PHOTOS, comments_at
from field178_mobile.features.inspection.foot import READ_ONLY, FootState, foot_state, mend_foot
from field178_mobile.features.inspection.protocols import ProtocolState, protocol_offers, protocol_states
from field178_mobile.features.inspection.section_view import (
    Marks,
    PageState,
    SectionCard,
    VisitView,
    counter_text,
    page_state,
    section_card,
)
from field178_mobile.features.inspection.visit import VisitedEstablishment, is_closed_early
from field178_mobile.features.photos.photo_gallery import GalleryState
from field178_mobile.features.photos.visit_photos import photo_count
from field178_mobile.features.register.record_view import to_fix
from field178_mobile.presentation.checks import Checked
from field178_mobile.presentation.draft_session import Data
from field178_mobile.presentation.facts import ToFix
from field178_mobile.presentation.shortcomings import Shortcoming
from field178_mobile.presentation.wording import Option, Wording, options

SECTIONS, PAGE, FILED = "sections", "page", "filed"


@dataclass(frozen=True, slots=True)
class Spoken:
    """The sentences at the foot of the visit."""

    saved: str = ""
    undo: str = ""
    filed: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Sight:
    """What of the visit is in sight."""

    tab: str
    section: str = ""
    focus: str = ""


@dataclass(frozen=True, slots=True)
class InspectionState:
    """The whole open visit."""

    tab: str
    arrival: tuple[Option, ...]
    roles: tuple[Option, ...]
    is_closed_early: bool
    counter: str
    progress: SectionCount
    sections: tuple[SectionCard, ...]
    page: PageState | None
    conclusion: ConclusionState
    to_fix: tuple[ToFix, ...]
    protocols: tuple[ProtocolState, ...]
    help: tuple[Option, ...]
    checked: Checked
    spoken: Spoken
    foot: FootState
    is_locked: bool
    notice: str
    is_late: bool
    arrival_comment: str
    photos_comment: str
    photo_count: int
    photos: GalleryState
    place: CheckInState
    focus: str
    pane: str


@dataclass(frozen=True, slots=True)
class VisitScene:
    """Everything the state is made from, beside what is in sight."""

    place: VisitedEstablishment
    data: Data
    last: Data
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

    def pages(self) -> tuple[SectionPageContent, ...]:
        """Return the pages of the checklist that are asked now."""
        if is_closed_early(self.data):
            return ()
        return pages_of(self.words.lists, self.place.type_id, self.data, bool(self.shortcomings))

    def asked_ids(self) -> frozenset[str]:
        """Return the items that are asked now."""
        return frozenset(item.id for page in self.pages() for item in page.items)


@dataclass(frozen=True, slots=True)
class Beside:
    """What the visit shows beside its form: the photos while they are in sight, where the visit began."""

    photos: GalleryState
    place: CheckInState


def inspection_state(
    scene: VisitScene, sight: Sight, checked: Checked, spoken: Spoken, beside: Beside
) -> InspectionState:
    """Return the whole open visit."""
    around = (scene.marks, scene.is_leader, scene.is_locked)
    view = VisitView(scene.data, scene.last, scene.day, scene.words, *around)
    pages = scene.pages()
    progress = sum((page.progress(scene.data) for page in pages), NOTHING)
    page = next((page for page in pages if page.section.id == sight.section), None)
    pane = _pane(sight.tab, page, spoken)
    protocols = _protocols(scene)
    return InspectionState(
        tab=sight.tab,
        arrival=options(scene.words, "access_result", scene.data.get("access_result")),
        roles=options(scene.words, "representative_role", scene.data.get("representative_role")),
        is_closed_early=is_closed_early(scene.data),
        counter=counter_text(progress, scene.words),
        progress=progress,
        sections=tuple(section_card(each, view) for each in pages),
        page=page_state(page, next_open(pages, page, scene.data), view) if page else None,
        conclusion=conclusion_state(view),
        to_fix=to_fix(scene.shortcomings, scene.day, scene.words),
        protocols=protocols,
        help=() if scene.is_locked else protocol_offers(protocols, scene.words),
        checked=checked,
        spoken=spoken,
        foot=_foot(scene, pages, page, pane),
        arrival_comment=comments_at(CHECKLIST, scene.marks.comments, scene.data, scene.words),
        photos_comment=comments_at(PHOTOS, scene.marks.comments, scene.data, scene.words),
        photo_count=photo_count(scene.data),
        photos=beside.photos,
        place=beside.place,
        focus=sight.focus,
        is_locked=scene.is_locked,
        notice=scene.notice,
        is_late=scene.is_late,
        pane=pane,
    )


def _pane(tab: str, page: SectionPageContent | None, spoken: Spoken) -> str:
    if spoken.filed:
        return FILED
    if tab == CHECKLIST:
        return SECTIONS if page is None else PAGE
    return tab


def _foot(
    scene: VisitScene, pages: tuple[SectionPageContent, ...], page: SectionPageContent | None, pane: str
) -> FootState:
    if scene.is_locked:
        return mend_foot(scene.words) if scene.is_to_read else READ_ONLY
    if is_closed_early(scene.data) and pane == SECTIONS:
        pane = CONCLUSION
    open_to_pass = len(page.pass_changes(scene.data)) if page else 0
    others = [other for other in pages if other is not page and not other.progress(scene.data).is_done]
    return foot_state(pane, open_to_pass, not others, scene.words)


def _protocols(scene: VisitScene) -> tuple[ProtocolState, ...]:
    # What was answered before the door closed is not filed: it opens nothing any more.
    is_shut = is_closed_early(scene.data)
    data = {key: value for key, value in scene.data.items() if key != "answers"} if is_shut else scene.data
    return protocol_states(data, scene.place.type_id, scene.asked_protocols, scene.day, scene.words)


def next_open(
    pages: tuple[SectionPageContent, ...], page: SectionPageContent | None, data: Data
) -> SectionPageContent | None:
    """Return the next section, going round, in which a required item has no answer yet."""
    place = pages.index(page) if page else -1
    around = (*pages[place + 1 :], *pages[: max(place, 0)])
    return next((other for other in around if not other.progress(data).is_done), None)
