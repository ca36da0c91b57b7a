"""Formulas of figures: numbers of events and entities, added up over an area and joined by arithmetic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from field178_shared.formulas.entities import EntityCompiler, of_two, part_kind
from field178_shared.formulas.evaluation import Compiled, Compiler, Run, Vocabulary, arguments
from field178_shared.formulas.parse import parse
from field178_shared.formulas.rows import RowCompiler
from field178_shared.formulas.sources import COMMUNE, ENTITIES, SOURCES, Source, ValueType
from field178_shared.formulas.syntax_tree import Call, FormulaError, FormulaFault, Name, Node, written

# Parsed parts of formulas by the kind of entity that they are for, and by name.
Terms = Mapping[str, Mapping[str, Node]]


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A number that adds up over events or entities; without `value` each counts as one.

    `key` is its formula; `by` is the field of its breakdown, "" without breakdown. `reads_parts`: the number
    changes when a month or quarter of the period ends.
    """

    key: str
    of: str
    value: Run | None = field(compare=False, default=None)
    where: Run | None = field(compare=False, default=None)
    by: str = ""
    reads_parts: bool = False

    @property
    def is_of_entities(self) -> bool:
        """Whether entities are counted and not events."""
        return self.of in ENTITIES


class Totals(Protocol):
    """The aggregates of an area in a period."""

    def by_key(self, aggregate: Aggregate) -> Mapping[str, int]:
        """Return the number of each value of the aggregate's breakdown; without one, at ""."""

    def communes(self) -> Sequence[Totals]:
        """Return the totals of each commune of the area at the end of the period."""

    def former(self) -> Sequence[Totals]:
        """Return the totals of each divided commune, which no present commune takes over."""

    def parts(self, kind: str) -> Sequence[Totals]:
        """Return the totals of each month or quarter of the period that has ended."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A checked formula: its aggregates, and the function that computes its number from their totals.

    `breakdown`: the aggregate with a breakdown that is the whole formula, or None. `of_parts`: aggregates
    counted for months or quarters of the period. `sent`: further aggregates that count the monthly returns
    sent, or the stated entities; empty if the formula reads neither.
    """

    text: str
    aggregates: tuple[Aggregate, ...]
    run: Run
    breakdown: Aggregate | None = None
    of_parts: tuple[Aggregate, ...] = ()
    sent: tuple[Aggregate, ...] = ()


def compile_formula(text: str, vocabulary: Vocabulary, terms: Terms) -> Formula:
    """Parse and check a formula. Raises FormulaError with the fault and its column."""
    node = parse(text)
    compiler = FigureCompiler(vocabulary, terms)
    compiled = compiler.compile_as(node, ValueType.NUMBER, ValueType.FLAG)
    aggregates = tuple(compiler.aggregates.values())
    breakdown = aggregates[0] if isinstance(node, Call) and node.by else None
    of_parts = tuple(aggregate for aggregate in aggregates if aggregate.key in compiler.of_parts)
    return Formula(text, aggregates, compiled.run, breakdown, of_parts, tuple(compiler.sent.values()))


