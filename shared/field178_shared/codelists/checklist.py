"""Inspection checklist: its sections and items, and which items apply to a kind of establishment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from field178_shared.codelists.conditions import Condition, parse_condition
from field178_shared.codelists.count_rules import CountRule, parse_count_rules
from field178_shared.codelists.establishments import Applies, EstablishmentType, read_applies
from field178_shared.codelists.labels import Labelled
from field178_shared.codelists.legal import LegalReference, read_reference
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistSection(Labelled):
    """A page of the checklist."""

    order: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistItem(Labelled):
    """One question about documents, premises or counts; never about a person."""

    section: str
    applies: Applies
    answer: AnswerKind
    choice_list: str | None
    required: bool
    default: int | None
    max_length: int | None
    extra: tuple[str, ...]
    violations: tuple[str, ...]
    show_if: Condition | None
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

    @property
    def is_suppressed(self) -> bool:
        """Tell whether the count points at a person: no paper, file or feed holds it for one visit."""
        return self.export == _SUPPRESSED


ChecklistPages = tuple[tuple[ChecklistSection, tuple[ChecklistItem, ...]], ...]


def read_section(row: ListFileRow) -> ChecklistSection:
    """Read one page of the checklist."""
    return ChecklistSection(**row.head(), order=row.whole("order"))


def read_item(row: ListFileRow) -> ChecklistItem:
    """Read one question."""
    answer, choice_list = _read_answer(row)
    show_if = row.text_or_none("show_if")
    rule = row.text_or_none("rule")
    return ChecklistItem(
        **row.head(),
        section=row.text("section"),
        applies=read_applies(row),
        answer=answer,
        choice_list=choice_list,
        required=row.flag("required"),
        default=row.whole_or_none("default"),
        max_length=row.whole_or_none("max_length"),
        extra=row.texts("extra"),
        violations=row.texts("no_leads_to"),
        show_if=None if show_if is None else parse_condition(show_if),
        rule=rule,
        count_rules=() if rule is None else parse_count_rules(rule),
        protocol=row.text_or_none("protocol"),
        legal=row.each("legal", read_reference),
        privacy=row.text_or_none("privacy"),
        export=row.text_or_none("export"),
        creates=row.text_or_none("creates"),
        auto_hint=row.text_or_none("auto_hint"),
        confidence=row.text("confidence"),
    )


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


def _read_answer(row: ListFileRow) -> tuple[AnswerKind, str | None]:
    kind, _, choice_list = row.text("answer").partition(":")
    try:
        return AnswerKind(kind), choice_list or None
    except ValueError as error:
        raise CodeListError(f"{row.where}: unknown answer kind {kind!r}") from error
