"""Changes of an open visit: answers, counts, violations, follow-ups, protocols, and its conclusion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from field178_mobile.components.forms.filing import FilingPresenter
from field178_mobile.features.inspection import (
    answers,
    conclusion,
    findings,
    follow_up_answers,
    measure_answers,
    visit,
)
from field178_mobile.features.inspection.checklist import SectionPageContent, VisitReader, VisitReading
from field178_mobile.features.inspection.field_positions import CHECKLIST
from field178_mobile.features.inspection.fix_dates import day_or_none, end_of_offer
from field178_mobile.features.inspection.inspection_state import Sight
from field178_mobile.features.inspection.visit_scene import OpenVisit
from field178_mobile.presentation.draft_session import Changes
from field178_mobile.presentation.facts import ToFix
from field178_mobile.presentation.follow_up_lines import to_fix
from field178_mobile.presentation.wording import Wording
from field178_mobile.store import Store
from field178_shared.record_type import RecordType
from field178_shared.records.reading import entries_of
from field178_shared.time.clock import Clock, local_date


class VisitEditing(FilingPresenter):
    """The part of a visit's presenter that holds the open visit and changes it."""

    def __init__(self, store: Store, clock: Clock, words: Wording, opened: OpenVisit) -> None:
        super().__init__(store, clock, words, opened.draft)
        self._opened = opened
        self._day = visit.day_of(opened.draft.data, local_date(clock.now()))
        self._last = answers.answers_of(opened.last)
        self._asked_protocols: frozenset[str] = frozenset()
        self._kept_in_register: frozenset[str] = frozenset()
        self._sight = Sight(CHECKLIST)
        self._reader = VisitReader(words.lists, opened.establishment.type_id, bool(opened.follow_ups))

    @property
    def is_locked(self) -> bool:
        """Return whether the visit is read-only because the office has reviewed it."""
        return self._opened.is_locked

    @property
    def comments(self) -> Mapping[str, str]:
        """The office's words on the visit by path."""
        return self._opened.comments

    @property
    def has_draft(self) -> bool:
        """Return whether there is a stored draft to discard."""
        return self._store.drafts.get(self.draft_id) is not None

    @property
    def is_known(self) -> bool:
        """Return whether the visit is in the store: filed, or stored as a draft."""
        return self._opened.draft.seen is not None or self.is_filed or self.has_draft

    @property
    def is_to_read(self) -> bool:
        """Return whether the visit is read-only until the officer chooses to edit it."""
        return self._opened.is_to_read

    def change_shift(self, changes: Changes) -> None:
        """Change the values copied from the shift."""
        self._change(changes, self._words.translate("Shift of the night"))

    def arrive(self, access_result: str) -> None:
        """Record how the team got in; anything but "inspected" closes the form early."""
        label = self._words.field(RecordType.INSPECTION, "access_result")
        self._change(visit.arrive(self._session.data, access_result), label)

    def answer(self, item_id: str, value: str) -> None:
        """Answer an item; the same answer again opens it."""
        data, current = self._session.data, self._reading.answers.get(item_id)
        if current is not None and current.value == value:
            self._change(answers.take_back(data, item_id), self._item_name(item_id))
        else:
            changes = answers.give_answer(data, item_id, value)
            deadline = conclusion.keep_deadline(data, item_id, value, self._words)
            self._change({**changes, **deadline}, self._item_name(item_id))

    def count(self, item_id: str, number: int | None) -> None:
        """Set a count, or remove it."""
        data = self._session.data
        given = {} if number is None else answers.give_answer(data, item_id, number)
        self._change(given or answers.take_back(data, item_id), self._item_name(item_id))

    def pass_section(self) -> None:
        """Answer "met" to every item of the open section that has no answer yet, marked as such."""
        page = self._page
        if page is not None:
            self._change(page.pass_changes(self._reading.values), page.section.label(self._words.language))

    def repeat_counts(self) -> None:
        """Copy the last visit's counts of the open section, marked as copied."""
        page = self._page
        if page is not None:
            changes = answers.repeat_counts(self._session.data, page.repeatable(self._last))
            self._change(changes, page.section.label(self._words.language))

    def write_note(self, item_id: str, text: str) -> None:
        """Set the note of an item as typed."""
        self._change(answers.write_note(item_id, text))

    def add_to_note(self, item_id: str, phrase: str) -> None:
        """Append a stock phrase to the note of an item."""
        answer = self._reading.answers.get(item_id)
        if answer is not None and phrase not in answer.note:
            self._change(answers.write_note(item_id, f"{answer.note} {phrase}".strip()))

    def toggle_violation(self, item_id: str, violation_id: str) -> None:
        """Record a violation of an item with the frame of the day, or remove it."""
        key = findings.finding_key(item_id, violation_id)
        if key in entries_of(self._session.data, "findings"):
            self._change(findings.drop_violation(item_id, violation_id), self._item_name(item_id))
        else:
            chosen = findings.choose_violation(self._words.lists, item_id, violation_id, self._day)
            self._change(chosen, self._item_name(item_id))

    def toggle_plan_item(self, item_id: str) -> None:
        """Link the visit to a planned visit, or remove the link; its kind stays the kind of its shift."""
        is_linked = self._session.data.get("plan_item_id") == item_id
        changes: Changes = {"plan_item_id": None if is_linked else item_id}
        self._change(changes, self._words.field(RecordType.INSPECTION, "plan_item_id"))

    def open_protocol(self, protocol: str) -> None:
        """Show the steps of a protocol; nothing is recorded before it was referred."""
        self._asked_protocols |= {protocol}
        self._draw()

    def close_protocol(self, protocol: str) -> None:
        """Close a protocol that was opened by hand; it has no recorded data."""
        self._asked_protocols -= {protocol}
        self._draw()

    def refer(self, protocol: str, referred_to: str) -> None:
        """Record the referral of a protection protocol, without person and narrative."""
        label = self._words.choice("protocol", protocol)
        self._change(visit.refer(protocol, referred_to, self._clock.now()), label)

    def answer_follow_up(self, key: str, status: str) -> None:
        """Record the state of a correction of earlier visits; the same answer again removes it."""
        row = self._to_fix(key)
        changes = follow_up_answers.answer_follow_up(self._session.data, row, status)
        self._change(changes, self._words.translate("Still to be fixed"))

    def note_follow_up(self, key: str, text: str) -> None:
        """Set the note of a follow-up answer as typed."""
        self._change(follow_up_answers.write_follow_up_note(self._to_fix(key), text))

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

    @property
    def _reading(self) -> VisitReading:
        """The present checklist of the visit."""
        return self._reader.read(self._session.draft.data)

    @property
    def _page(self) -> SectionPageContent | None:
        """The open section; None while no section is open."""
        return next((page for page in self._reading.pages if page.section.id == self._sight.section), None)

    def _saved(self) -> None:
        if self._sight.focus:
            self._sight = replace(self._sight, focus="")
        super()._saved()

    def _to_fix(self, key: str) -> ToFix:
        rows = to_fix(self._opened.follow_ups, self._day, self._words)
        return next(row for row in rows if row.key == key)

    def _item_name(self, item_id: str) -> str:
        return self._words.lists.items[item_id].label(self._words.language)
