"""The checklist of one visit as it is asked now: its sections, the items shown, and how far each has come."""

from __future__ import annotations

from dataclasses import dataclass

from field178_mobile.features.inspection.answers import NEVER_REPEATED, answers_of
from field178_mobile.presentation.draft_session import Changes, Data
from field178_shared.codelists import AnswerKind, ChecklistItem, ChecklistSection, CodeLists, ConditionContext
from field178_shared.records.reading import entries_of
from field178_shared.rules.checklist import all_pass, is_shortcoming, values_of, visible_items

CONCLUSION = "conclusion"


@dataclass(frozen=True, slots=True)
class SectionCount:
    """How far a section has come, in items. A required item needs its own tap, whatever its default."""

    total: int
    answered: int
    required: int
    required_done: int
    failed: int

    @property
    def is_done(self) -> bool:
        """Tell whether every required item has an answer."""
        return self.required_done == self.required

    def __add__(self, other: SectionCount) -> SectionCount:
        return SectionCount(
            self.total + other.total,
            self.answered + other.answered,
            self.required + other.required,
            self.required_done + other.required_done,
            self.failed + other.failed,
        )


NOTHING = SectionCount(0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class SectionPageContent:
    """One section and the items of it that are asked now."""

    section: ChecklistSection
    items: tuple[ChecklistItem, ...]

    def progress(self, data: Data) -> SectionCount:
        """Return how far the section has come."""
        answers = answers_of(data)
        required = [item for item in self.items if item.required]
        answered = [item for item in self.items if item.id in answers]
        return SectionCount(
            total=len(self.items),
            answered=len(answered),
            required=len(required),
            required_done=sum(item.id in answers for item in required),
            failed=sum(is_shortcoming(item, answers[item.id].value) for item in answered),
        )

    def open_required(self, data: Data) -> tuple[ChecklistItem, ...]:
        """Return the required items without an answer."""
        answers = answers_of(data)
        return tuple(item for item in self.items if item.required and item.id not in answers)

    def pass_changes(self, data: Data) -> Changes:
        """Return what one tap on "whole section met" changes: see rules.checklist.all_pass."""
        given = all_pass((self.section, self.items), values_of(data))
        return {f"answers.{item_id}": answer for item_id, answer in given.items()}

    def repeatable(self, data: Data, last: Data) -> dict[str, int]:
        """Return the counts of the last visit that one tap may repeat: open here, and true across visits.

        What opens a protocol is looked at afresh every time.
        """
        here, before = answers_of(data), answers_of(last)
        return {
            item.id: value
            for item in self.items
            if item.answer is AnswerKind.COUNT and item.id not in here and not item.protocol
            if item.id not in NEVER_REPEATED and item.id in before
            if isinstance(value := before[item.id].value, int)
        }


def pages_of(
    lists: CodeLists, type_id: str, data: Data, has_open_follow_ups: bool
) -> tuple[SectionPageContent, ...]:
    """Return the pages asked now, in the order of the kind's profile; the conclusion has its own tab."""
    context = ConditionContext(has_open_follow_ups, len(entries_of(data, "findings")))
    shown = visible_items(lists, type_id, values_of(data), context)
    return tuple(SectionPageContent(section, items) for section, items in shown if section.id != CONCLUSION)
