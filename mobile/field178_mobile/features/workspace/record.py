"""The record pane: one establishment, its visits, and the visit that is open or can be begun."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from field178_mobile.components.comments.comments import AnsweredRecord, RecordComments
from field178_mobile.components.documents.minutes import MinutesPresenter, MinutesServices, VisitAtHand
from field178_mobile.components.documents.minutes_state import MinutesState
from field178_mobile.components.photos.photo_words import files_word
from field178_mobile.components.services.record_services import RecordServices
from field178_mobile.components.shift.shift import ShiftPresenter, shift_line
from field178_mobile.features.census.worker_counts import (
    MOST_SHOWN,
    censuses_of,
    count_row,
    counts_of,
    is_old,
)
from field178_mobile.features.inspection.field_positions import CHECKLIST, INFO, comments_at
from field178_mobile.features.inspection.inspection import InspectionPresenter
from field178_mobile.features.inspection.inspection_state import InspectionState
from field178_mobile.features.inspection.visit import (
    ShiftOfVisit,
    VisitedEstablishment,
    new_visit,
    plan_visit,
    shift_of,
)
from field178_mobile.features.inspection.visit_scene import OpenVisit
from field178_mobile.features.plan.planned import PlannedVisits, asked_first
from field178_mobile.features.register.establishment_facts import word_shown
from field178_mobile.features.register.record_state import RecordState
from field178_mobile.features.register.record_view import (
    certificates_of,
    facts_of,
    history_row,
)
from field178_mobile.features.register.visits import Visit, followed, last_inspected, left_open, visits_of
from field178_mobile.presentation.draft_session import superseding
from field178_mobile.presentation.facts import DatedRow
from field178_mobile.presentation.follow_up_lines import to_fix
from field178_mobile.presentation.location import GeoPoint, Whereabouts
from field178_mobile.presentation.wording import options
from field178_mobile.store import Draft, MergedRecord, StateWord
from field178_shared.records.commune import CENSUS
from field178_shared.records.follow_ups import OpenFollowUp
from field178_shared.records.reading import instant_of, text_of
from field178_shared.records.repeat_violations import earlier_violations
from field178_shared.time.clock import local_date

ARRIVAL = "arrival"
MINUTES_PATH = "minutes_number"
# So long a visit belongs to the night at hand: who taps its establishment wants to see it.
NIGHT = timedelta(hours=12)


class RecordPresenter:
    """Opens establishments and their visits; holds the presenter of the visit that is open."""

    def __init__(
        self,
        services: RecordServices,
        shift: ShiftPresenter,
        render: Callable[[RecordState | None], None],
        render_visit: Callable[[InspectionState], None],
    ) -> None:
        self._services = services
        self._store = services.store
        self._clock = services.clock
        self._ids = services.ids
        self._words = services.words
        self._user = services.user
        self._papers = services.papers
        self._tools = services.tools
        device = (services.has_receiver, services.map_folder)
        self.places = Whereabouts(services.ask_fix, services.clock, *device)
        self._shift = shift
        self._render = render
        self._render_visit = render_visit
        self._establishment = ""
        self._tab = CHECKLIST
        self.visit: InspectionPresenter | None = None

    def open(self, establishment_id: str) -> None:
        """Open an establishment; unfinished work there is taken up again."""
        self._leave()
        self._establishment, self._tab, self.visit = establishment_id, CHECKLIST, None
        draft = next(
            (draft for draft in self._drafts() if _establishment_of(draft) == establishment_id), None
        )
        self._show()
        if draft is not None:
            self._open_visit(draft)
            self._show()  # its word is the draft's, not that of the last visit

    def open_record(self, record_id: str, focus_path: str = "") -> bool:
        """Open a visit at a path: its draft, whoever began it, else the filed one to read or to correct.

        False when this tablet does not hold it, or not its establishment.
        """
        draft = next((draft for draft in self._drafts() if draft.record_id == record_id), None)
        if draft is not None:
            return self._take_up(_establishment_of(draft), lambda: draft, focus_path)
        view = self._store.view(record_id)
        if view is None or view.deleted:
            return False
        establishment_id = text_of(view.data, "establishment_id")
        return self._take_up(establishment_id, lambda: self._superseding(view), focus_path)

    def open_to_read(self, record_id: str, focus_path: str = "") -> bool:
        """Open a filed visit to read; one that is being mended, or was returned, opens to go on."""
        is_open = any(draft.record_id == record_id for draft in self._drafts())
        if is_open or self._store.shown_state(record_id).word == StateWord.RETURNED:
            return self.open_record(record_id, focus_path)
        view = self._store.view(record_id)
        if view is None or view.deleted:
            return False
        establishment_id = text_of(view.data, "establishment_id")
        return self._take_up(establishment_id, lambda: self._superseding(view), focus_path, is_to_read=True)

    def choose_tab(self, tab: str) -> None:
        """Show a tab; without a visit, all but the info is where one begins."""
        self._tab = tab
        self._show()
        if self.visit is not None:
            self.visit.choose_tab(tab)

    def close(self) -> None:
        """Close the pane; the draft stays as it is."""
        self._leave()
        self._establishment, self.visit = "", None
        self._render(None)

    def begin(self, access_result: str) -> bool:
        """Begin a visit now under the shift of the night; False while no shift is chosen."""
        shift = self._shift.current()
        establishment = self._visited_establishment()
        if shift is None or establishment is None:
            return False
        now = self._clock.now()
        draft = Draft(
            id=self._ids.time_ordered(),
            type="inspection",
            record_id=self._ids.time_ordered(),
            scope=f"team:{shift.team_id}",
            data=new_visit(establishment, shift, now, self._words.lists.version),
            seen=None,
            base_rev=0,
            user=self._user,
            saved_at=now,
            title=establishment.name,
        )
        self._open_visit(draft)
        if self.visit is not None:
            self.visit.arrive(access_result)
            self.visit.place.start()
        self._show()
        return True

    def discard(self) -> None:
        """Throw the open draft away; what was filed before stays."""
        if self.visit is not None:
            self._store.drafts.discard(self.visit.draft_id)
            self.open(self._establishment)

    def shift_of_visit(self) -> ShiftPresenter | None:
        """Return the shift of the open visit, to be edited there; None when it cannot be."""
        visit = self.visit
        if visit is None or visit.is_locked:
            return None
        kept = ShiftOfVisit(lambda: visit.data, visit.change_shift)
        shift = ShiftPresenter(kept, self._clock, self._words, lambda _state: None, is_of_visit=True)
        shift.start(self._shift.roster, self._user)
        return shift

    def minutes(self, render: Callable[[MinutesState], None]) -> MinutesPresenter | None:
        """Return the minutes of the open visit; None where nothing is open or no paper can be made."""
        visit = self.visit
        if visit is None or self._papers is None:
            return None
        services = MinutesServices(self._store, self._clock, self._ids, self._words, self._user, self._papers)
        at_hand = VisitAtHand(visit.record_id, lambda: visit.data, lambda: visit.is_kept)
        return MinutesPresenter(services, at_hand, render)

    def reopen_visit(self) -> None:
        """Show the open visit as it is filed, if nothing of it is typed and not filed."""
        visit = self.visit
        if visit is not None and visit.is_known and not visit.is_kept and not visit.is_filed:
            open_again = self.open_to_read if visit.is_to_read else self.open_record
            open_again(visit.record_id, MINUTES_PATH)

    @property
    def establishment_id(self) -> str:
        """The establishment that is open, empty when none is."""
        return self._establishment

    @property
    def tab(self) -> str:
        """The tab that is shown while no visit is open."""
        return self._tab

    @property
    def open_records(self) -> frozenset[str]:
        """The record under work, if one is."""
        return frozenset() if self.visit is None else frozenset({self.visit.record_id})

    def filed_tonight(self, establishment_id: str) -> str:
        """Return the visit of this night to an establishment, the newest; empty when there is none."""
        newest = next(iter(self._store.visits().get(establishment_id, ())), None)
        if newest is None or newest.started_at is None:
            return ""
        return newest.id if self._clock.now() - newest.started_at < NIGHT else ""

    def has_visit_draft(self, establishment_id: str) -> bool:
        """Tell whether a visit to an establishment is begun and not filed."""
        return any(_establishment_of(draft) == establishment_id for draft in self._drafts())

    def refresh(self) -> None:
        """Show what the store holds now."""
        if self._establishment:
            self._show()
        if self.visit is not None:
            self.visit.store_changed()

    def _take_up(
        self,
        establishment_id: str,
        draft: Callable[[], Draft],
        focus_path: str = "",
        is_to_read: bool = False,
    ) -> bool:
        if self._store.view(establishment_id) is None:
            return False
        self._leave()
        self._establishment, self._tab, self.visit = establishment_id, CHECKLIST, None
        self._show()
        self._open_visit(draft(), focus_path, is_to_read)
        self._show()  # its word is that of the visit that is open now
        return True

    def _open_visit(self, draft: Draft, focus_path: str = "", is_to_read: bool = False) -> None:
        establishment = self._visited_establishment()
        if establishment is None:
            return
        visits = self._counted(visits_of(self._store.visits_to(establishment.id)))
        started_at = instant_of(draft.data, "started_at")
        last = last_inspected(visits, before=started_at)
        word = self._store.shown_state(draft.record_id).word if draft.seen is not None else ""
        answering = self._comments_of(draft, establishment.name)
        opened = OpenVisit(
            establishment=establishment,
            draft=draft,
            user=self._user,
            last=last.data if last else {},
            follow_ups=self._left_open(visits, before=started_at),
            planned=PlannedVisits(self._store).offered(
                plan_visit(establishment, draft), local_date(self._clock.now())
            ),
            earlier_violations=earlier_violations(followed(visits, self._store.views), started_at),
            comments=answering.texts if answering else {},
            answering=answering,
            word=word,
            tools=self._tools,
            places=self.places,
            is_to_read=is_to_read,
            begin_another=lambda: self.open(self._establishment),
        )
        self.visit = InspectionPresenter(self._store, self._clock, self._words, opened, self._render_visit)
        self.visit.show(focus_path)

    def _comments_of(self, draft: Draft, name: str) -> RecordComments | None:
        """Return the comments on a filed visit; one that is new has none."""
        if draft.seen is None:
            return None
        return RecordComments(self._services, AnsweredRecord(draft.record_id, (name,)))

    def _leave(self) -> None:
        """Let go of the visit that is open: what was taken out of its photos does not come back."""
        if self.visit is not None:
            self._store.photos.settle(self.visit.record_id)

    def _superseding(self, view: MergedRecord) -> Draft:
        return superseding(view, self._ids.time_ordered(), self._user, self._clock.now(), self._title())

    def _word(self, rows: tuple[DatedRow, ...]) -> str:
        """Return the state word of the open visit, else of the newest filed one."""
        if self.visit is None:
            return word_shown(rows[0].state if rows else "", self._register_word())
        return self._store.shown_state(self.visit.record_id).word if self.visit.is_known else ""

    def _register_word(self) -> str:
        word = self._store.shown_state(self._establishment).word
        return word if word in (StateWord.DRAFT, StateWord.UNSENT) else ""

    def _shift_comment(self) -> str:
        visit = self.visit
        return comments_at(INFO, visit.comments, visit.data, self._words) if visit is not None else ""

    def _shift_line(self) -> str:
        if self.visit is None:
            return self._shift.line()
        shift = replace(shift_of(self.visit.data), began_at=None)
        return shift_line(shift, self._shift.roster, self._words)

    def _drafts(self) -> list[Draft]:
        return [draft for draft in self._store.drafts.all() if draft.type == "inspection"]

    def _title(self) -> str:
        establishment = self._visited_establishment()
        return establishment.name if establishment else ""

    def _visited_establishment(self) -> VisitedEstablishment | None:
        view = self._store.view(self._establishment)
        if view is None:
            return None
        return VisitedEstablishment(
            id=view.id,
            name=text_of(view.data, "name"),
            type_id=text_of(view.data, "establishment_type_id"),
            unit_id=text_of(view.data, "unit_id"),
            address=text_of(view.data, "address_line"),
            point=_point(view),
        )

    def _counted(self, visits: tuple[Visit, ...]) -> tuple[Visit, ...]:
        """Return the visits that the office has not voided."""
        void = self._store.void_visits()
        return tuple(visit for visit in visits if visit.record_id not in void)

    def _left_open(
        self, visits: tuple[Visit, ...], before: datetime | None = None
    ) -> tuple[OpenFollowUp, ...]:
        """Return what is open there, on top what a re-inspection was planned for."""
        found = left_open(self._counted(visits), self._store.closed_follow_ups(), before)
        return asked_first(found, self._store, self._establishment) if found else ()

    def _show(self) -> None:
        self._render(self._state())

    def _state(self) -> RecordState | None:
        view = self._store.view(self._establishment)
        if view is None:
            return None
        words, today = self._words, local_date(self._clock.now())
        visits = visits_of(self._store.visits_to(view.id))
        rows = tuple(
            history_row(visit, self._store.shown_state(visit.record_id).word, words) for visit in visits
        )
        word, register = self._word(rows), self._register_word()
        address = (text_of(view.data, "address_line"), words.unit(view.data.get("unit_id")))
        shown = self.visit.record_id if self.visit is not None else rows[0].record_id if rows else ""
        counts = counts_of(self._counted(visits), censuses_of(self._store.views(CENSUS), view.id))
        return RecordState(
            id=view.id,
            title=text_of(view.data, "name"),
            subtitle=", ".join(part for part in address if part),
            state_word=words.choice("shown_state", word),
            state=word,
            files=files_word(self._store.photos.count_of(shown), words),
            facts=facts_of(view.data, words),
            certificates=certificates_of(view.data, today, words),
            to_fix=to_fix(self._left_open(visits), today, words),
            history=rows,
            shift=self._shift_line(),
            has_shift=self.visit is not None or self._shift.current() is not None,
            arrival=options(words, "access_result", None),
            last_visit=rows[0].day if rows else "",
            shift_comment=self._shift_comment(),
            has_draft=self.visit is not None and self.visit.is_kept,
            pane=INFO if self._tab == INFO else ARRIVAL,
            register=register,
            register_word=words.choice("shown_state", register),
            is_being_mended=register == StateWord.DRAFT,
            counts=tuple(
                count_row(one, self._store.shown_state(one.record_id).word, words)
                for one in counts[:MOST_SHOWN]
            ),
            has_old_count=is_old(counts, today),
            is_being_counted=any(
                draft.type == CENSUS and _establishment_of(draft) == view.id
                for draft in self._store.drafts.all()
            ),
        )


def _point(view: MergedRecord) -> GeoPoint | None:
    lat, lon = view.data.get("lat"), view.data.get("lon")
    return GeoPoint(lat, lon) if isinstance(lat, int) and isinstance(lon, int) else None


def _establishment_of(draft: Draft) -> str:
    return text_of(draft.data, "establishment_id")
