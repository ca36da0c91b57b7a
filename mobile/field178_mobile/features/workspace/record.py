"""Record pane: one establishment, its visits, and the open visit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from field178_mobile.components.services.record_services import RecordServices
from field178_mobile.components.shift.shift import ShiftPresenter
from field178_mobile.features.inspection.field_positions import CHECKLIST
from field178_mobile.features.inspection.inspection import InspectionPresenter
from field178_mobile.features.inspection.inspection_state import InspectionState
from field178_mobile.features.inspection.minutes import MinutesPresenter, MinutesServices, VisitAtHand
from field178_mobile.features.inspection.minutes_state import MinutesState
from field178_mobile.features.inspection.visit import ShiftOfVisit
from field178_mobile.features.register.establishment_pane_state import EstablishmentPaneState
from field178_mobile.features.workspace.establishment_pane_reader import EstablishmentPaneReader
from field178_mobile.features.workspace.establishment_visits import EstablishmentVisits, establishment_of
from field178_mobile.presentation.location import Whereabouts
from field178_mobile.store import Draft, StateWord

MINUTES_PATH = "minutes_number"


class RecordPresenter:
    """Opens establishments and their visits; holds the presenter of the open visit."""

    def __init__(
        self,
        services: RecordServices,
        shift: ShiftPresenter,
        render: Callable[[EstablishmentPaneState | None], None],
        render_visit: Callable[[InspectionState], None],
    ) -> None:
        self._store = services.store
        self._clock = services.clock
        self._ids = services.ids
        self._words = services.words
        self._user = services.user
        self._papers = services.papers
        device = (services.has_receiver, services.map_folder)
        self.places = Whereabouts(services.ask_fix, services.clock, *device)
        self.visits = EstablishmentVisits(services, self.places)
        self._reader = EstablishmentPaneReader(services, self.visits, shift)
        self._shift = shift
        self._render = render
        self._render_visit = render_visit
        self._establishment = ""
        self._tab = CHECKLIST
        self.visit: InspectionPresenter | None = None

    def open(self, establishment_id: str) -> None:
        """Open an establishment, with its visit draft if there is one."""
        self._leave()
        self._establishment, self._tab, self.visit = establishment_id, CHECKLIST, None
        draft = self.visits.draft_at(establishment_id)
        self._show()
        if draft is not None:
            self._open_visit(draft)
            self._show()  # its word is the draft's, not that of the last visit

    def open_record(self, record_id: str, focus_path: str = "", *, is_to_read: bool = False) -> bool:
        """Open a visit at a path: its draft, of any officer, or else the filed visit.

        Return False if the visit or its establishment is not on this tablet.
        """
        draft = self.visits.draft_of(record_id)
        if draft is None or self._store.view(establishment_id := establishment_of(draft)) is None:
            return False
        self._leave()
        self._establishment, self._tab, self.visit = establishment_id, CHECKLIST, None
        self._show()
        self._open_visit(draft, focus_path, is_to_read=is_to_read)
        self._show()  # its word is that of the visit that is open now
        return True

    def open_to_read(self, record_id: str, focus_path: str = "") -> bool:
        """Open a filed visit read-only; a visit with a draft, or a returned visit, opens for editing."""
        is_open = self.visits.drafts.stored(record_id) is not None
        is_returned = self._store.shown_state(record_id).word == StateWord.RETURNED
        return self.open_record(record_id, focus_path, is_to_read=not (is_open or is_returned))

    def choose_tab(self, tab: str) -> None:
        """Show a tab; without a visit all tabs except info offer to begin one."""
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
        establishment = self.visits.establishment(self._establishment)
        if shift is None or establishment is None:
            return False
        self._open_visit(self.visits.new_draft(establishment, shift))
        if self.visit is not None:
            self.visit.arrive(access_result)
            self.visit.place.start()
        self._show()
        return True

    def discard(self) -> None:
        """Delete the open draft; filed records stay."""
        if self.visit is not None:
            self._store.drafts.discard(self.visit.draft_id)
            self.open(self._establishment)

    def shift_of_visit(self) -> ShiftPresenter | None:
        """Return the shift of the open visit for editing; None if the visit is read-only."""
        visit = self.visit
        if visit is None or visit.is_locked:
            return None
        kept = ShiftOfVisit(lambda: visit.data, visit.change_shift)
        shift = ShiftPresenter(kept, self._clock, self._words, lambda _state: None, is_of_visit=True)
        shift.start(self._shift.roster, self._user)
        return shift

    def minutes(self, render: Callable[[MinutesState], None]) -> MinutesPresenter | None:
        """Return the minutes of the open visit; None if no paper can be made."""
        visit = self.visit
        if visit is None or self._papers is None:
            return None
        services = MinutesServices(self._store, self._clock, self._ids, self._words, self._user, self._papers)
        at_hand = VisitAtHand(visit.record_id, lambda: visit.data, lambda: visit.has_draft)
        return MinutesPresenter(services, at_hand, render)

    def reopen_visit(self) -> None:
        """Show the open visit as it is filed, if nothing of it is typed and not filed."""
        visit = self.visit
        if visit is not None and visit.is_known and not visit.has_draft and not visit.is_filed:
            open_again = self.open_to_read if visit.is_to_read else self.open_record
            open_again(visit.record_id, MINUTES_PATH)

    @property
    def establishment_id(self) -> str:
        """Id of the open establishment, "" if none is open."""
        return self._establishment

    @property
    def tab(self) -> str:
        """The tab that is shown while no visit is open."""
        return self._tab

    @property
    def open_records(self) -> frozenset[str]:
        """The id of the open record, if any."""
        return frozenset() if self.visit is None else frozenset({self.visit.record_id})

    def refresh(self) -> None:
        """Update the pane from the store."""
        if self._establishment:
            self._show()
        if self.visit is not None:
            self.visit.store_changed()

    def _open_visit(self, draft: Draft, focus_path: str = "", *, is_to_read: bool = False) -> None:
        establishment = self.visits.establishment(self._establishment)
        if establishment is None:
            return
        opened = self.visits.opened(establishment, draft, is_to_read=is_to_read)
        opened = replace(opened, begin_another=lambda: self.open(self._establishment))
        self.visit = InspectionPresenter(self._store, self._clock, self._words, opened, self._render_visit)
        self.visit.show(focus_path)

    def _leave(self) -> None:
        """Close the open visit; removed photos can no longer be restored."""
        if self.visit is not None:
            self._store.photos.settle(self.visit.record_id)

    def _show(self) -> None:
        self._render(self._reader.read(self._establishment, self.visit, self._tab))
