"""The visit that is open: checklist, counts, violations, conclusion; every tap is durable before it shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from field178_mobile.components.check_in.check_in import CheckIn, CheckInDraft
from field178_mobile.components.comments import comments
from field178_mobile.components.comments.comments import CommentsState, RecordComments
from field178_mobile.components.comments.reviewed import CLOSED, is_late, review_notice
from field178_mobile.components.forms.filing import Filing
from field178_mobile.components.photos.photo_attaching import PhotoDraft
from field178_mobile.components.photos.photo_gallery import PhotoGallery, Thumb
from field178_mobile.components.photos.photo_tools import no_tools
from field178_mobile.components.photos.visit_photos import gallery_of, photos_by_item
from field178_mobile.features.inspection import foot, visit
from field178_mobile.features.inspection.checklist import VisitReading
from field178_mobile.features.inspection.field_positions import (
    CHECKLIST,
    CONCLUSION,
    PHOTOS,
    name_of,
    place_of,
    stands_at,
)
from field178_mobile.features.inspection.filing_warnings import filing_warnings
from field178_mobile.features.inspection.inspection_state import (
    Beside,
    InspectionState,
    InspectionStates,
    Sight,
    next_open,
)
from field178_mobile.features.inspection.visit_checks import MarkReader, check_visit, warnings_of
from field178_mobile.features.inspection.visit_editing import VisitEditing
from field178_mobile.features.inspection.visit_filing import what_to_file
from field178_mobile.features.inspection.visit_scene import OpenVisit, VisitScene
from field178_mobile.features.register.map import MapPresenter
from field178_mobile.maps.map_state import MapState
from field178_mobile.presentation import feedback
from field178_mobile.presentation.checks import Checked, FilingWarning
from field178_mobile.presentation.device_clock import misleading_offset, with_offset
from field178_mobile.presentation.draft_session import Data
from field178_mobile.presentation.location import Whereabouts, no_receiver
from field178_mobile.presentation.wording import Wording
from field178_mobile.store import Store
from field178_mobile.store.photos.rows import ATTACHMENTS
from field178_shared.records.reading import entries_of
from field178_shared.time.clock import Clock, local_date


class InspectionPresenter(VisitEditing):
    """Presenter of the draft of one visit."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        words: Wording,
        opened: OpenVisit,
        render: Callable[[InspectionState], None],
    ) -> None:
        super().__init__(store, clock, words, opened)
        self._render = render
        self.filing = Filing(store, words)
        self._marks = MarkReader(opened.comments, opened.establishment, words)
        self._states = InspectionStates()
        self._places = opened.places or Whereabouts(no_receiver, clock, has_receiver=False)
        self.gallery = self._gallery()
        self.place = self._check_in()

    @property
    def sight(self) -> Sight:
        """The pane and field in sight."""
        return self._sight

    @property
    def map_folder(self) -> Path | None:
        """The folder of the maps that can show the point."""
        return self._places.map_folder

    def show_area(self, render: Callable[[MapState], None]) -> None:
        """Draw the map of the area once, for setting a pin."""
        MapPresenter(self._store, self._clock, self._words, render).refresh()

    def show(self, focus_path: str = "") -> None:
        """Show the visit, at the section list or at the place of a path."""
        if focus_path:
            self.jump(focus_path)
        else:
            self._draw()

    def choose_tab(self, tab: str) -> None:
        """Show the register's facts, the checklist's section list or the conclusion."""
        self.gallery.leave()
        self._sight = Sight(tab)
        self._draw()

    def store_changed(self) -> None:
        """Update the visit from the store: progress of its photos, and a filed visit itself."""
        is_other = self._opened.answering is not None and self._opened.answering.refresh()
        if self.is_filed or is_other:
            self._draw()
        else:
            self.photos_moved()

    def open_comments(self, at: str, render: Callable[[CommentsState], None]) -> RecordComments | None:
        """Show the comment threads at a place of the form; None if the visit was not returned."""
        answering, words = self._opened.answering, self._words
        if answering is not None:
            data = self._session.data
            shows = stands_at(at, data, words)
            answering.open(
                comments.ThreadSight(shows, lambda path: name_of(path, data, words), render, self._draw)
            )
        return answering

    def photos_moved(self) -> None:
        """Update the progress of the photos, while they are visible."""
        if self._sight.tab == PHOTOS and not self._feedback.filed:
            self._draw()

    def act(self, action: str) -> None:
        """Run the action of a button of the action bar."""
        doing: dict[str, Callable[[], None]] = {
            foot.NEXT: self.go_on,
            foot.PASS: self.pass_section,
            foot.CHECK: self.check,
            foot.COMPLETE: self.complete,
            foot.CONTINUE: lambda: self.choose_tab(CHECKLIST),
            foot.MEND: self.mend,
            foot.ANOTHER: self._opened.begin_another,
        }
        doing[action]()

    def mend(self) -> None:
        """Allow changes from now on: the visit was opened to read."""
        self._opened = replace(self._opened, is_to_read=False)
        self.gallery, self.place = self._gallery(), self._check_in()
        self._draw()

    def open_section(self, section_id: str) -> None:
        """Show the items of a section."""
        self._sight = Sight(CHECKLIST, section_id)
        self._draw()

    def go_on(self) -> None:
        """Open the next section without a required answer, or else the conclusion."""
        following = next_open(self._reading.pages, self._page)
        self._sight = Sight(CHECKLIST, following.section.id) if following else Sight(CONCLUSION)
        self._draw()

    def jump(self, path: str) -> None:
        """Bring the field at a path into sight."""
        place = place_of(path, self._session.data, self._words)
        self._sight = Sight(place.tab, place.section, path)
        self._draw()

    def check(self) -> None:
        """Check the visit and show the problems."""
        self._checked = self._find_problems()
        self._sight = Sight(CONCLUSION)
        self._draw()

    def mend_warning(self, warning: FilingWarning) -> None:
        """Apply the change that corrects a warning, then show the remaining warnings."""
        self._change(warning.changes, warning.row.where)
        self.filing.warnings = self._read_warnings()

    def _read_warnings(self) -> tuple[FilingWarning, ...]:
        scene = self._scene()
        return filing_warnings(warnings_of(scene, self._clock.now()), scene)

    def _find_problems(self) -> Checked:
        return check_visit(self._scene(), self._clock.now())

    def _file(self) -> None:
        draft = self._session.draft
        finished = visit.finished(draft.data, self._reading.asked_ids(), self._clock.now())
        data = with_offset(finished, misleading_offset(self._store, draft))

        def submit() -> None:
            records = what_to_file(self._store, draft, data, self._words.lists, self._kept_in_register)
            self._store.file(records.visit, self._opened.user, records.extra, records.gone)

        if self._submit(submit):
            self._store.photos.settle(self.record_id)

    def _draw(self) -> None:
        self._render(self._state())

    def _state(self) -> InspectionState:
        beside = Beside(self.gallery.state, self.place.state)
        shown_feedback = self._feedback
        if shown_feedback.filed:
            shown_feedback = feedback.delivered(
                shown_feedback, self._store.shown_state(self.record_id), self._words
            )
        return self._states.state(self._scene(), self._sight, self._checked, shown_feedback, beside)

    def _gallery(self) -> PhotoGallery:
        draft = PhotoDraft(lambda: self.data, self._change, self._session.forget_steps)
        tools = self._opened.tools or no_tools(self._clock)
        around = (self._store, self._words, tools)
        return gallery_of(self._opened.draft, draft, around, self._thumbs_moved, self._opened.is_locked)

    def _check_in(self) -> CheckIn:
        opened = self._opened
        # The position of a filed visit is not measured again by an editor elsewhere.
        is_closed = opened.is_locked or opened.draft.seen is not None
        draft = CheckInDraft(lambda: self.data, self._change, is_closed)
        return CheckIn(
            self._places, draft, (self._clock, self._words), opened.establishment.point, self._place_moved
        )

    def _place_moved(self) -> None:
        if not self._feedback.filed:
            self._draw()

    def _thumbs(self, reading: VisitReading) -> dict[str, tuple[Thumb, ...]]:
        if not entries_of(reading.data, ATTACHMENTS):
            return {}
        here = (page for page in reading.pages if page.section.id == self._sight.section)
        shown = {item.id for page in here for item in page.items} & photos_by_item(reading.data).keys()
        return {item_id: self.gallery.thumbs(item_id) for item_id in shown}

    def _thumbs_moved(self) -> None:
        """Show a picture that is decoded by now: in the grid, or under its item."""
        if self._sight.tab in (PHOTOS, CHECKLIST) and not self._feedback.filed:
            self._draw()

    def _register(self) -> Data:
        """Return the register's establishment, for comparison with the observations."""
        if self._opened.is_locked:
            return {}
        view = self._store.view(self._opened.establishment.id)
        return {} if view is None or view.deleted else view.data

    def _scene(self) -> VisitScene:
        opened, reading = self._opened, self._reading
        late = is_late(self._store, self._session.draft)
        return VisitScene(
            establishment=opened.establishment,
            reading=reading,
            last=self._last,
            day=self._day,
            today=local_date(self._clock.now()),
            words=self._words,
            marks=self._marks.read(reading, self._checked),
            follow_ups=opened.follow_ups,
            planned=opened.planned,
            earlier_violations=opened.earlier_violations,
            thumbs=self._thumbs(reading),
            is_locked=opened.is_locked,
            notice=review_notice(opened.word, late, self._words, opened.is_to_read),
            is_to_read=opened.is_to_read and opened.word not in CLOSED,
            is_late=late,
            is_leader=visit.is_leader(reading.data, opened.user),
            filed=self._session.draft.seen or {},
            asked_protocols=self._asked_protocols,
            register=self._register() if self._sight.tab == CONCLUSION else {},
            kept_in_register=self._kept_in_register,
        )
