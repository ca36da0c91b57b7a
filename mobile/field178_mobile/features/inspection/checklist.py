"""Checklist of one visit: its sections, the items that currently apply, and their progress."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from field178_mobile.features.inspection.answers import NEVER_REPEATED, Answers, ItemAnswer, answers_after
from field178_mobile.features.inspection.visit import is_closed_early
from field178_mobile.presentation.draft_session import Changes, Data
from field178_shared.codelists import AnswerKind, ChecklistItem, ChecklistSection, CodeLists, ConditionContext
from field178_shared.records.reading import answers_of, day_of_act, entries_of
from field178_shared.rules.checklist import all_pass, asked_pages, is_shortcoming, values_of

CONCLUSION = "conclusion"


class SectionCount(NamedTuple):
    """Progress of a section in items. A required item needs its own tap, whatever its default."""

    total: int
    answered: int
    required: int
    required_done: int
    failed: int

    @property
    def is_done(self) -> bool:
        """Return whether every required item has an answer."""
        return self.required_done == self.required


NOTHING = SectionCount(0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True, eq=False)
class SectionPageContent:
    """A section, its items that currently apply, and their answers in the same order.

    An unchanged page is the same object in the next reading, so that pages are compared by identity.
    """

    section: ChecklistSection
    items: tuple[ChecklistItem, ...]
    answers: tuple[ItemAnswer | None, ...]
    progress: SectionCount

    def open_required(self) -> tuple[ChecklistItem, ...]:
        """Return the required items without an answer."""
        answered = zip(self.items, self.answers, strict=True)
        return tuple(item for item, answer in answered if item.required and answer is None)

    def pass_changes(self, values: Mapping[str, object]) -> Changes:
        """Return the changes of the button "whole section met": see rules.checklist.all_pass."""
        given = all_pass((self.section, self.items), values)
        return {f"answers.{item_id}": answer for item_id, answer in given.items()}

    def repeatable(self, last: Answers) -> dict[str, int]:
        """Return the counts of the last visit that one tap may copy: open here, and stable across visits.

        Items that open a protocol are counted anew at every visit.
        """
        return {
            item.id: value
            for item, answer in zip(self.items, self.answers, strict=True)
            if item.answer is AnswerKind.COUNT and answer is None and not item.protocol
            if item.id not in NEVER_REPEATED and item.id in last
            if isinstance(value := last[item.id].value, int)
        }


@dataclass(frozen=True, slots=True)
class VisitReading:
    """Answers and pages of one state of a visit's draft.

    `values`: answer values for the rules; `counts`: those that are counts. The conclusion is not a page: it
    has a separate tab.
    """

    data: Data
    answers: Answers
    values: Mapping[str, object]
    counts: Mapping[str, int]
    is_closed_early: bool
    pages: tuple[SectionPageContent, ...]

    def asked_ids(self) -> frozenset[str]:
        """Return the items that currently apply."""
        return frozenset(item.id for page in self.pages for item in page.items)


class VisitReader:
    """Reader of the draft of one visit; unchanged answers and pages are reused."""

    def __init__(self, lists: CodeLists, type_id: str, has_open_follow_ups: bool) -> None:
        self._lists, self._items, self._type_id = lists, lists.items, type_id
        self._started: object = None
        self._checklist = lists.checklist_of(type_id, None)
        self._has_open_follow_ups = has_open_follow_ups
        self._reading = VisitReading({}, {}, {}, {}, False, ())

    def read(self, data: Data) -> VisitReading:
        """Return the reading of a draft, which MUST NOT be changed in place."""
        before = self._reading
        if data is not before.data:
            answers = answers_after(before.answers, before.data, data)
            values = values_of(answers_of(data), data.get)
            counts = {key: answer.value for key, answer in answers.items() if isinstance(answer.value, int)}
            is_shut = is_closed_early(data)
            pages = () if is_shut else self._pages(data, answers, values)
            self._reading = VisitReading(data, answers, values, counts, is_shut, pages)
        return self._reading

    def _pages(
        self, data: Data, answers: Answers, values: Mapping[str, object]
    ) -> tuple[SectionPageContent, ...]:
        before = self._reading
        pages = {page.section.id: page for page in before.pages}
        touched = {
            self._items[item_id].section
            for item_id in {*answers, *before.answers}
            if answers.get(item_id) is not before.answers.get(item_id) and item_id in self._items
        }
        context = ConditionContext(self._has_open_follow_ups, len(entries_of(data, "findings")))
        if (started := data.get("started_at")) != self._started:
            # Performance: called at each tap, so the list of the day is read only when the day changes.
            self._started, day = started, day_of_act(data)
            self._checklist = self._lists.checklist_of(self._type_id, day)
        shown = asked_pages(self._checklist, values, context)
        return tuple(
            [
                page
                if (page := pages.get(section.id)) and page.items == items and section.id not in touched
                else _page(section, items, answers)
                for section, items in shown
                if section.id != CONCLUSION
            ]
        )


def total_progress(pages: Iterable[SectionPageContent]) -> SectionCount:
    """Return the progress of all pages together."""
    return SectionCount(*map(sum, zip(NOTHING, *[page.progress for page in pages], strict=True)))


def _page(
    section: ChecklistSection, items: tuple[ChecklistItem, ...], answers: Answers
) -> SectionPageContent:
    given = tuple([answers.get(item.id) for item in items])
    return SectionPageContent(section, items, given, _progress(items, given))


def _progress(items: tuple[ChecklistItem, ...], answers: tuple[ItemAnswer | None, ...]) -> SectionCount:
    answered = [(item, answer) for item, answer in zip(items, answers, strict=True) if answer is not None]
    return SectionCount(
        total=len(items),
        answered=len(answered),
        required=[item.required for item in items].count(True),
        required_done=[item.required for item, _answer in answered].count(True),
        failed=[is_shortcoming(item, answer.value) for item, answer in answered].count(True),
    )
