"""Formulas of the indicators, checked against the lists that they name."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from field178_shared.codelists.checklist import YES_NO, YES_NO_PARTIAL, AnswerKind
from field178_shared.codelists.rows import CodeListError
from field178_shared.formulas.figures import Aggregate, Formula, Terms, compile_formula
from field178_shared.formulas.parse import parse
from field178_shared.formulas.sources import ENTITIES, Readable, ValueType
from field178_shared.formulas.syntax_tree import (
    BinaryOperation,
    Call,
    FormulaError,
    FormulaFault,
    Name,
    Node,
    written,
)

if TYPE_CHECKING:
    from field178_shared.codelists.indicators import Indicator
    from field178_shared.codelists.lists import CodeLists

_TERMS = "indicators.terms"
# Not a list of the files: the national groups of the kinds of establishment.
_NATIONAL_GROUPS = "national_groups"
_READABLE_ANSWERS = {
    AnswerKind.YES_NO: Readable(ValueType.TEXT, AnswerKind.YES_NO),
    AnswerKind.YES_NO_PARTIAL: Readable(ValueType.TEXT, AnswerKind.YES_NO_PARTIAL),
    AnswerKind.COUNT: Readable(ValueType.NUMBER),
    AnswerKind.DATE: Readable(ValueType.DAY),
}
_VALUES_OF_ANSWERS: Mapping[str, Collection[str]] = {
    AnswerKind.YES_NO: YES_NO,
    AnswerKind.YES_NO_PARTIAL: YES_NO_PARTIAL,
}


@dataclass(frozen=True, slots=True)
class Figure:
    """Formulas of an indicator; without a denominator the value is the numerator.

    `least` and `most` bound the denominator, `num_least` and `num_most` the numerator, if some of their
    numbers are unknown. A numerator with such bounds MUST be a part of the denominator. `coverage`: formulas
    for the count of entities with a known number and the count of all entities; None if every number is
    known.
    """

    numerator: Formula
    denominator: Formula | None
    least: Formula | None = None
    most: Formula | None = None
    num_least: Formula | None = None
    num_most: Formula | None = None
    coverage: tuple[Formula, Formula] | None = None

    @property
    def sent(self) -> tuple[Aggregate, ...]:
        """Aggregates that count the monthly returns sent; empty if the figure uses no monthly returns."""
        return tuple(
            {aggregate.key: aggregate for formula in self.formulas for aggregate in formula.sent}.values()
        )

    @property
    def formulas(self) -> tuple[Formula, ...]:
        """The formulas of the figure that are not None."""
        bounds = (self.least, self.most, self.num_least, self.num_most)
        every = (self.numerator, self.denominator, *bounds)
        return tuple(formula for formula in every if formula is not None)

    @property
    def counted(self) -> tuple[Formula, ...]:
        """All formulas that a figure is counted by, those of its coverage too."""
        return (*self.formulas, *(self.coverage or ()))


class ListVocabulary:
    """The ids that formulas may name."""

    def __init__(self, lists: CodeLists) -> None:
        self._lists = lists

    def ids(self, list_name: str) -> Collection[str]:
        """Return the ids of a list; the name of a plain list has the prefix `choice:`."""
        if list_name in _VALUES_OF_ANSWERS:
            return _VALUES_OF_ANSWERS[list_name]
        if list_name == _NATIONAL_GROUPS:
            return frozenset(
                establishment_type.national_group for establishment_type in self._lists.types.values()
            )
        kind, _, name = list_name.rpartition(":")
        if kind:
            return frozenset(choice.id for choice in self._lists.choices[name])
        ids: Collection[str] = getattr(self._lists, name)
        return ids

    def answer(self, item_id: str) -> Readable | None:
        """Return the value type of a checklist answer; None for texts, which formulas cannot read."""
        item = self._lists.items.get(item_id)
        return None if item is None else _READABLE_ANSWERS.get(item.answer)


class Figures(Mapping[str, Figure]):
    """The formulas of the indicators by their ids, checked at the first use.

    A tablet's start does not pay for it. A use raises CodeListError, with the row and the reason, where one
    of them is refused.
    """

    def __init__(self, lists: CodeLists) -> None:
        self._lists = lists

    def __getitem__(self, indicator_id: str) -> Figure:
        """Return the formulas of an indicator."""
        return self._checked[indicator_id]

    def __iter__(self) -> Iterator[str]:
        """Yield the ids of the indicators."""
        return iter(self._checked)

    def __len__(self) -> int:
        """Return the number of the indicators."""
        return len(self._checked)

    @property
    def columns(self) -> Mapping[str, Formula]:
        """The formulas of the columns of the annexes by their ids."""
        return self._checked_columns

    def refused(self) -> Iterator[tuple[str, str, str]]:
        """Yield table, key and reason of each row whose formula is refused."""
        yield from self._read[1]
        yield from self._read_columns[1]

    @property
    def _checked(self) -> Mapping[str, Figure]:
        self._refuse()
        return self._read[0]

    @property
    def _checked_columns(self) -> Mapping[str, Formula]:
        self._refuse()
        return self._read_columns[0]

    def _refuse(self) -> None:
        for table, key, reason in self.refused():
            raise CodeListError(f"{table}[{key}].{reason}", reason.partition(":")[0])

    @cached_property
    def _read(self) -> tuple[Mapping[str, Figure], tuple[tuple[str, str, str], ...]]:
        vocabulary = ListVocabulary(self._lists)
        terms, refused = _terms(self._lists)
        figures: dict[str, Figure] = {}
        for indicator in self._lists.indicators.values():
            formulas: dict[str, Formula] = {}
            for member, text in _texts_of(indicator).items():
                try:
                    formulas[member] = compile_formula(text, vocabulary, terms)
                except FormulaError as error:
                    refused.append(("indicators.items", indicator.id, f"{member}: {error}"))
            if "num" in formulas:
                figures[indicator.id] = Figure(
                    numerator=formulas["num"],
                    denominator=formulas.get("den"),
                    least=formulas.get("den_least"),
                    most=formulas.get("den_most"),
                    num_least=formulas.get("num_least"),
                    num_most=formulas.get("num_most"),
                    coverage=_coverage(formulas, vocabulary, terms),
                )
        return figures, tuple(refused)

    @cached_property
    def _read_columns(self) -> tuple[Mapping[str, Formula], tuple[tuple[str, str, str], ...]]:
        vocabulary = ListVocabulary(self._lists)
        terms, _ = _terms(self._lists)
        formulas: dict[str, Formula] = {}
        refused: list[tuple[str, str, str]] = []
        for column in self._lists.annex_columns.values():
            try:
                formulas[column.id] = compile_formula(column.formula, vocabulary, terms)
            except FormulaError as error:
                refused.append(("reports.annex_columns", column.id, f"formula: {error}"))
        return formulas, tuple(refused)


def coverage_texts(formula: str) -> tuple[str, str] | None:
    """Return the count formulas of a total: entities with a known number, and all entities.

    Return None for any other formula. Numbers from answers count visited entities only. A total that an
    agency states needs no coverage.
    """
    node = parse(formula)
    if not (isinstance(node, Call) and node.function == "total" and len(node.arguments) == 2):
        return None
    entity, value = node.arguments
    kind = ENTITIES.get(entity.name) if isinstance(entity, Name) else None
    if kind is None or kind.is_stated or not isinstance(value, Name):
        return None
    is_known: Node = Call(0, "known", (value,))
    where = is_known if node.where is None else BinaryOperation(0, "and", node.where, is_known)
    return written(Call(0, "count", (entity,), where)), written(Call(0, "count", (entity,), node.where))


def _coverage(
    formulas: Mapping[str, Formula], vocabulary: ListVocabulary, terms: Terms
) -> tuple[Formula, Formula] | None:
    texts = coverage_texts((formulas.get("den") or formulas["num"]).text)
    if texts is None:
        return None
    counted, every = (compile_formula(text, vocabulary, terms) for text in texts)
    return counted, every


def _texts_of(indicator: Indicator) -> dict[str, str]:
    texts = {
        "num": indicator.numerator,
        "den": indicator.denominator,
        "den_least": indicator.least_denominator,
        "den_most": indicator.most_denominator,
        "num_least": indicator.least_numerator,
        "num_most": indicator.most_numerator,
    }
    return {member: text for member, text in texts.items() if text is not None}


def _terms(lists: CodeLists) -> tuple[dict[str, dict[str, Node]], list[tuple[str, str, str]]]:
    """Return the parsed terms by the kind of entity that they are for, and by name; and those refused."""
    nodes: dict[str, dict[str, Node]] = {}
    refused: list[tuple[str, str, str]] = []
    for term in lists.formula_terms.values():
        strange = [kind for kind in term.of if kind not in ENTITIES]
        refused += [(_TERMS, term.id, f"of: {FormulaFault.UNKNOWN_SOURCE}: {kind}") for kind in strange]
        try:
            node = parse(term.formula)
        except FormulaError as error:
            refused.append((_TERMS, term.id, f"formula: {error}"))
            continue
        for kind in term.of:
            nodes.setdefault(kind, {})[term.id] = node
    return nodes, refused
