"""Checklist of one establishment: its items, its progress, and the findings that a "no" offers.

The conclusion's items are ASKED in the checklist but STORED in the record's own fields (STORED_AS_FIELD), so
that each fact has one place. `answers.cc_overall` may come from other clients and then MUST equal
`overall_result`; all readers use the field.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from field178_shared.codelists import CodeLists
from field178_shared.codelists.checklist import AnswerKind, ChecklistItem, ChecklistPages, ChecklistSection
from field178_shared.codelists.conditions import ConditionContext
from field178_shared.records.reading import Data, answers_of

STORED_AS_FIELD: Mapping[str, str] = {
    "cc_overall": "overall_result",
    "cc_recommendation": "recommendation",
    "cc_representative_opinion": "representative_opinion",
}
FAILED = frozenset({"no", "partial"})
_YES_NO = frozenset({AnswerKind.YES_NO, AnswerKind.YES_NO_PARTIAL})

Page = tuple[ChecklistSection, tuple[ChecklistItem, ...]]


@dataclass(frozen=True, slots=True)
class SectionProgress:
    """Progress of a section among its visible items."""

    section: ChecklistSection
    answered: int
    total: int
    required_answered: int
    required: int
    failed: int

    @property
    def is_complete(self) -> bool:
        """Return whether every required item is answered."""
        return self.required_answered == self.required


def values_of(data: Data) -> dict[str, object]:
    """Return the value of every answered item by its id, read from where it is stored."""
    values = answers_of(data)
    for item_id, name in STORED_AS_FIELD.items():
        if data.get(name):
            values[item_id] = data[name]
        else:
            values.pop(item_id, None)
    return values


def visible_items(
    lists: CodeLists,
    type_id: str,
    day: date | None,
    values: Mapping[str, object],
    context: ConditionContext,
) -> tuple[Page, ...]:
    """Return the checklist pages of a kind on the day of the visit, with the items that currently apply."""
    return asked_pages(lists.checklist_of(type_id, day), values, context)


def asked_pages(
    pages: ChecklistPages, values: Mapping[str, object], context: ConditionContext
) -> tuple[Page, ...]:
    """Return the pages with the items whose conditions are met."""
    # Performance: the tablet evaluates every item at every tap, so conditions are evaluated inline.
    return tuple(
        [
            (
                section,
                tuple(
                    [item for item in items if item.show_if is None or item.show_if.evaluate(values, context)]
                ),
            )
            for section, items in pages
        ]
    )


def progress(page: Page, values: Mapping[str, object]) -> SectionProgress:
    """Return the progress of a page. A required count with a default needs no tap."""
    section, items = page
    answered = [item for item in items if item.id in values]
    required = [item for item in items if item.required]
    return SectionProgress(
        section=section,
        answered=len(answered),
        total=len(items),
        required_answered=sum(1 for item in required if not is_missing(item, values)),
        required=len(required),
        failed=sum(1 for item in answered if is_shortcoming(item, values[item.id])),
    )


def is_missing(item: ChecklistItem, values: Mapping[str, object]) -> bool:
    """Return whether a required item still needs its answer."""
    return item.required and item.default is None and item.id not in values


def is_shortcoming(item: ChecklistItem, value: object) -> bool:
    """Return whether an answer is a shortcoming of the establishment.

    Items that create another record ask about the team's work, so "no" is no shortcoming of the
    establishment.
    """
    return value in FAILED and not item.is_fact


def all_pass(page: Page, values: Mapping[str, object]) -> dict[str, dict[str, object]]:
    """Return the answers set by the button "cả mục đạt": "yes" for open required yes/no items.

    Counts, answered items, optional items and items that create another record are excluded. The mark `src`
    stores that the answer came from the button.
    """
    return {
        item.id: {"v": "yes", "src": "section"}
        for item in page[1]
        if item.required and item.answer in _YES_NO and not item.is_fact and item.id not in values
    }


def defaults(page: Page, values: Mapping[str, object]) -> dict[str, dict[str, object]]:
    """Return the answers that filing adds for untouched items with a default."""
    return {
        item.id: {"v": item.default}
        for item in page[1]
        if item.required and item.default is not None and item.id not in values
    }
