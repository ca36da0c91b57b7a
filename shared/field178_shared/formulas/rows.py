"""Expressions on one event: its fields, and the functions `known` and `any_of`."""

from __future__ import annotations

from collections.abc import Mapping
from operator import methodcaller

from field178_shared.formulas.evaluation import Compiled, Compiler, Vocabulary, arguments
from field178_shared.formulas.sources import Readable, Source, ValueType
from field178_shared.formulas.syntax_tree import Call, FormulaError, FormulaFault, Name

Row = Mapping[str, object]


class RowCompiler(Compiler):
    """Checker of expressions on the events of a source."""

    def __init__(self, vocabulary: Vocabulary, source: Source) -> None:
        super().__init__(vocabulary)
        self.source = source

    def name(self, node: Name) -> Compiled:
        """Return a field of the event."""
        field = self.readable(node)
        return Compiled(field.kind, methodcaller("get", node.name), field.ids_of)

    def readable(self, node: Name) -> Readable:
        """Return the value type of a field of the event. Raises FormulaError for an unknown field."""
        field = self.source.fields.get(node.name)
        if field is None and self.source.takes_answers:
            field = self.vocabulary.answer(node.name)
        if field is None:
            raise FormulaError(FormulaFault.UNKNOWN_FIELD, f"{self.source.name}.{node.name}", node.column)
        return field

    def call(self, node: Call) -> Compiled:
        """Return the compiled call of a function on the event."""
        match node.function:
            case "known":
                run = self.compile(arguments(node, 1)[0]).run
                return Compiled(ValueType.FLAG, lambda row: run(row) is not None)
            case "any_of":
                return self._any_of(node)
        return super().call(node)

    def _any_of(self, node: Call) -> Compiled:
        """Return whether a list of texts is non-empty, or contains one of the given texts."""
        given = self.compile_as(node.arguments[0], ValueType.TEXTS) if node.arguments else None
        if given is None or len(node.arguments) > 2:
            raise FormulaError(FormulaFault.WRONG_ARGUMENTS, node.function, node.column)
        run = given.run
        if len(node.arguments) == 1:
            return Compiled(ValueType.FLAG, lambda row: bool(run(row)))
        choices = self.compile_as(node.arguments[1], ValueType.TEXTS)
        self.values_exist(given.ids_of, choices.constant or (), node)
        texts = frozenset(choices.run({}))
        return Compiled(ValueType.FLAG, lambda row: not texts.isdisjoint(run(row) or ()))
