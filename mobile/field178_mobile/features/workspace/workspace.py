"""Presenters of the workspace, connected with each other and one screen, and its resume point."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from field178_mobile.components.services.record_services import RecordServices
from field178_mobile.components.shift.roster import read_roster
from field178_mobile.components.shift.shift import ShiftPresenter, ShiftState
from field178_mobile.features.census.census_editing import CensusEditing
from field178_mobile.features.census.census_state import CensusState
from field178_mobile.features.inspection.field_positions import INFO
from field178_mobile.features.inspection.inspection_state import InspectionState
from field178_mobile.features.register.establishment_editing import EstablishmentEditing
from field178_mobile.features.register.establishment_form_state import EstablishmentFormState
from field178_mobile.features.register.establishment_pane_state import EstablishmentPaneState
from field178_mobile.features.register.establishments import EstablishmentsPresenter, EstablishmentsState
from field178_mobile.features.workspace.drafts import DraftRow, DraftsPresenter
from field178_mobile.features.workspace.record import RecordPresenter
from field178_mobile.platform.api import Fix
from field178_mobile.ports import UiThread
from field178_mobile.presentation.location import GeoPoint
from field178_mobile.store import StoreChange
from field178_shared.record_type import RecordType
from field178_shared.time.clock import local_date


class Pane(Protocol):
    """View of an open visit."""

    def show_visit(self, state: InspectionState) -> None:
        """Draw the open visit."""
        ...


class Screen(Protocol):
    """The screen of the workspace."""

    pane: Pane

    def show_list(self, state: EstablishmentsState) -> None:
        """Draw the list."""
        ...

    def show_shift(self, state: ShiftState) -> None:
        """Draw the shift."""
        ...

    def show_record(self, state: EstablishmentPaneState | None) -> None:
        """Draw the record."""
        ...

    def show_form(self, state: EstablishmentFormState | None) -> None:
        """Draw the establishment form in the record pane, or close it."""
        ...

    def show_census(self, state: CensusState | None) -> None:
        """Draw the form of a worker census in the record pane, or close it."""
        ...

    def clear_search(self) -> None:
        """Empty the search field of the list."""
        ...


class Workspace:
    """List, shift, record, the forms of register and census; the list follows the store."""

    def __init__(self, services: RecordServices, ui_thread: UiThread) -> None:
        self._services = services
        self._ui_thread = ui_thread
        self._screen: Screen | None = None
        self.words = services.words
        self.state: InspectionState | None = None
        self._opened: frozenset[str] = frozenset()
        store, clock, words = services.store, services.clock, services.words
        self.list = EstablishmentsPresenter(store, clock, words, self._show_list)
        self.shift = ShiftPresenter(store.settings, clock, words, self._show_shift)
        self.drafts = DraftsPresenter(store, clock, words, services.user)
        self.record = RecordPresenter(services, self.shift, self._show_record, self._show_visit)
        self.editing = EstablishmentEditing(
            services, self.record.places, self._show_form, self._establishment_filed
        )
        self.census = CensusEditing(services, self._show_census, self._census_closed)
        # Establishment and visit shown before the form was opened.
        self._behind: tuple[str, str] = ("", "")

    def show_on(self, screen: Screen) -> None:
        """Draw everything on a screen and follow the store from now on."""
        self._screen = screen
        self._refresh()
        self._show_record(None)
        self._services.store.subscribe(self._store_changed)
        self.record.places.ask(self._stand_at)

    def open(self, establishment_id: str) -> None:
        """Open an establishment of the list, with its draft or the visit filed tonight.

        The visit draft comes first, then the draft of the establishment form.
        """
        has_visit = self.record.visits.draft_at(establishment_id) is not None
        tonight = "" if has_visit else self.record.visits.filed_tonight(establishment_id)
        if not has_visit and self.editing.has_draft(establishment_id):
            self.open_establishment(establishment_id)
        elif tonight:
            self._close_establishment()
            self.record.open_to_read(tonight)
        else:
            self.show_establishment(establishment_id)

    def show_establishment(self, establishment_id: str) -> None:
        """Open an establishment itself; a draft of its form stays."""
        self._close_establishment()
        self.record.open(establishment_id)

    def begin_census(self, establishment_id: str) -> None:
        """Count the workers of the establishment that is open."""
        self._put_behind()
        if not self.census.begin(establishment_id):
            self._go_behind(establishment_id)
        self.list.select(establishment_id)

    def open_census(self, record_id: str, focus_path: str = "") -> bool:
        """Open a worker census for editing; False if it is not on the tablet."""
        if not self.census.holds(record_id):
            return False
        self.editing.close()
        self._put_behind()
        is_open = self.census.open(record_id, focus_path)
        if self.census.form is not None:
            self.list.select(self.census.form.establishment_id)
        return is_open

    def leave_census(self) -> None:
        """Close the census and show its establishment; its draft stays."""
        self._leave_census(self.census.close)

    def discard_census(self) -> None:
        """Delete the census draft and show its establishment."""
        self._leave_census(self.census.discard)

    def open_visit(self, record_id: str, focus_path: str = "") -> bool:
        """Open a visit, draft or filed, at a path; False if it is not on this tablet."""
        self._close_establishment()
        return self.record.open_record(record_id, focus_path)

    def go_to_next(self) -> None:
        """Leave the filed visit; the list is whole again, for the next establishment."""
        self.record.close()
        self._show_all()

    def begin_establishment(self, name: str = "") -> None:
        """Begin a new establishment."""
        self._put_behind()
        self.editing.begin(name)
        self.list.select("")

    def open_establishment(self, record_id: str, focus_path: str = "") -> bool:
        """Open the form of an establishment for editing; False if it is not on this tablet."""
        if not self.editing.holds(record_id):
            return False
        self._put_behind()
        is_open = self.editing.open(record_id, focus_path)
        self.list.select(record_id)
        return is_open

    def leave_establishment(self) -> None:
        """Close the form and show the record behind it; its draft stays."""
        self._leave_form(self.editing.close)

    def discard_establishment(self) -> None:
        """Delete the draft of the form and show the record behind it."""
        self._leave_form(self.editing.discard)

    def open_draft(self, row: DraftRow) -> bool:
        """Open a draft of the list: a visit, an establishment or a census; False if impossible."""
        ways: Mapping[str, Callable[[str], bool]] = {
            RecordType.ESTABLISHMENT: self.open_establishment,
            RecordType.WORKER_CENSUS: self.open_census,
        }
        return ways.get(row.type, self.open_visit)(row.record_id)

    def open_record(self, record_id: str, focus_path: str = "") -> bool:
        """Open a record of any type, draft or filed, at a path; False if it is not on this tablet."""
        ways = (self.open_census, self.open_visit, self.open_establishment)
        return any(open_one(record_id, focus_path) for open_one in ways)

    def discard(self, draft_id: str) -> None:
        """Delete a draft, open or not."""
        visit, form, census = self.record.visit, self.editing.form, self.census.form
        if visit is not None and visit.draft_id == draft_id:
            self.record.discard()
        elif form is not None and form.draft_id == draft_id:
            self.discard_establishment()
        elif census is not None and census.draft_id == draft_id:
            self.discard_census()
        else:
            self.drafts.discard(draft_id)

    def go_on_with(self, access_result: str) -> None:
        """Begin the visit that waited for the shift, if any."""
        self.record.refresh()
        if access_result:
            self.record.begin(access_result)

    def _close_establishment(self) -> None:
        self.census.close()
        if self.editing.form is not None:
            self.editing.close()
            self.list.refresh()  # the list shows a draft that was begun there

    def _put_behind(self) -> None:
        self.census.close()
        visit = self.record.visit
        self._behind = (self.record.establishment_id, visit.record_id if visit is not None else "")
        self.record.close()

    def _leave_form(self, leave: Callable[[], None]) -> None:
        form = self.editing.form
        if form is not None:
            leave()
            self._go_behind(form.record_id)

    def _go_behind(self, record_id: str) -> None:
        """Show the establishment of the form, or without one the record behind it."""
        self.list.refresh()
        shown_before, visit = self._behind
        is_known = self._services.store.view(record_id) is not None
        shown = record_id if is_known else shown_before
        if not shown:
            return
        if not (shown == shown_before and visit and self.record.open_record(visit)):
            self.record.open(shown)
        if is_known:
            self.record.choose_tab(INFO)

    def _establishment_filed(self, record_id: str, inspect: bool) -> None:
        self.editing.close()
        if inspect:
            self.list.refresh()
            self.record.open(record_id)
        else:
            self._go_behind(record_id)

    def _leave_census(self, leave: Callable[[], None]) -> None:
        if (form := self.census.form) is not None:
            leave()
            self._go_behind(form.establishment_id)

    def _census_closed(self, establishment_id: str) -> None:
        self.census.close()
        self._go_behind(establishment_id)

    def _show_census(self, state: CensusState | None) -> None:
        if self._screen is not None:
            self._screen.show_census(state)

    def _show_form(self, state: EstablishmentFormState | None) -> None:
        if self._screen is not None:
            self._screen.show_form(state)

    def _show_list(self, state: EstablishmentsState) -> None:
        if self._screen is not None:
            self._screen.show_list(state)

    def _show_shift(self, state: ShiftState) -> None:
        if self._screen is not None:
            self._screen.show_shift(state)

    def _show_record(self, state: EstablishmentPaneState | None) -> None:
        if self._screen is not None:
            self._screen.show_record(state)
            self.list.select(state.id if state else "")
            if self.record.open_records != self._opened:
                self._opened = self.record.open_records
                self.list.refresh()

    def _show_visit(self, state: InspectionState) -> None:
        was_filed = self.state is not None and bool(self.state.feedback.filed)
        self.state = state
        if state.feedback.filed and not was_filed:
            self._ui_thread.post(self._show_filed)
        if self._screen is not None:
            self._screen.pane.show_visit(state)

    def _stand_at(self, fix: Fix | None) -> None:
        self.list.set_position(None if fix is None else GeoPoint(fix.lat, fix.lon))

    def _store_changed(self, change: StoreChange) -> None:
        # A tap in the open draft changes no line of the list: looking again would cost every tap a frame.
        at_work = self.record.open_records | self.editing.open_records | self.census.open_records
        if change.everything or change.records or change.drafts - at_work:
            self._ui_thread.post(self._refresh)

    def _show_filed(self) -> None:
        """Show the list with the establishment of the visit that was just filed."""
        self._refresh()
        if self.record.establishment_id and self.list.hides(self.record.establishment_id):
            self._show_all()

    def _show_all(self) -> None:
        self.list.show_all()
        if self._screen is not None:
            self._screen.clear_search()

    def _refresh(self) -> None:
        store, today = self._services.store, local_date(self._services.clock.now())
        self.shift.start(
            read_roster(store.views(RecordType.TEAM), store.views(RecordType.PERSON), today),
            self._services.user,
        )
        self.list.refresh()
        self.record.refresh()


def place_of(workspace: Workspace) -> dict[str, str]:
    """Return the open place as ids, {} if only the list is open; `go_back` reopens it."""
    record, form = workspace.record, workspace.editing.form or workspace.census.form
    if form is not None:
        return {"form_id": form.record_id} if form.has_draft else {}
    if not record.establishment_id:
        return {}
    place = {"establishment_id": record.establishment_id, "tab": record.tab}
    if record.visit is not None and not record.visit.is_filed:
        sight = record.visit.sight
        place |= {"record_id": record.visit.record_id, "tab": sight.tab, "section": sight.section}
    return place


def go_back(
    workspace: Workspace, establishment_id: str, tab: str, record_id: str = "", section: str = ""
) -> None:
    """Reopen the last place: a draft through its establishment, a submitted visit directly."""
    record = workspace.record
    if not (record_id and record.open_to_read(record_id)):
        workspace.open(establishment_id)
    is_same = record.visit is not None and record.visit.record_id == record_id
    if not record_id or is_same:
        record.choose_tab(tab)
    if record.visit is not None and is_same and section:
        record.visit.open_section(section)