class FigureCompiler(Compiler):
    """Checker of formulas of figures; collects the aggregates that they need."""

    def __init__(self, vocabulary: Vocabulary, terms: Terms) -> None:
        super().__init__(vocabulary)
        self.terms = terms
        self.aggregates: dict[str, Aggregate] = {}
        # Aggregates that count the monthly returns sent and the stated entities.
        self.sent: dict[str, Aggregate] = {}
        # Keys of the aggregates inside `each` or `every` of months or quarters, and the nesting depth.
        self.of_parts: set[str] = set()
        self._depth = 0

    def name(self, node: Name) -> Compiled:
        """Refuse a bare name: figures have no fields."""
        raise FormulaError(FormulaFault.NOT_ALLOWED, node.name, node.column)

    def call(self, node: Call) -> Compiled:
        """Return the compiled function call on totals."""
        match node.function:
            case "count" if node.arguments and node.arguments[0] == Name(0, COMMUNE):
                arguments(node, 1)
                return Compiled(ValueType.NUMBER, lambda totals: len(totals.communes()))
            case "count" | "total" | "distinct":
                return self._aggregate(node)
            case "each":
                return self._each(node)
            case "every":
                part, condition = arguments(node, 2)
                kind, run = part_kind(part), self._of_part(condition, ValueType.FLAG).run
                return Compiled(ValueType.FLAG, lambda totals: all(run(part) for part in totals.parts(kind)))
            case "min" | "max":
                left, right = (
                    self.compile_as(argument, ValueType.NUMBER).run for argument in arguments(node, 2)
                )
                return Compiled(ValueType.NUMBER, of_two(node.function, left, right))
        return super().call(node)

    def _each(self, node: Call) -> Compiled:
        """Add a figure up over the communes of the area, or over the months or quarters of the period."""
        part, figure = arguments(node, 2)
        is_of_communes = part == Name(0, COMMUNE)
        compiled = (self.compile_as if is_of_communes else self._of_part)(
            figure, ValueType.NUMBER, ValueType.FLAG
        )
        run = compiled.run
        if is_of_communes and compiled.kind is ValueType.FLAG:
            return Compiled(
                ValueType.NUMBER, lambda totals: sum(run(commune) for commune in totals.communes())
            )
        if is_of_communes:
            return Compiled(
                ValueType.NUMBER,
                lambda totals: sum(run(commune) for commune in (*totals.communes(), *totals.former())),
            )
        kind = part_kind(part)
        return Compiled(ValueType.NUMBER, lambda totals: sum(run(part) for part in totals.parts(kind)))

    def _of_part(self, node: Node, *kinds: ValueType) -> Compiled:
        """Compile an expression that is evaluated for each month or quarter."""
        self._depth += 1
        try:
            return self.compile_as(node, *kinds)
        finally:
            self._depth -= 1

    def _aggregate(self, node: Call) -> Compiled:
        takes_field = node.function != "count"
        given = arguments(node, 2 if takes_field else 1, where=True, by=node.function != "distinct")
        rows = self._compiler_of(given[0])
        where = rows.compile_as(node.where, ValueType.FLAG).run if node.where is not None else None
        if node.function == "distinct":
            return self._distinct(node, rows, where)
        value = rows.compile_as(given[1], ValueType.NUMBER).run if takes_field else None
        if node.by:
            rows.compile_as(Name(node.column, node.by), ValueType.TEXT)
        aggregate = self._add(
            Aggregate(written(node), _name_of(given[0]), value, where, node.by or "", _reads_parts(rows))
        )
        if takes_field:
            self._count_sent(rows, given[1], node, where)
        return Compiled(ValueType.NUMBER, lambda totals: sum(totals.by_key(aggregate).values()))

    def _count_sent(
        self, rows: RowCompiler | EntityCompiler, number: Node, node: Call, where: Run | None
    ) -> None:
        """Add aggregates that count which of the monthly numbers read here were sent."""
        by = node.by
        if isinstance(rows, EntityCompiler) and rows.entity.is_stated:
            name = rows.entity.name
            key = written(Call(0, "count", (Name(0, name),), node.where, by))
            self.sent[key] = Aggregate(key, name, None, where, by or "")
        read = rows.numbers_read if isinstance(rows, EntityCompiler) else [(rows.source, number)]
        for source, read_field in read:
            if source.is_owed:
                is_known = Call(0, "known", (read_field,))
                count = Call(0, "count", (Name(0, source.name),), is_known, by)
                where = RowCompiler(self.vocabulary, source).compile_as(is_known, ValueType.FLAG).run
                key = written(count)
                self.sent[key] = Aggregate(key, source.name, None, where, by or "")

    def _distinct(self, node: Call, rows: RowCompiler | EntityCompiler, where: Run | None) -> Compiled:
        of, told_apart = node.arguments
        rows.compile_as(told_apart, ValueType.TEXT)
        by = _name_of(told_apart)
        count = Call(node.column, "count", (of,), node.where, by)
        aggregate = self._add(Aggregate(written(count), _name_of(of), None, where, by, _reads_parts(rows)))
        return Compiled(
            ValueType.NUMBER, lambda totals: sum(1 for number in totals.by_key(aggregate).values() if number)
        )

    def _compiler_of(self, node: Node) -> RowCompiler | EntityCompiler:
        name = _name_of(node)
        if name in ENTITIES:
            return EntityCompiler(self.vocabulary, ENTITIES[name], self.terms.get(name, {}))
        if name in SOURCES:
            source: Source = SOURCES[name]
            return RowCompiler(self.vocabulary, source)
        raise FormulaError(FormulaFault.UNKNOWN_SOURCE, name, node.column)

    def _add(self, aggregate: Aggregate) -> Aggregate:
        if self._depth:
            self.of_parts.add(aggregate.key)
        return self.aggregates.setdefault(aggregate.key, aggregate)


def _reads_parts(rows: RowCompiler | EntityCompiler) -> bool:
    return isinstance(rows, EntityCompiler) and rows.reads_parts


def _name_of(node: Node) -> str:
    if isinstance(node, Name):
        return node.name
    raise FormulaError(FormulaFault.WRONG_ARGUMENTS, written(node), node.column)
