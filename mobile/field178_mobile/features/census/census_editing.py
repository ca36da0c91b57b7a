"""Opener of the census form: for an establishment today, a correction, or a draft."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from field178_mobile.components.forms.record_drafts import RecordDrafts
from field178_mobile.components.services.record_services import RecordServices
from field178_mobile.features.census.census import CensusForm
from field178_mobile.features.census.census_data import new_census
from field178_mobile.features.census.census_state import CensusState
from field178_mobile.features.census.worker_counts import censuses_of, counts_of
from field178_mobile.features.register.visits import visits_of
from field178_mobile.store import Draft
from field178_mobile.store.store import UNIT_SCOPE
from field178_shared.record_type import RecordType
from field178_shared.records.reading import day_of, text_of
from field178_shared.time.clock import local_date


class CensusEditing:
    """Opens the form of a census; `closed` is called with the establishment of a filed census."""

    def __init__(
        self,
        services: RecordServices,
        render: Callable[[CensusState | None], None],
        closed: Callable[[str], None],
    ) -> None:
        self._services = services
        self._drafts = RecordDrafts(services, RecordType.WORKER_CENSUS)
        self._render = render
        self._closed = closed
        self.form: CensusForm | None = None

    @property
    def open_records(self) -> frozenset[str]:
        """The id of the open record, if any."""
        return frozenset() if self.form is None else frozenset({self.form.record_id})

    def begin(self, establishment_id: str) -> bool:
        """Open the census draft of an establishment, else today's census.

        Return False if the establishment is not on the tablet.
        """
        store = self._services.store
        place = store.view(establishment_id)
        if place is None or not place.scope.startswith(UNIT_SCOPE):
            return False
        today = local_date(self._services.clock.now())
        begun = (draft for draft in self._drafts.begun() if _place_of(draft) == establishment_id)
        censuses = censuses_of(store.views(RecordType.WORKER_CENSUS), establishment_id)
        of_today = (
            self._drafts.correcting(census)
            for census in censuses
            if day_of(census.data, "counted_on") == today
        )
        # The commune of the scope: the office may have moved the establishment there since it was entered.
        data = new_census(establishment_id, place.scope.removeprefix(UNIT_SCOPE), today)
        new = self._drafts.new(place.scope, data, text_of(place.data, "name"))
        self._open(next(begun, None) or next(of_today, new))
        return True

    def open(self, record_id: str, focus_path: str = "") -> bool:
        """Open a census by its draft, or to correct it; False when neither is here."""
        draft = self._drafts.draft_of(record_id)
        if draft is not None:
            self._open(draft, focus_path)
        return draft is not None

    def holds(self, record_id: str) -> bool:
        """Return whether a record can be opened."""
        return self._drafts.draft_of(record_id) is not None

    def discard(self) -> None:
        """Delete the open draft; filed records stay."""
        if self.form is not None:
            self._services.store.drafts.discard(self.form.draft_id)
            self.close()

    def close(self) -> None:
        """Close the form; its draft stays as it is."""
        if self.form is not None:
            self.form = None
            self._render(None)

    def _open(self, draft: Draft, focus_path: str = "") -> None:
        services, store = self._services, self._services.store
        establishment_id = _place_of(draft)
        place = store.view(establishment_id)
        name = draft.title if place is None else text_of(place.data, "name")
        kind = None if place is None else text_of(place.data, "establishment_type_id")
        censuses = censuses_of(store.views(RecordType.WORKER_CENSUS), establishment_id)
        void = store.void_visits()
        visits = [
            visit for visit in visits_of(store.visits_to(establishment_id)) if visit.record_id not in void
        ]
        self.form = CensusForm(
            store,
            (services.clock, services.ids, services.words),
            replace(self._drafts.opened(draft, censuses, (name,)), establishment_type=kind),
            counts_of(visits, [census for census in censuses if census.id != draft.record_id]),
            self._render,
            lambda: self._closed(establishment_id),
        )
        self.form.show(focus_path)


def _place_of(draft: Draft) -> str:
    return text_of(draft.data, "establishment_id")
