"""The presenters of the main work, wired to each other and to one screen."""

from __future__ import annotations

from typing import Protocol

from field178_mobile.platform.api import Fix
from field178_mobile.ports import UiThread
from field178_mobile.presenters.distance import Position
from field178_mobile.presenters.establishments import EstablishmentsPresenter, EstablishmentsState
from field178_mobile.presenters.inspection_state import InspectionState
from field178_mobile.presenters.outing import OutingPresenter, OutingState
from field178_mobile.presenters.record import RecordPresenter, RecordServices, RecordState
from field178_mobile.presenters.roster import read_roster
from field178_mobile.store import StoreChange


class Pane(Protocol):
    """What draws an open visit."""

    def show_visit(self, state: InspectionState) -> None:
        """Draw the open visit."""
        ...


class Screen(Protocol):
    """What draws the desk."""

    pane: Pane

    def show_list(self, state: EstablishmentsState) -> None:
        """Draw the list."""
        ...

    def show_outing(self, state: OutingState) -> None:
        """Draw the outing."""
        ...

    def show_record(self, state: RecordState | None) -> None:
        """Draw the record."""
        ...


class InspectionDesk:
    """List, outing and record; the list follows the store."""

    def __init__(self, services: RecordServices, ui_thread: UiThread) -> None:
        self._services = services
        self._ui_thread = ui_thread
        self._screen: Screen | None = None
        self.words = services.words
        self.state: InspectionState | None = None
        self._opened: frozenset[str] = frozenset()
        store, clock, words = services.store, services.clock, services.words
        self.list = EstablishmentsPresenter(store, clock, words, self._show_list)
        self.outing = OutingPresenter(store.settings, clock, words, self._show_outing)
        self.record = RecordPresenter(services, self.outing, self._show_record, self._show_visit)

    def show_on(self, screen: Screen) -> None:
        """Draw everything on a screen and follow the store from now on."""
        self._screen = screen
        self._look_again()
        self._show_record(None)
        self._services.store.subscribe(self._store_changed)
        self.record.places.ask(self._stand_at)

    def open(self, establishment_id: str) -> None:
        """Open an establishment of the list."""
        self.record.open(establishment_id)

    def go_on_with(self, access_result: str) -> None:
        """Begin the visit that waited for the outing, if one did."""
        self.record.refresh()
        if access_result:
            self.record.begin(access_result)

    def _show_list(self, state: EstablishmentsState) -> None:
        if self._screen is not None:
            self._screen.show_list(state)

    def _show_outing(self, state: OutingState) -> None:
        if self._screen is not None:
            self._screen.show_outing(state)

    def _show_record(self, state: RecordState | None) -> None:
        if self._screen is not None:
            self._screen.show_record(state)
            self.list.select(state.id if state else "")
            if self.record.open_records != self._opened:
                self._opened = self.record.open_records
                self.list.refresh()

    def _show_visit(self, state: InspectionState) -> None:
        was_filed = self.state is not None and bool(self.state.spoken.filed)
        self.state = state
        if state.spoken.filed and not was_filed:
            self._ui_thread.post(self._look_again)
        if self._screen is not None:
            self._screen.pane.show_visit(state)

    def _stand_at(self, fix: Fix | None) -> None:
        self.list.set_position(None if fix is None else Position(fix.lat, fix.lon))

    def _store_changed(self, change: StoreChange) -> None:
        # A tap in the open draft changes no line of the list: looking again would cost every tap a frame.
        if change.everything or change.records - self.record.open_records:
            self._ui_thread.post(self._look_again)
        elif change.records:
            self._ui_thread.post(self._look_at_photos)

    def _look_at_photos(self) -> None:
        if self.record.visit is not None:
            self.record.visit.photos_moved()

    def _look_again(self) -> None:
        store = self._services.store
        self.outing.start(read_roster(store.views("team"), store.views("person")), self._services.user)
        self.list.refresh()
        self.record.refresh()
