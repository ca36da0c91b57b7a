"""The visit that is open: checklist, counts, violations, conclusion; every tap is durable before it shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from field178_mobile.components.check_in.check_in import CheckIn, CheckInDraft
from field178_mobile.components.comments import comments
from field178_mobile.components.comments.comments import CommentsState, RecordComments
from field178_mobile.components.comments.reviewed import CLOSED, is_late, review_notice
from field178_mobile.components.forms.simple_fields import TYPED_KINDS, write
from field178_mobile.components.photos.photo_attaching import PhotoDraft
from field178_mobile.components.photos.photo_gallery import PhotoGallery, Thumb
from field178_mobile.components.photos.photo_tools import no_tools
from field178_mobile.components.photos.visit_photos import gallery_of, photos_by_item
from field178_mobile.features.inspection import (
    answers,
    conclusion,
    findings,
    follow_up_answers,
    foot,
    measure_answers,
    visit,
)
from field178_mobile.features.inspection.checklist import SectionPageContent, VisitReader, VisitReading
from field178_mobile.features.inspection.field_positions import (
    CHECKLIST,
    CONCLUSION,
    PHOTOS,
    name_of,
    place_of,
    stands_at,
)
from field178_mobile.features.inspection.filing_warnings import filing_warnings
from field178_mobile.features.inspection.fix_dates import day_or_none, end_of_offer
from field178_mobile.features.inspection.inspection_state import (
    Beside,
    InspectionState,
    InspectionStates,
    Sight,
    next_open,
)
from field178_mobile.features.inspection.visit import TYPE
from field178_mobile.features.inspection.visit_checks import MarkReader, check_visit, warnings_of
from field178_mobile.features.inspection.visit_filing import what_to_file
from field178_mobile.features.inspection.visit_scene import OpenVisit, VisitScene
from field178_mobile.features.register.map import MapPresenter
from field178_mobile.maps.map_state import MapState
from field178_mobile.presentation import feedback
from field178_mobile.presentation.checks import Checked, FilingWarning
from field178_mobile.presentation.device_clock import clock_text, misleading_offset, with_offset
from field178_mobile.presentation.draft_session import Changes, Data, DraftSession
from field178_mobile.presentation.facts import ToFix
from field178_mobile.presentation.feedback import Feedback
from field178_mobile.presentation.follow_up_lines import to_fix
from field178_mobile.presentation.location import Whereabouts, no_receiver
from field178_mobile.presentation.wording import Wording
from field178_mobile.store import Store
from field178_mobile.store.photos.rows import ATTACHMENTS
from field178_shared.errors import AppError, ErrorCode, message
from field178_shared.records.reading import entries_of
from field178_shared.schemas.fields.catalogue import FIELDS
from field178_shared.time.clock import Clock, local_date


class InspectionPresenter:
    """Works on one draft of a visit."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        words: Wording,
        opened: OpenVisit,
        render: Callable[[InspectionState], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._words = words
        self._opened = opened
        self._render = render
        self._session = DraftSession(store.drafts, clock, opened.draft, self._refused)
        self._day = visit.day_of(opened.draft.data, local_date(clock.now()))
        self._sight = Sight(CHECKLIST)
        self._checked = Checked()
        self._led_to = ""
        self._feedback = Feedback()
        self._filing_warnings: tuple[FilingWarning, ...] = ()
        self._asked_protocols: frozenset[str] = frozenset()
        self._kept_in_register: frozenset[str] = frozenset()
        self._reader = VisitReader(words.lists, opened.establishment.type_id, bool(opened.follow_ups))
        self._last = answers.answers_of(opened.last)
        self._marks = MarkReader(opened.comments, opened.establishment, words)
        self._states = InspectionStates()
        self._places = opened.places or Whereabouts(no_receiver, clock, has_receiver=False)
        self.gallery = self._gallery()
        self.place = self._check_in()

    @property
    def draft_id(self) -> str:
        """The id of the draft under work."""
        return self._session.draft.id

    @property
    def comments(self) -> Mapping[str, str]:
        """The office's words on the visit by path."""
        return self._opened.comments

    @property
    def is_kept(self) -> bool:
        """Tell whether there is a draft that could be thrown away."""
        return self._store.drafts.get(self.draft_id) is not None

    @property
    def clock_question(self) -> str:
        """By how much the clock is wrong, while the filing waits for the answer; else empty."""
        return self._feedback.clock

    @property
    def filing_warnings(self) -> tuple[FilingWarning, ...]:
        """The warnings that the filing waits for: each is mended or confirmed; else empty."""
        return self._filing_warnings

    @property
    def is_filed(self) -> bool:
        """Tell whether the visit was filed just now: its work is over."""
        return bool(self._feedback.filed)

    @property
    def is_known(self) -> bool:
        """Tell whether the store knows the visit: filed before, filed now, or kept as a draft."""
        return self._opened.draft.seen is not None or self.is_filed or self.is_kept

    @property
    def is_locked(self) -> bool:
        """Tell whether the office has reviewed the visit: to read, not to change."""
        return self._opened.is_locked

    @property
    def is_to_read(self) -> bool:
        """Tell whether the visit is only read until somebody says that it is to be mended."""
        return self._opened.is_to_read

    @property
    def data(self) -> Data:
        """The visit as it is now."""
        return self._session.data

    @property
    def record_id(self) -> str:
        """The id of the record under work."""
        return self._session.draft.record_id

    @property
    def sight(self) -> Sight:
        """The pane and field in sight."""
        return self._sight

    @property
    def map_folder(self) -> Path | None:
        """The folder of the maps that can show the point."""
        return self._places.map_folder

    def show_area(self, render: Callable[[MapState], None]) -> None:
        """Draw the area once, for a pin to be set on it."""
        MapPresenter(self._store, self._clock, self._words, render).refresh()

    def show(self, focus_path: str = "") -> None:
        """Show the visit, at the section list or where a path is."""
        if focus_path:
            self.jump(focus_path)
        else:
            self._show()

    def choose_tab(self, tab: str) -> None:
        """Show the register's facts, the checklist's section list or the conclusion."""
        self.gallery.leave()
        self._sight = Sight(tab)
        self._show()

    def store_changed(self) -> None:
        """Show what the store says of the visit now: how far its photos are, and a filed one itself."""
        is_other = self._opened.answering is not None and self._opened.answering.refresh()
        if self.is_filed or is_other:
            self._show()
        else:
            self.photos_moved()

    def open_comments(self, at: str, render: Callable[[CommentsState], None]) -> RecordComments | None:
        """Show the comment threads at a place of the form; None where nothing was returned."""
        answering, words = self._opened.answering, self._words
        if answering is not None:
            data = self._session.data
            shows = stands_at(at, data, words)
            answering.open(
                comments.ThreadSight(shows, lambda path: name_of(path, data, words), render, self._show)
            )
        return answering

    def photos_moved(self) -> None:
        """Show how far the photos have come, while they are in sight."""
        if self._sight.tab == PHOTOS and not self._feedback.filed:
            self._show()

    def act(self, action: str) -> None:
        """Do what a button of the foot says."""
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
        self._show()

    def open_section(self, section_id: str) -> None:
        """Show the items of a section."""
        self._sight = Sight(CHECKLIST, section_id)
        self._show()

    def go_on(self) -> None:
        """Go to the next section that lacks a required answer, or to the conclusion when none does."""
        following = next_open(self._reading.pages, self._page)
        self._sight = Sight(CHECKLIST, following.section.id) if following else Sight(CONCLUSION)
        self._show()

    def jump(self, path: str) -> None:
        """Bring the field at a path into sight."""
        place = place_of(path, self._session.data, self._words)
        self._sight = Sight(place.tab, place.section, path)
        self._show()

    def next_problem(self) -> None:
        """Bring the next field that the check complained of into sight."""
        if self._checked.problems:
            self._led_to = self._checked.following(self._led_to)
            self.jump(self._led_to)

    def arrive(self, access_result: str) -> None:
        """Record how the team got in; anything but "inspected" closes the form early."""
        label = self._words.field(TYPE, "access_result")
        self._change(visit.arrive(self._session.data, access_result), label)

    def choose_role(self, role: str) -> None:
        """Record the role of the representative, never a name."""
        self._change(conclusion.choose_role(role))

    def answer(self, item_id: str, value: str) -> None:
        """Answer an item; the same answer again opens it."""
        data, known = self._session.data, self._reading.answers.get(item_id)
        if known is not None and known.value == value:
            self._change(answers.take_back(data, item_id), self._item_name(item_id))
        else:
            changes = answers.give_answer(data, item_id, value)
            deadline = conclusion.keep_deadline(data, item_id, value, self._words)
            self._change({**changes, **deadline}, self._item_name(item_id))

    def count(self, item_id: str, number: int | None) -> None:
        """Record a count, or none."""
        data = self._session.data
        given = {} if number is None else answers.give_answer(data, item_id, number)
        self._change(given or answers.take_back(data, item_id), self._item_name(item_id))

    def pass_section(self) -> None:
        """Answer "met" to every item of the open section that has no answer yet, marked as such."""
        page = self._page
        if page is not None:
            self._change(page.pass_changes(self._reading.values), page.section.label(self._words.language))

    def repeat_counts(self) -> None:
        """Take over last visit's counts of the open section, marked as such."""
        page = self._page
        if page is not None:
            changes = answers.repeat_counts(self._session.data, page.repeatable(self._last))
            self._change(changes, page.section.label(self._words.language))

    def write_note(self, item_id: str, text: str) -> None:
        """Keep the note of an item as typed so far."""
        self._change(answers.write_note(item_id, text))

    def add_to_note(self, item_id: str, phrase: str) -> None:
        """Add a stock phrase to the note of an item."""
        known = self._reading.answers.get(item_id)
        if known is not None and phrase not in known.note:
            self._change(answers.write_note(item_id, f"{known.note} {phrase}".strip()))

    def toggle_violation(self, item_id: str, violation_id: str) -> None:
        """Record a violation under its item with the frame of the day, or take it back."""
        key = findings.finding_key(item_id, violation_id)
        if key in entries_of(self._session.data, "findings"):
            self._change(findings.drop_violation(item_id, violation_id), self._item_name(item_id))
        else:
            chosen = findings.choose_violation(self._words.lists, item_id, violation_id, self._day)
            self._change(chosen, self._item_name(item_id))

    def toggle_plan_item(self, item_id: str) -> None:
        """Link the visit to a planned visit, or take the link back; its kind stays that of its shift."""
        is_linked = self._session.data.get("plan_item_id") == item_id
        changes: Changes = {"plan_item_id": None if is_linked else item_id}
        self._change(changes, self._words.field(TYPE, "plan_item_id"))

    def open_protocol(self, protocol: str) -> None:
        """Show the steps of a protocol; nothing is recorded before it was referred."""
        self._asked_protocols |= {protocol}
        self._show()

    def toggle_update(self, path: str) -> None:
        """Leave a fact of the register as it is, or write what the visit saw after all."""
        self._kept_in_register ^= {path}
        self._show()

    def close_protocol(self, protocol: str) -> None:
        """Put a protocol away that was opened by hand; nothing of it was recorded."""
        self._asked_protocols -= {protocol}
        self._show()

    def refer(self, protocol: str, referred_to: str) -> None:
        """Record to whom a protection protocol was referred: never a person, never a narrative."""
        label = self._words.choice("protocol", protocol)
        self._change(visit.refer(protocol, referred_to, self._clock.now()), label)

    def answer_follow_up(self, key: str, status: str) -> None:
        """Record what became of a correction of earlier visits; the same answer again takes it back."""
        row = self._to_fix(key)
        changes = follow_up_answers.answer_follow_up(self._session.data, row, status)
        self._change(changes, self._words.translate("Still to be fixed"))

    def note_follow_up(self, key: str, text: str) -> None:
        """Keep the note of such an answer as typed so far."""
        self._change(follow_up_answers.write_follow_up_note(self._to_fix(key), text))

    def choose_result(self, result: str) -> None:
        """Record the overall result."""
        self._change(conclusion.choose_result(result), self._words.field(TYPE, "overall_result"))

    def toggle_measure(self, measure: str) -> None:
        """Add a measure or take it back."""
        label = self._words.choice("measure", measure)
        self._change(conclusion.toggle_measure(self._session.data, measure), label)

    def toggle_answered(self, measure: str, violation_id: str) -> None:
        """Let a measure answer a violation of the visit, or no longer."""
        changes = measure_answers.toggle_answered(self._session.data, measure, violation_id)
        self._change(changes, self._words.field(TYPE, "measures.*.violation_ids"))

    def fix_by(self, due_on: str) -> None:
        """Ask every shortcoming to be fixed by a date (ISO), or by none ("")."""
        changes = conclusion.fix_by(self._session.data, day_or_none(due_on), self._words)
        self._change(changes, self._words.field(TYPE, "follow_ups"))

    def fix_within(self, offer: str) -> None:
        """Ask every shortcoming to be fixed within an offered limit (fix_dates)."""
        self.fix_by(end_of_offer(offer, self._day, self._words.lists).isoformat())

    def fix_item_by(self, item_id: str, due_on: str) -> None:
        """Ask one shortcoming to be fixed by a date (ISO) of its own, or by none ("")."""
        changes = conclusion.fix_item_by(item_id, day_or_none(due_on), self._words)
        self._change(changes, self._item_name(item_id))

    def choose_paper(self, signed: str) -> None:
        """Record what became of the paper minutes."""
        self._change(conclusion.choose_paper(signed))

    def write(self, path: str, value: str | int) -> None:
        """Keep a plain value of the conclusion; a text as typed so far is no step."""
        is_typed = FIELDS[TYPE][path].kind in TYPED_KINDS
        self._change(write(TYPE, path, value), "" if is_typed else self._words.field(TYPE, path))

    def change_shift(self, changes: Changes) -> None:
        """Change what the visit took over from its shift."""
        self._change(changes, self._words.translate("Shift of the night"))

    def undo(self) -> None:
        """Take the last answer back."""
        if self._session.kept(self._session.undo):
            self._saved()

    def check(self) -> None:
        """Check the visit and show the problems."""
        self._checked = check_visit(self._scene(), self._clock.now())
        self._sight = Sight(CONCLUSION)
        self._show()

    def mend_warning(self, warning: FilingWarning) -> None:
        """Make the change that mends a warning, then ask about those that are left."""
        self._change(warning.changes, warning.row.where)
        self._filing_warnings = self._open_warnings()

    def complete(self, *, with_warnings: bool = False, with_clock_off: bool = False) -> None:
        """File the visit if nothing keeps it, else go to the first gap; only a durable filing says so.

        Warnings are asked about first, then a wrong clock; `with_warnings` and `with_clock_off` are the
        answers that it may be filed so.
        """
        self._checked = check_visit(self._scene(), self._clock.now())
        self._filing_warnings = ()
        if self._checked.problems:
            self._led_to = ""
            self.next_problem()
            return
        if self._checked.warnings and not with_warnings:
            self._filing_warnings = self._open_warnings()
            self._show()
            return
        self._file(with_clock_off)

    def _open_warnings(self) -> tuple[FilingWarning, ...]:
        scene = self._scene()
        return filing_warnings(warnings_of(scene, self._clock.now()), scene)

    def _file(self, with_clock_off: bool) -> None:
        offset_ms = misleading_offset(self._store, self._opened.draft)
        if offset_ms and not with_clock_off:
            self._feedback = replace(self._feedback, clock=clock_text(offset_ms, self._words))
            self._show()
            return
        now = self._clock.now()
        data = with_offset(visit.finished(self._session.data, self._reading.asked_ids(), now), offset_ms)
        try:
            filing = what_to_file(
                self._store, self._session.draft, data, self._words.lists, self._kept_in_register
            )
            self._store.file(filing.visit, self._opened.user, filing.extra, filing.gone)
        except AppError as error:
            said = message(error.code, self._words.language)
            self._feedback = replace(self._feedback, clock="", error=said)
        else:
            self._store.photos.settle(self.record_id)
            self._feedback = feedback.filed(now, self._words)
        self._show()

    def _change(self, changes: Changes, label: str = "") -> None:
        if self._feedback.filed:
            return  # a late keystroke or position MUST NOT make a draft of what was filed
        if self._opened.is_locked:
            self._feedback = feedback.refused(ErrorCode.LOCKED, self._words)
            self._show()
        elif self._session.kept(lambda: self._session.change(changes, label)):
            self._saved()

    def _refused(self, error: AppError) -> None:
        self._feedback = feedback.refused(error.code, self._words)
        self._show()

    def _saved(self) -> None:
        if self._sight.focus:
            self._sight = replace(self._sight, focus="")
        self._feedback = feedback.saved(self._session, self._words)
        if self._checked.is_asked:
            self._checked = check_visit(self._scene(), self._clock.now())
        self._show()

    def _show(self) -> None:
        self._render(self._state())

    def _state(self) -> InspectionState:
        beside = Beside(self.gallery.state, self.place.state)
        said = self._feedback
        if said.filed:
            said = feedback.delivered(said, self._store.shown_state(self.record_id), self._words)
        return self._states.state(self._scene(), self._sight, self._checked, said, beside)

    def _gallery(self) -> PhotoGallery:
        draft = PhotoDraft(lambda: self.data, self._change, self._session.forget_steps)
        tools = self._opened.tools or no_tools(self._clock)
        around = (self._store, self._words, tools)
        return gallery_of(self._opened.draft, draft, around, self._thumbs_moved, self._opened.is_locked)

    def _check_in(self) -> CheckIn:
        opened = self._opened
        # Where a filed visit began is not measured anew by who mends it elsewhere.
        is_closed = opened.is_locked or opened.draft.seen is not None
        draft = CheckInDraft(lambda: self.data, self._change, is_closed)
        return CheckIn(
            self._places, draft, (self._clock, self._words), opened.establishment.point, self._place_moved
        )

    def _place_moved(self) -> None:
        if not self._feedback.filed:
            self._show()

    @property
    def _reading(self) -> VisitReading:
        return self._reader.read(self._session.draft.data)

    @property
    def _page(self) -> SectionPageContent | None:
        return next((page for page in self._reading.pages if page.section.id == self._sight.section), None)

    def _thumbs(self, reading: VisitReading) -> dict[str, tuple[Thumb, ...]]:
        if not entries_of(reading.data, ATTACHMENTS):
            return {}
        here = (page for page in reading.pages if page.section.id == self._sight.section)
        shown = {item.id for page in here for item in page.items} & photos_by_item(reading.data).keys()
        return {item_id: self.gallery.thumbs(item_id) for item_id in shown}

    def _thumbs_moved(self) -> None:
        """Show a picture that is decoded by now: in the grid, or under its item."""
        if self._sight.tab in (PHOTOS, CHECKLIST) and not self._feedback.filed:
            self._show()

    def _to_fix(self, key: str) -> ToFix:
        rows = to_fix(self._opened.follow_ups, self._day, self._words)
        return next(row for row in rows if row.key == key)

    def _register(self) -> Data:
        """Return the establishment as the register has it, where what the visit saw is compared with it."""
        if self._opened.is_locked:
            return {}
        view = self._store.view(self._opened.establishment.id)
        return {} if view is None or view.deleted else view.data

    def _item_name(self, item_id: str) -> str:
        return self._words.lists.items[item_id].label(self._words.language)

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
