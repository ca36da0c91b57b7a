"""The checklist of one establishment: its items, its progress, and the findings a "no" offers.

The conclusion's items are ASKED in the checklist but STORED in the record's own fields (STORED_AS_FIELD):
a fact has one place. `answers.cc_overall` may come from other clients and then MUST equal
`overall_result`; the field is the source that every reader uses.
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
        """Tell whether every required item is answered."""
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
    """Return the pages of a kind's checklist of the day of the visit, with the items that are asked now."""
    return asked_pages(lists.checklist_of(type_id, day), values, context)


def asked_pages(
    pages: ChecklistPages, values: Mapping[str, object], context: ConditionContext
) -> tuple[Page, ...]:
    """Return the pages with the items that are asked now."""
    # Every tap on the tablet asks this of every item: the condition is looked at in place.
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
    """Return how far one page is. A required count with a default needs no tap."""
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
    """Tell whether a required item still needs its answer."""
    return item.required and item.default is None and item.id not in values


def is_shortcoming(item: ChecklistItem, value: object) -> bool:
    """Tell whether an answer is a shortcoming of the establishment.

    An item that makes another record asks what the team did there: left undone, the owner has nothing to fix.
    """
    return value in FAILED and not item.is_fact


def all_pass(page: Page, values: Mapping[str, object]) -> dict[str, dict[str, object]]:
    """Return the answers that one tap on "cả mục đạt" sets: the required yes/no items still open.

    Never a count, never an item already answered, never an optional item (nobody looked at it), and never
    one that makes another record. The mark `src` tells how the answer came about.
    """
    return {
        item.id: {"v": "yes", "src": "section"}
        for item in page[1]
        if item.required and item.answer in _YES_NO and not item.is_fact and item.id not in values
    }


def defaults(page: Page, values: Mapping[str, object]) -> dict[str, dict[str, object]]:
    """Return the answers that filing adds for items left at their default."""
    return {
        item.id: {"v": item.default}
        for item in page[1]
        if item.required and item.default is not None and item.id not in values
    }
