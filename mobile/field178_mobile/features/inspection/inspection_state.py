"""State of the open visit, made from the draft."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar, TypeVarTuple, Unpack

from field178_mobile.components.check_in.check_in import CheckInState
from field178_mobile.components.photos.photo_gallery import GalleryState
from field178_mobile.components.photos.visit_photos import photo_count, photos_by_item
from field178_mobile.features.inspection.checklist import SectionCount, SectionPageContent, total_progress
from field178_mobile.features.inspection.conclusion import ConclusionState, conclusion_state
from field178_mobile.features.inspection.field_positions import (
    CHECKLIST,
    CONCLUSION,
    PHOTOS,
    anchored,
    comments_at,
)
from field178_mobile.features.inspection.findings import Act, ViolationOffer, mark_repeats, offers_of
from field178_mobile.features.inspection.follow_up_answers import FollowUpLine, follow_up_lines
from field178_mobile.features.inspection.foot import READ_ONLY, FootState, foot_state, mend_foot
from field178_mobile.features.inspection.plan_link import plan_options
from field178_mobile.features.inspection.protocols import ProtocolState, protocol_offers, protocol_states
from field178_mobile.features.inspection.section_view import (
    AskedItem,
    ItemState,
    PageState,
    Pinned,
    SectionCard,
    counter_text,
    item_state,
    page_state,
    section_card,
    suggestion_for,
)
from field178_mobile.features.inspection.visit_scene import VisitScene
from field178_mobile.presentation.checks import Checked
from field178_mobile.presentation.feedback import Feedback
from field178_mobile.presentation.follow_up_lines import to_fix
from field178_mobile.presentation.wording import Option, options
from field178_shared.codelists import AnswerKind
from field178_shared.records.reading import answers_of, entries_of
from field178_shared.rules.checklist import FAILED
from field178_shared.rules.inspection import opened_protocols

Arguments = TypeVarTuple("Arguments")
Part = TypeVar("Part")
SECTIONS, PAGE, FILED = "sections", "page", "filed"
_NO_PHOTOS, _NO_PLACE = GalleryState(), CheckInState()


class Kept(Generic[*Arguments, Part]):
    """Cache of a pure function: the last result of each key is reused while its arguments are equal."""

    def __init__(self, make: Callable[[Unpack[Arguments]], Part]) -> None:
        self._make = make
        self._parts: dict[str, tuple[tuple[*Arguments], Part]] = {}

    def __call__(self, key: str, *arguments: *Arguments) -> Part:
        """Return the part of a key, made from these arguments."""
        kept = self._parts.get(key)
        if kept is None or kept[0] != arguments:
            kept = self._parts[key] = (arguments, self._make(*arguments))
        return kept[1]


@dataclass(frozen=True, slots=True)
class Sight:
    """The pane and field of the visit in sight."""

    tab: str
    section: str = ""
    focus: str = ""


@dataclass(frozen=True, slots=True)
class InspectionState:
    """State of the open visit, from which the visible pane can be drawn.

    `page`, `conclusion`, `photos` and `place` are set while their pane is visible.
    """

    tab: str
    arrival: tuple[Option, ...]
    roles: tuple[Option, ...]
    is_closed_early: bool
    counter: str
    progress: SectionCount
    sections: tuple[SectionCard, ...]
    page: PageState | None
    conclusion: ConclusionState | None
    to_fix: tuple[FollowUpLine, ...]
    planned: tuple[Option, ...]
    protocols: tuple[ProtocolState, ...]
    help: tuple[Option, ...]
    checked: Checked
    feedback: Feedback
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
class Beside:
    """Further parts of the visit, computed while they are visible: photos, position."""

    photos: Callable[[], GalleryState]
    place: Callable[[], CheckInState]


class InspectionStates:
    """Maker of the states of one open visit; unchanged parts are reused."""

    def __init__(self) -> None:
        self._options = Kept(options)
        self._cards = Kept(section_card)
        self._items = Kept(item_state)
        self._offers = Kept(offers_of)
        self._to_fix = Kept(to_fix)
        self._protocols = Kept(protocol_states)
        self._help = Kept(protocol_offers)
        self._foot = Kept(foot_state)

    def state(
        self, scene: VisitScene, sight: Sight, checked: Checked, feedback: Feedback, beside: Beside
    ) -> InspectionState:
        """Return the state of the open visit."""
        reading, words, comments = scene.reading, scene.words, scene.marks.comments
        page = next((page for page in reading.pages if page.section.id == sight.section), None)
        pane = _pane(sight.tab, page, feedback)
        progress = total_progress(reading.pages)
        commented = anchored(comments, reading.data)
        protocols = self._opened_protocols(scene)
        open_to_pass = len(page.pass_changes(reading.values)) if page else 0
        return InspectionState(
            tab=sight.tab,
            arrival=self._chips("access_result", scene),
            roles=self._chips("representative_role", scene),
            is_closed_early=reading.is_closed_early,
            counter=counter_text(progress, words),
            progress=progress,
            sections=tuple([self._cards(each.section.id, each, commented, words) for each in reading.pages]),
            page=self._page(page, open_to_pass, commented, scene) if page else None,
            conclusion=conclusion_state(scene) if pane == CONCLUSION else None,
            to_fix=follow_up_lines(self._to_fix("", scene.follow_ups, scene.day, words), scene),
            planned=plan_options(scene) if scene.planned and pane == SECTIONS else (),
            protocols=protocols,
            help=() if scene.is_locked else self._help("", protocols, words),
            checked=checked,
            feedback=feedback,
            foot=self._foot_of(scene, pane, open_to_pass, next_open(reading.pages, page) is None),
            arrival_comment=comments_at(CHECKLIST, comments, reading.data, words),
            photos_comment=comments_at(PHOTOS, comments, reading.data, words),
            photo_count=photo_count(reading.data),
            photos=beside.photos() if pane == PHOTOS else _NO_PHOTOS,
            place=beside.place() if pane == SECTIONS else _NO_PLACE,
            focus=sight.focus,
            is_locked=scene.is_locked,
            notice=scene.notice,
            is_late=scene.is_late,
            pane=pane,
        )

    def _chips(self, name: str, scene: VisitScene) -> tuple[Option, ...]:
        return self._options(name, scene.words, name, scene.reading.data.get(name), scene.day)

    def _page(
        self,
        page: SectionPageContent,
        open_to_pass: int,
        commented: Mapping[str, str],
        scene: VisitScene,
    ) -> PageState:
        photos = photos_by_item(scene.reading.data)
        items = tuple(
            [
                self._item(
                    AskedItem(number, item, answer, scene.last.get(item.id), scene.day),
                    photos,
                    commented,
                    scene,
                )
                for number, (item, answer) in enumerate(zip(page.items, page.answers, strict=True), 1)
            ]
        )
        return page_state(page, items, open_to_pass, scene.last, scene.words)

    def _item(
        self,
        asked_item: AskedItem,
        photos: Mapping[str, int],
        commented: Mapping[str, str],
        scene: VisitScene,
    ) -> ItemState:
        item, marks = asked_item.item, scene.marks
        path = f"answers.{item.id}"
        pinned = Pinned(
            marks.problems.get(path, ""),
            marks.warnings.get(path, ""),
            commented.get(path, ""),
            "\n".join(filter(None, (marks.lint.get(f"{path}.v"), marks.lint.get(f"{path}.note")))),
            scene.thumbs.get(item.id, ()),
            photos.get(item.id, 0),
        )
        offers = (
            self._offered(asked_item, scene)
            if asked_item.answer and asked_item.answer.value in FAILED
            else ()
        )
        suggestion = ""
        if item.answer is AnswerKind.COUNT and not asked_item.answer:
            suggestion = suggestion_for(item, scene.reading.answers, scene.reading.counts, scene.words.lists)
        return self._items(item.id, asked_item, pinned, offers, suggestion, scene.is_locked, scene.words)

    def _offered(self, asked_item: AskedItem, scene: VisitScene) -> tuple[ViolationOffer, ...]:
        chosen, counts = entries_of(scene.reading.data, "findings").keys(), scene.reading.counts
        item_id, act = asked_item.item.id, Act(scene.establishment.type_id, scene.day)
        offers = self._offers(item_id, item_id, chosen, counts, act, scene.is_leader, scene.words)
        return mark_repeats(offers, scene.earlier_violations, scene.words)

    def _opened_protocols(self, scene: VisitScene) -> tuple[ProtocolState, ...]:
        data, words = scene.reading.data, scene.words
        # Answers before an early end are not filed, so they open no protocol.
        is_shut = scene.reading.is_closed_early
        by_answers = (
            () if is_shut else opened_protocols(answers_of(data), words.lists, scene.establishment.type_id)
        )
        followed = entries_of(data, "protocols")
        return self._protocols("", frozenset(by_answers), scene.asked_protocols, followed, scene.day, words)

    def _foot_of(self, scene: VisitScene, pane: str, open_to_pass: int, is_last: bool) -> FootState:
        if scene.is_locked:
            return mend_foot(scene.words) if scene.is_to_read else READ_ONLY
        if scene.reading.is_closed_early and pane == SECTIONS:
            pane = CONCLUSION
        return self._foot("", pane, open_to_pass, is_last, scene.words)


def next_open(
    pages: tuple[SectionPageContent, ...], page: SectionPageContent | None
) -> SectionPageContent | None:
    """Return the next section, going round, in which a required item has no answer yet."""
    place = pages.index(page) if page else -1
    around = (*pages[place + 1 :], *pages[: max(place, 0)])
    return next((other for other in around if not other.progress.is_done), None)


def _pane(tab: str, page: SectionPageContent | None, feedback: Feedback) -> str:
    if feedback.filed:
        return FILED
    if tab == CHECKLIST:
        return SECTIONS if page is None else PAGE
    return tab
