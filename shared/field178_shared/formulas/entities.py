"""Expressions on an entity at the end of a period: attributes, terms, and sums over its events."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from field178_shared.formulas.evaluation import Compiled, Compiler, Run, Vocabulary, arguments
from field178_shared.formulas.rows import Row, RowCompiler
from field178_shared.formulas.sources import MONTH, QUARTER, SOURCES, EntityKind, Source, ValueType
from field178_shared.formulas.syntax_tree import Call, FormulaError, FormulaFault, Name, Node, written


class EntityAt(Protocol):
    """An entity in a period."""

    @property
    def attributes(self) -> Row:
        """Return the attributes of the entity at the end of the period."""

    def rows(self, source: str) -> Sequence[Row]:
        """Return its events in the period."""

    def rows_until(self, source: str) -> Sequence[Row]:
        """Return its events up to the end of the period, oldest first."""

    def parts(self, kind: str) -> Sequence[EntityAt]:
        """Return the entity in each ended month or quarter of the period in which it existed."""

    def evaluated(self, text: str, run: Run) -> Any:
        """Return the value of a term or of an expression on its events, evaluated once."""


class EntityCompiler(Compiler):
    """Checker of expressions on entities of one kind; `terms` are the named parts of formulas, by name."""

    def __init__(self, vocabulary: Vocabulary, entity: EntityKind, terms: Mapping[str, Node]) -> None:
        super().__init__(vocabulary)
        self.entity = entity
        self.terms = terms
        # Whether the compiled expression reads ended months or quarters, so that its value changes with the
        # day.
        self.reads_parts = False
        # The numbers of events that it reads.
        self.numbers_read: list[tuple[Source, Node]] = []
        # Terms being compiled; a repeated term is a circular definition.
        self._open: list[str] = []

    def name(self, node: Name) -> Compiled:
        """Return an attribute or a term."""
        name = node.name
        if (field := self.entity.fields.get(name)) is not None:
            return Compiled(field.kind, lambda at: at.attributes.get(name), field.ids_of)
        if name not in self.terms:
            raise FormulaError(FormulaFault.UNKNOWN_FIELD, f"{self.entity.name}.{name}", node.column)
        if name in self._open:
            raise FormulaError(FormulaFault.CYCLE, " → ".join((*self._open, name)), node.column)
        self._open.append(name)
        try:
            term = self.compile(self.terms[name])
        finally:
            self._open.pop()
        return replace(term, run=lambda at: at.evaluated(name, term.run))

    def call(self, node: Call) -> Compiled:
        """Return the compiled call of a function on the entity."""
        if node.function in _OF_EVENTS:
            return self._of_events(node)
        match node.function:
            case "min" | "max" | "first":
                return self._of_numbers(node)
            case "every":
                return self._every(node)
            case "known":
                run = self.compile(arguments(node, 1)[0]).run
                return Compiled(ValueType.FLAG, lambda at: run(at) is not None)
        return super().call(node)

    def _of_events(self, node: Call) -> Compiled:
        takes_field = node.function in ("total", "peak", "latest")
        given = arguments(node, 2 if takes_field else 1, where=True)
        row = RowCompiler(self.vocabulary, self._source(given[0]))
        field = row.compile(given[1]) if takes_field else None
        if field is not None:
            self.numbers_read.append((row.source, given[1]))
        if field is not None and node.function != "latest" and field.kind is not ValueType.NUMBER:
            raise FormulaError(
                FormulaFault.WRONG_ARGUMENTS, f"{field.kind} ≠ {ValueType.NUMBER}", node.column
            )
        where = row.compile_as(node.where, ValueType.FLAG).run if node.where is not None else None
        kind = field.kind if field is not None else _KINDS[node.function]
        run, text = (
            _OF_EVENTS[node.function](row.source.name, field.run if field else None, where),
            written(node),
        )
        return Compiled(kind, lambda at: at.evaluated(text, run), field.ids_of if field else "")

    def _source(self, node: Node) -> Source:
        if isinstance(node, Name) and node.name in self.entity.sources:
            return SOURCES[node.name]
        raise FormulaError(FormulaFault.UNKNOWN_SOURCE, f"{self.entity.name}: {written(node)}", node.column)

    def _of_numbers(self, node: Call) -> Compiled:
        left, right = (self.compile_as(argument, ValueType.NUMBER).run for argument in arguments(node, 2))
        return Compiled(ValueType.NUMBER, of_two(node.function, left, right))

    def _every(self, node: Call) -> Compiled:
        part, condition = arguments(node, 2)
        kind = part_kind(part)
        self.reads_parts = True
        run = self.compile_as(condition, ValueType.FLAG).run
        return Compiled(ValueType.FLAG, lambda at: all(run(part) for part in at.parts(kind)))


def part_kind(node: Node) -> str:
    """Return the named kind of parts of a period. Raises FormulaError for other words."""
    if isinstance(node, Name) and node.name in (MONTH, QUARTER):
        return node.name
    raise FormulaError(FormulaFault.WRONG_ARGUMENTS, f"{MONTH}/{QUARTER}", node.column)


def of_two(function: str, left: Run, right: Run) -> Run:
    """Return a number of two: the minimum, the maximum, or the first known."""
    if function == "first":
        return lambda at: value if (value := left(at)) is not None else right(at)
    pick: Callable[[Any, Any], Any] = min if function == "min" else max

    def run(at: Any) -> Any:
        first, other = left(at), right(at)
        return None if first is None or other is None else pick(first, other)

    return run


def _chosen(rows: Sequence[Row], where: Run | None) -> Sequence[Row]:
    return rows if where is None else [row for row in rows if where(row)]


def _count(source: str, _: Run | None, where: Run | None) -> Run:
    return lambda at: len(_chosen(at.rows(source), where))


def _any(source: str, _: Run | None, where: Run | None) -> Run:
    return lambda at: bool(_chosen(at.rows(source), where))


def _numbers(source: str, field: Run | None, where: Run | None) -> Callable[[Any], list[Any]]:
    assert field is not None
    read = field
    return lambda at: [value for row in _chosen(at.rows(source), where) if (value := read(row)) is not None]


def _total(source: str, field: Run | None, where: Run | None) -> Run:
    numbers = _numbers(source, field, where)
    return lambda at: sum(values) if (values := numbers(at)) else None


def _peak(source: str, field: Run | None, where: Run | None) -> Run:
    numbers = _numbers(source, field, where)
    return lambda at: max(numbers(at), default=None)


def _latest(source: str, field: Run | None, where: Run | None) -> Run:
    """Return the last known value on or before the end of the period, of any year."""
    assert field is not None
    read = field

    def run(at: Any) -> Any:
        rows = reversed(at.rows_until(source))
        chosen = rows if where is None else (row for row in rows if where(row))
        return next((value for row in chosen if (value := read(row)) is not None), None)

    return run


# Of those without a field.
_KINDS = {"any": ValueType.FLAG, "count": ValueType.NUMBER}
_OF_EVENTS: Mapping[str, Callable[[str, Run | None, Run | None], Run]] = {
    "count": _count,
    "any": _any,
    "total": _total,
    "peak": _peak,
    "latest": _latest,
}
