"""Minutes of one visit: preview, number and outcome of signing.

Only a filed revision is printed: the code on the paper names it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from field178_mobile.components.comments.reviewed import CLOSED
from field178_mobile.components.documents.document_output import (
    DocumentOutput,
    DocumentServices,
    Made,
    Progress,
)
from field178_mobile.components.documents.paper_state import PaperState, paper_state
from field178_mobile.features.inspection.minutes_number import numbers_left, take_number
from field178_mobile.features.inspection.minutes_state import (
    KINDS,
    MinutesState,
    blocked_words,
    facts_of_visit,
    is_possible,
    missing_of,
    number_words,
    outcome_note,
    outcomes_of,
    says_other,
)
from field178_mobile.features.inspection.visit import NOBODY
from field178_mobile.presentation.draft_session import Data, superseding
from field178_mobile.presentation.wording import Wording
from field178_mobile.store import MergedRecord, Store
from field178_shared.documents.sources import MINUTES, VisitSource, source_of_visit
from field178_shared.errors import AppError, ErrorCode
from field178_shared.ids import IdSource
from field178_shared.records.reading import text_of
from field178_shared.time.clock import Clock


@dataclass(frozen=True, slots=True)
class MinutesServices:
    """Services for reading and changing the visit."""

    store: Store
    clock: Clock
    ids: IdSource
    words: Wording
    user: str
    papers: DocumentServices


@dataclass(frozen=True, slots=True)
class VisitAtHand:
    """The visit on the screen: its record, its typed data, and whether the data is unfiled."""

    record_id: str
    data: Callable[[], Data]
    has_unfiled: Callable[[], bool]


class MinutesPresenter:
    """Present the minutes of one visit; the document output opens, prints and saves them."""

    def __init__(
        self, services: MinutesServices, visit: VisitAtHand, render: Callable[[MinutesState], None]
    ) -> None:
        self._services = services
        self._store = services.store
        self._words = services.words
        self._visit = visit
        self._render = render
        self._left = 0
        self.output = DocumentOutput(services.papers, services.store.settings, services.words, self.show)

    def show(self) -> None:
        """Draw the sheet."""
        self._render(self._state())

    def make(self, kind: str) -> None:
        """Make a paper of the visit as it is filed now."""
        self.output.make(kind, lambda tell: self._draw(kind, tell))

    def choose_outcome(self, outcome: str) -> None:
        """Store the outcome of signing as a separate revision, filed at once."""
        view = self._view()
        if view is not None and self._can_choose(view):
            self._file(view, {"paper_signed": outcome})
        self.show()

    def _draw(self, kind: str, tell: Progress) -> Made:
        if kind == MINUTES:
            self._number()
        source = self._filed()
        if source is None:
            raise AppError(ErrorCode.PAPER_UNSETTLED)
        # Late: the drawing library costs the start half a second.
        from field178_shared.documents.commitment_pdf import commitment_pdf
        from field178_shared.documents.inspection_minutes_pdf import inspection_minutes_pdf

        make = inspection_minutes_pdf if kind == MINUTES else commitment_pdf
        content = make(source, self._words.lists, tell)
        return Made(kind, source.file_name(kind), content, source.rev, source.data)

    def _number(self) -> None:
        """Assign a number to the minutes, once; it is stored in the record before printing."""
        view = self._view()
        if view is None or view.data.get("minutes_number") or not self._can_edit(view):
            return
        if number := take_number(self._store, view.id, view.data):
            self._file(view, {"minutes_number": number})

    def _file(self, view: MergedRecord, changes: dict[str, object]) -> None:
        services = self._services
        draft = superseding(view, services.ids.time_ordered(), services.user, services.clock.now())
        self._store.file(replace(draft, data={**view.data, **changes}), services.user)

    def _view(self) -> MergedRecord | None:
        return self._store.view(self._visit.record_id)

    def _filed(self) -> VisitSource | None:
        """Return the last filed revision, which is printed; None if there is none."""
        row = self._store.revision(self._visit.record_id)
        return None if row is None else self._source(row.data, row.rev, row.h)

    def _source(self, data: Data, rev: int = 0, h: str = "") -> VisitSource:
        return source_of_visit(self._visit.record_id, rev, h, data, self._find)

    def _find(self, record_id: str) -> Data | None:
        # Deleted ones too, while they are here: an officer who has left was there.
        view = self._store.view(record_id)
        return None if view is None else view.data

    def _can_edit(self, view: MergedRecord) -> bool:
        # Not while something of the visit is typed and not filed: filing a part of it would be neither.
        return not self._is_closed(view) and not self._visit.has_unfiled()

    def _can_choose(self, view: MergedRecord) -> bool:
        return self._can_edit(view) and view.data.get("representative_role") != NOBODY

    def _is_closed(self, view: MergedRecord) -> bool:
        return self._store.shown_state(view.id).word in CLOSED

    def _state(self) -> MinutesState:
        words, view, filed = self._words, self._view(), self._filed()
        # A visit that was never filed is shown as a preview.
        source = filed or self._source(self._visit.data())
        number, note = number_words(source, self._numbers_left(source, view), words)
        folder = self.output.folder()
        return MinutesState(
            place=text_of(source.establishment, "name"),
            number=number,
            number_note=note,
            facts=facts_of_visit(source, words),
            missing=missing_of(source, words),
            outcomes=outcomes_of(source, words),
            outcome=outcome_note(source, words),
            can_choose=filed is not None and view is not None and self._can_choose(view),
            revision=words.say("Revision {rev}", rev=filed.rev) if filed else "",
            blocked=blocked_words(filed, view is not None, self._visit.has_unfiled(), words),
            to_file=self._visit.has_unfiled(),
            papers=tuple(self._paper(kind, filed) for kind in KINDS),
            folder=None if folder is None else str(folder),
        )

    def _numbers_left(self, source: VisitSource, view: MergedRecord | None) -> int:
        if text_of(source.data, "minutes_number") or (view is not None and self._is_closed(view)):
            return 0
        # Not at each step of a drawing: it reads every visit of the team.
        if not self.output.making:
            self._left = numbers_left(self._store, source.data)
        return self._left

    def _paper(self, kind: str, filed: VisitSource | None) -> PaperState:
        made = self.output.made(kind)
        is_old = made is not None and filed is not None and says_other(filed, made)
        return paper_state(kind, self.output, self._words, can_make=is_possible(kind, filed), is_old=is_old)
