"""Reader of the establishment pane: the establishment that is open, its visits and counts, the shift."""

from __future__ import annotations

from dataclasses import replace

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
from field178_mobile.features.inspection.field_positions import INFO, comments_at
from field178_mobile.features.inspection.inspection import InspectionPresenter
from field178_mobile.features.inspection.visit import shift_of
from field178_mobile.features.register.establishment_facts import word_shown
from field178_mobile.features.register.establishment_pane_state import EstablishmentPaneState
from field178_mobile.features.register.record_view import certificates_of, facts_of, history_row
from field178_mobile.features.register.visits import visits_of
from field178_mobile.features.workspace.establishment_visits import EstablishmentVisits, establishment_of
from field178_mobile.presentation.facts import DatedRow
from field178_mobile.presentation.follow_up_lines import to_fix
from field178_mobile.presentation.wording import options
from field178_mobile.store import StateWord
from field178_shared.record_type import RecordType
from field178_shared.records.reading import text_of
from field178_shared.time.clock import local_date

ARRIVAL = "arrival"


class EstablishmentPaneReader:
    """Reads the state of the establishment pane from the store, the shift of the night and the open visit."""

    def __init__(self, services: RecordServices, visits: EstablishmentVisits, shift: ShiftPresenter) -> None:
        self._store, self._clock, self._words = services.store, services.clock, services.words
        self._visits = visits
        self._shift = shift

    def read(
        self, establishment_id: str, visit: InspectionPresenter | None, tab: str
    ) -> EstablishmentPaneState | None:
        """Return the state of an establishment, None if it is not on this tablet."""
        view = self._store.view(establishment_id)
        if view is None:
            return None
        words, today = self._words, local_date(self._clock.now())
        visits = visits_of(self._store.visits_to(view.id))
        rows = tuple(history_row(row, self._store.shown_state(row.record_id).word, words) for row in visits)
        word, register = self._word(rows, establishment_id, visit), self._register_word(establishment_id)
        address = (text_of(view.data, "address_line"), words.unit(view.data.get("unit_id")))
        shown = visit.record_id if visit is not None else rows[0].record_id if rows else ""
        counted = self._visits.counted(visits)
        counts = counts_of(counted, censuses_of(self._store.views(RecordType.WORKER_CENSUS), view.id))
        return EstablishmentPaneState(
            id=view.id,
            title=text_of(view.data, "name"),
            subtitle=", ".join(part for part in address if part),
            state_word=words.choice("shown_state", word),
            state=word,
            files=files_word(self._store.photos.count_of(shown), words),
            facts=facts_of(view.data, words),
            certificates=certificates_of(view.data, today, words),
            to_fix=to_fix(self._visits.open_follow_ups(view.id, counted), today, words),
            history=rows,
            shift=self._shift_line(visit),
            has_shift=visit is not None or self._shift.current() is not None,
            arrival=options(words, "access_result", None),
            last_visit=rows[0].day if rows else "",
            shift_comment="" if visit is None else comments_at(INFO, visit.comments, visit.data, words),
            has_draft=visit is not None and visit.has_draft,
            pane=INFO if tab == INFO else ARRIVAL,
            register=register,
            register_word=words.choice("shown_state", register),
            is_being_mended=register == StateWord.DRAFT,
            counts=tuple(
                count_row(count, self._store.shown_state(count.record_id).word, words)
                for count in counts[:MOST_SHOWN]
            ),
            has_old_count=is_old(counts, today),
            is_being_counted=any(
                draft.type == RecordType.WORKER_CENSUS and establishment_of(draft) == view.id
                for draft in self._store.drafts.all()
            ),
            is_loading=self._store.status().is_loading,
        )

    def _word(
        self, rows: tuple[DatedRow, ...], establishment_id: str, visit: InspectionPresenter | None
    ) -> str:
        """Return the state word of the open visit, else of the newest filed one."""
        if visit is None:
            return word_shown(rows[0].state if rows else "", self._register_word(establishment_id))
        return self._store.shown_state(visit.record_id).word if visit.is_known else ""

    def _register_word(self, establishment_id: str) -> str:
        word = self._store.shown_state(establishment_id).word
        return word if word in (StateWord.DRAFT, StateWord.UNSENT) else ""

    def _shift_line(self, visit: InspectionPresenter | None) -> str:
        if visit is None:
            return self._shift.line()
        shift = replace(shift_of(visit.data), began_at=None)
        return shift_line(shift, self._shift.roster, self._words)
