"""Inspection checklist: its sections and items, and which items apply to a kind of establishment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

from field178_shared.codelists.conditions import Condition, parse_condition
from field178_shared.codelists.count_rules import CountRule, parse_count_rules
from field178_shared.codelists.establishments import Applies, EstablishmentType
from field178_shared.codelists.labels import Labelled
from field178_shared.codelists.legal import LegalReference
from field178_shared.codelists.rows import CodeListError, ListFileRow


class AnswerKind(StrEnum):
    """Kind of an item's answer; "yes" is always the compliant one."""

    YES_NO = "yna"
    YES_NO_PARTIAL = "ynpa"
    COUNT = "count"
    MONEY = "money"
    DATE = "date"
    TEXT = "text"
    CHOICE = "choice"


_SUPPRESSED = "suppressed"
YES_NO = frozenset({"yes", "no", "na"})
YES_NO_PARTIAL = YES_NO | {"partial"}


def _read_show_if(row: ListFileRow) -> Condition | None:
    text = row.text_or_none("show_if")
    return None if text is None else parse_condition(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistSection(Labelled):
    """A page of the checklist."""

    order: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistItem(Labelled):
    """One question about documents, premises or counts; never about a person."""

    section: str
    applies: Applies = field(metadata={"read": Applies.read})
    answer: AnswerKind
    choice_list: str | None
    required: bool
    default: int | None
    max_length: int | None
    extra: tuple[str, ...]
    violations: tuple[str, ...] = field(metadata={"key": "no_leads_to"})
    show_if: Condition | None = field(metadata={"read": _read_show_if})
    rule: str | None
    count_rules: tuple[CountRule, ...]
    protocol: str | None
    legal: tuple[LegalReference, ...]
    privacy: str | None
    export: str | None
    creates: str | None
    auto_hint: str | None
    confidence: str
    # True if the item records an act of the team (yes or no) and does not judge the establishment.
    is_fact: bool = field(init=False)

    def __post_init__(self) -> None:
        """Compute `is_fact` once: the tablet reads it at every tap."""
        object.__setattr__(self, "is_fact", self.creates is not None)

    @classmethod
    def read(cls, row: ListFileRow) -> Self:
        """Read a question: `answer` is its kind, or `choice:` and a list; `rule` may relate counts."""
        kind, _, choice_list = row.text("answer").partition(":")
        try:
            answer = AnswerKind(kind)
        except ValueError as error:
            raise CodeListError(f"{row.where}: unknown answer kind {kind!r}") from error
        rule = row.text_or_none("rule")
        return row.build(
            cls,
            answer=answer,
            choice_list=choice_list or None,
            rule=rule,
            count_rules=() if rule is None else parse_count_rules(rule),
        )

    @property
    def is_suppressed(self) -> bool:
        """Tell whether the count points at a person: no paper, file or feed holds it for one visit."""
        return self.export == _SUPPRESSED


ChecklistPages = tuple[tuple[ChecklistSection, tuple[ChecklistItem, ...]], ...]


def checklist_of(
    kind: EstablishmentType, sections: Mapping[str, ChecklistSection], items: Mapping[str, ChecklistItem]
) -> ChecklistPages:
    """Return the pages of one kind of establishment in profile order, items in list order.

    A section that is not among `sections` has no page.
    """
    items_by_section: dict[str, list[ChecklistItem]] = {}
    for item in items.values():
        if item.applies.covers(kind):
            items_by_section.setdefault(item.section, []).append(item)
    return tuple(
        (sections[name], tuple(items_by_section.get(name, ()))) for name in kind.sections if name in sections
    )
