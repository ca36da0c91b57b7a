"""Changes of the conclusion of an open visit: result, measures, deadlines, register updates, warnings."""

from __future__ import annotations

from abc import abstractmethod

from field178_mobile.features.inspection import conclusion, measure_answers
from field178_mobile.features.inspection.checklist_editing import ChecklistEditing
from field178_mobile.features.inspection.filing_warnings import filing_warnings
from field178_mobile.features.inspection.fix_dates import day_or_none, end_of_offer
from field178_mobile.features.inspection.visit_checks import warnings_of
from field178_mobile.features.inspection.visit_scene import OpenVisit, VisitScene
from field178_mobile.presentation.checks import FilingWarning
from field178_mobile.presentation.wording import Wording
from field178_mobile.store import Store
from field178_shared.record_type import RecordType
from field178_shared.time.clock import Clock


class ConclusionEditing(ChecklistEditing):
    """The part of a visit's presenter that changes its conclusion."""

    def __init__(self, store: Store, clock: Clock, words: Wording, opened: OpenVisit) -> None:
        super().__init__(store, clock, words, opened)
        self._kept_in_register: frozenset[str] = frozenset()

    @abstractmethod
    def _scene(self) -> VisitScene:
        """Return the visit with all that its state depends on."""

    def choose_role(self, role: str) -> None:
        """Record the role of the representative, never a name."""
        self._change(conclusion.choose_role(role))

    def choose_result(self, result: str) -> None:
        """Record the overall result."""
        self._change(
            conclusion.choose_result(result), self._words.field(RecordType.INSPECTION, "overall_result")
        )

    def toggle_measure(self, measure: str) -> None:
        """Add or remove a measure."""
        label = self._words.choice("measure", measure)
        self._change(conclusion.toggle_measure(self._session.data, measure), label)

    def toggle_answered(self, measure: str, violation_id: str) -> None:
        """Add or remove a violation answered by a measure."""
        changes = measure_answers.toggle_answered(self._session.data, measure, violation_id)
        self._change(changes, self._words.field(RecordType.INSPECTION, "measures.*.violation_ids"))

    def fix_by(self, due_on: str) -> None:
        """Set the due day (ISO) of all shortcomings, or remove their corrections ("")."""
        changes = conclusion.fix_by(self._session.data, day_or_none(due_on), self._words)
        self._change(changes, self._words.field(RecordType.INSPECTION, "follow_ups"))

    def fix_within(self, offer: str) -> None:
        """Set an offered limit for all shortcomings (fix_dates)."""
        self.fix_by(end_of_offer(offer, self._day, self._words.lists).isoformat())

    def fix_item_by(self, item_id: str, due_on: str) -> None:
        """Set the due day (ISO) of one shortcoming, or remove its correction ("")."""
        changes = conclusion.fix_item_by(item_id, day_or_none(due_on), self._words)
        self._change(changes, self._item_name(item_id))

    def choose_paper(self, signed: str) -> None:
        """Record the outcome of signing."""
        self._change(conclusion.choose_paper(signed))

    def toggle_update(self, path: str) -> None:
        """Keep a value of the register, or replace it by the observed value."""
        self._kept_in_register ^= {path}
        self._draw()

    def mend_warning(self, warning: FilingWarning) -> None:
        """Apply the change that corrects a warning, then show the remaining warnings."""
        self._change(warning.changes, warning.row.where)
        self._filing_warnings = self._open_warnings()

    def _open_warnings(self) -> tuple[FilingWarning, ...]:
        scene = self._scene()
        return filing_warnings(warnings_of(scene, self._clock.now()), scene)
