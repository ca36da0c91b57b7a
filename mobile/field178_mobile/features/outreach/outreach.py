"""Presenter of the open outreach session; every tap is durable before it is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from field178_mobile.components.comments.comments import CommentsState, RecordComments, ThreadSight
from field178_mobile.components.comments.reviewed import CLOSED, is_late
from field178_mobile.components.documents.document_output import DocumentServices
from field178_mobile.components.forms.filing import Filing, FilingPresenter
from field178_mobile.components.forms.form_presenter import FormPresenter
from field178_mobile.components.forms.simple_fields import Pins
from field178_mobile.components.photos.photo_attaching import PhotoDraft
from field178_mobile.components.photos.photo_gallery import PhotoGallery
from field178_mobile.components.photos.photo_tools import PhotoTools, no_tools
from field178_mobile.components.photos.visit_photos import gallery_of, photo_count
from field178_mobile.features.outreach import outreach_data as session
from field178_mobile.features.outreach.outreach_establishments import (
    EstablishmentPicker,
    FoundState,
    add_establishment,
    count_and_follow,
    count_establishment,
    drop_establishment,
    uncounted,
)
from field178_mobile.features.outreach.outreach_places import choose_place, repeat_place
from field178_mobile.features.outreach.outreach_state import (
    OutreachState,
    SessionScene,
    audience_label,
    outreach_state,
)
from field178_mobile.features.outreach.session_paper import SessionPaper, SessionPaperState
from field178_mobile.features.register.search_index import SearchIndex
from field178_mobile.presentation.checks import FilingWarning
from field178_mobile.presentation.device_clock import misleading_offset, with_offset
from field178_mobile.presentation.draft_session import Data
from field178_mobile.presentation.wording import Wording
from field178_mobile.store import Draft, Store
from field178_shared import rules
from field178_shared.record_type import RecordType
from field178_shared.records.reading import text_of
from field178_shared.time.clock import Clock


@dataclass(frozen=True, slots=True)
class OpenOutreachSession:
    """Context of an open session: its state word, and the previous session on this tablet."""

    draft: Draft
    user: str
    unit_ids: tuple[str, ...]
    last: Data = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)
    answering: RecordComments | None = None
    word: str = ""
    tools: PhotoTools | None = None
    papers: DocumentServices | None = None

    @property
    def is_filed(self) -> bool:
        """Return whether the session was filed before, so that a paper can be made."""
        return self.draft.seen is not None

    @property
    def is_locked(self) -> bool:
        """Return whether the office has reviewed the session: to read, not to change."""
        return self.word in CLOSED


class OutreachPresenter(FilingPresenter, FormPresenter):
    """Works on one draft of an outreach session."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        words: Wording,
        opened: OpenOutreachSession,
        render: Callable[[OutreachState], None],
    ) -> None:
        super().__init__(store, clock, words, opened.draft, opened.word)
        self._opened = opened
        self._render = render
        self.filing = Filing(store, words)
        self._marks = rules.FreeTextMarks(RecordType.OUTREACH_SESSION, words.language)
        self.gallery = self._gallery()

    @property
    def is_locked(self) -> bool:
        """Whether the office has approved the session: its fields stay as they were approved."""
        return self._opened.is_locked

    def store_changed(self) -> None:
        """Update the session from the store: its photos, and comments of the office."""
        if self._opened.answering is not None and self._opened.answering.refresh():
            self.show(self._focus)
        else:
            self.photos_moved()

    def open_comments(self, at: str, render: Callable[[CommentsState], None]) -> RecordComments | None:
        """Show the comment threads at a field, or all threads; None if the session was not returned."""
        answering = self._opened.answering

        def is_shown(path: str) -> bool:
            return at.startswith("@") or path == at or path.startswith(f"{at}.")

        if answering is not None:
            answering.open(ThreadSight(is_shown, self._where, render, lambda: self.show(self._focus)))
        return answering

    def paper(self, render: Callable[[SessionPaperState], None]) -> SessionPaper | None:
        """Return the paper of the filed session; None if none can be made."""
        papers = self._opened.papers
        if papers is None or not self._opened.is_filed:
            return None
        return SessionPaper(self._store, self._words, papers, self.record_id, render)

    def _draw(self) -> None:
        self._render(outreach_state(self._scene(), self._checked, self._feedback, self._focus))

    def photos_moved(self) -> None:
        """Update the progress of the photos."""
        if photo_count(self._session.data) and not self._feedback.filed:
            self.show(self._focus)

    def choose_form(self, form_id: str) -> None:
        """Record the form of the session."""
        changes = session.choose_form(self._words.lists, self._session.data, form_id)
        self._change(changes, self._words.field(RecordType.OUTREACH_SESSION, "outreach_form_id"))

    def choose_unit(self, unit_id: str) -> None:
        """Record the commune."""
        self._change({"unit_id": unit_id}, self._words.field(RecordType.OUTREACH_SESSION, "unit_id"))

    def choose_host(self, agency_id: str) -> None:
        """Record who held the session."""
        changes = session.choose_host(self._session.data, agency_id)
        self._change(changes, self._words.field(RecordType.OUTREACH_SESSION, "host_agency_id"))

    def choose_co_hosts(self, agency_ids: tuple[str, ...]) -> None:
        """Record the agencies that held it together with the host."""
        self._change(
            session.choose_co_hosts(agency_ids), self._words.field(RecordType.OUTREACH_SESSION, "co_hosts")
        )

    def choose_place(self, key: str) -> None:
        """Set the school or the industrial zone by option key; "" removes it."""
        changes = choose_place(self._words.lists, self._session.data, key, self._opened.unit_ids)
        self._change(changes, self._words.translate("School, industrial zone"))

    def choose_day(self, day: date) -> None:
        """Record the day of the session."""
        self._change(
            {"session_date": day.isoformat()}, self._words.field(RecordType.OUTREACH_SESSION, "session_date")
        )

    def last_minutes(self, minutes: int | None) -> None:
        """Set the duration of the session."""
        self._change(
            {"duration_minutes": minutes}, self._words.field(RecordType.OUTREACH_SESSION, "duration_minutes")
        )

    def repeat_last(self) -> None:
        """Copy the repeated values of the last session."""
        lists, data, last = self._words.lists, self._session.data, self._opened.last
        changes = session.repeat_last(data, last, lists) | repeat_place(lists, data, last)
        self._change(changes, self._words.translate("Same as the last session"))

    def toggle_topic(self, topic_id: str) -> None:
        """Add or remove a topic."""
        self._change(
            session.toggle_topic(self._session.data, topic_id),
            self._words.field(RecordType.OUTREACH_SESSION, "topic_ids"),
        )

    def count(self, audience_id: str, name: str, number: int | None) -> None:
        """Record one count of an audience: attendance_count, first_time_count or female_count."""
        changes = count_and_follow(self._session.data, audience_id, name, number)
        self._change(changes, self._words.field(RecordType.OUTREACH_SESSION, "audiences"))

    def drop_audience(self, audience_id: str) -> None:
        """Remove an audience."""
        self._change(
            session.drop_audience(audience_id), self._words.field(RecordType.OUTREACH_SESSION, "audiences")
        )

    def pick_establishment(self, render: Callable[[FoundState], None]) -> EstablishmentPicker:
        """Return the search over the establishments that are not in the session yet."""
        taken = session.establishments_of(self._session.data)
        establishments = [listing for listing in self._store.establishments() if listing.id not in taken]
        unit_id = text_of(self._session.data, "unit_id")
        return EstablishmentPicker(SearchIndex(self._words).of(establishments), unit_id, self._words, render)

    def add_establishment(self, establishment_id: str) -> None:
        """Add an establishment."""
        self._change(
            add_establishment(self._session.data, establishment_id),
            self._words.field(RecordType.OUTREACH_SESSION, "establishments"),
        )

    def count_establishment(self, establishment_id: str, name: str, number: int) -> None:
        """Record one count of an establishment: attendance_count or first_time_count."""
        self._change(
            count_establishment(establishment_id, name, number),
            self._words.field(RecordType.OUTREACH_SESSION, "establishments"),
        )

    def drop_establishment(self, establishment_id: str) -> None:
        """Remove an establishment."""
        self._change(
            drop_establishment(self._session.data, establishment_id),
            self._words.field(RecordType.OUTREACH_SESSION, "establishments"),
        )

    def hand_out(self, material_id: str, quantity: int | None) -> None:
        """Record how many of a material were handed out."""
        self._change(
            session.hand_out(material_id, quantity),
            self._words.field(RecordType.OUTREACH_SESSION, "materials"),
        )

    def check(self) -> None:
        """Check the session and show the problems."""
        self._checked = self._find_problems()
        self.show()

    def jump(self, path: str) -> None:
        """Scroll to the field at a path, also when the form went to it before."""
        self.show()
        self.show(path)

    def _read_warnings(self) -> tuple[FilingWarning, ...]:
        return tuple(map(FilingWarning, self._checked.warnings))

    def _file(self) -> None:
        draft = self._session.draft
        finished = session.finished(draft.data, self._clock.now())
        data = with_offset(finished, misleading_offset(self._store, draft))
        draft = replace(draft, scope=session.scope_of(data), data=data)
        if self._submit(lambda: self._store.file(draft, self._opened.user)):
            self._store.photos.settle(draft.record_id)

    def _further_problems(self, data: Data) -> Iterable[rules.Problem]:
        return uncounted(data)

    def _where(self, path: str) -> str:
        name, _, rest = path.partition(".")
        if name == "audiences" and rest:
            return audience_label(self._words, rest.partition(".")[0])
        if name == "establishments" and rest:
            return self._establishments().get(rest.partition(".")[0]) or self._words.field(
                RecordType.OUTREACH_SESSION, name
            )
        return self._words.field(RecordType.OUTREACH_SESSION, name)

    def _gallery(self) -> PhotoGallery:
        session, opened = self._session, self._opened
        draft = PhotoDraft(lambda: session.data, self._change, session.forget_steps)
        around = (self._store, self._words, opened.tools or no_tools(self._clock))
        return gallery_of(opened.draft, draft, around, self.photos_moved, opened.is_locked)

    def _establishments(self) -> dict[str, str]:
        views = map(self._store.view, session.establishments_of(self._session.data))
        return {view.id: text_of(view.data, "name") for view in views if view is not None}

    def _scene(self) -> SessionScene:
        data = self._session.data
        return SessionScene(
            data=data,
            words=self._words,
            unit_ids=self._opened.unit_ids,
            last=self._opened.last,
            word=self._word,
            is_late=is_late(self._store, self._session.draft),
            has_paper=self._opened.papers is not None and self._opened.is_filed,
            establishments=self._establishments(),
            photos=self.gallery.state(),
            pins=Pins(
                self._opened.comments,
                {row.path: row.text for row in self._checked.problems},
                self._marks.of(data),
            ),
        )
