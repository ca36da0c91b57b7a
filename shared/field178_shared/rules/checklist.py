"""Checklist of one establishment: its items, and the answers that count as shortcomings.

The conclusion's items are ASKED in the checklist but STORED in the record's own fields (STORED_AS_FIELD), so
that each fact has one place. `answers.cc_overall` may come from other clients and then MUST equal
`overall_result`; all readers use the field.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from field178_shared.codelists import CodeLists
from field178_shared.codelists.checklist import AnswerKind, ChecklistItem, ChecklistPages, ChecklistSection
from field178_shared.codelists.conditions import ConditionContext

STORED_AS_FIELD: Mapping[str, str] = {
    "cc_overall": "overall_result",
    "cc_recommendation": "recommendation",
    "cc_representative_opinion": "representative_opinion",
}
FAILED = frozenset({"no", "partial"})
_YES_NO = frozenset({AnswerKind.YES_NO, AnswerKind.YES_NO_PARTIAL})

Page = tuple[ChecklistSection, tuple[ChecklistItem, ...]]


def values_of(answers: dict[str, object], field_of: Callable[[str], object]) -> dict[str, object]:
    """Return the value of every answered item by its id, read from where it is stored.

    `answers`: the bare answers of the visit; `field_of` returns a field of the visit by its name.
    """
    values = dict(answers)
    for item_id, name in STORED_AS_FIELD.items():
        if value := field_of(name):
            values[item_id] = value
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
