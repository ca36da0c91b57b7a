"""Evaluation of formulas: each node is checked and compiled to a function of its subject.

An unknown value (None) stays unknown in arithmetic and makes every comparison false.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from field178_shared.formulas.sources import Readable, ValueType
from field178_shared.formulas.syntax_tree import (
    BinaryOperation,
    Call,
    Constant,
    FormulaError,
    FormulaFault,
    Name,
    Negation,
    Node,
)

# Subject of an expression: a row of facts, an entity, or the totals of an area.
Run = Callable[[Any], Any]
_ARITHMETIC: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}
_COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ORDERED = (ValueType.NUMBER, ValueType.DAY)


class Vocabulary(Protocol):
    """Values of the lists that formulas may contain."""

    def ids(self, list_name: str) -> Collection[str]:
        """Return the ids of a list ("forms", "choice:access_result")."""

    def answer(self, item_id: str) -> Readable | None:
        """Return the value type of a checklist answer, or None if there is no such item."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A checked expression: the kind of its value, and `run`, which evaluates it for a subject."""

    kind: ValueType
    run: Run
    ids_of: str = ""
    constant: object = None


class Compiler:
    """Compiler of expressions in one context; subclasses define the context's names and functions."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def name(self, node: Name) -> Compiled:
        """Return the compiled name of this context."""
        raise FormulaError(FormulaFault.UNKNOWN_FIELD, node.name, node.column)

    def call(self, node: Call) -> Compiled:
        """Return the compiled function call of this context."""
        raise FormulaError(FormulaFault.UNKNOWN_FUNCTION, node.function, node.column)

    def compile(self, node: Node) -> Compiled:
        """Check an expression. Raises FormulaError."""
        match node:
            case Constant(value=value):
                kinds = {int: ValueType.NUMBER, str: ValueType.TEXT, tuple: ValueType.TEXTS}
                return Compiled(kinds[type(value)], lambda _: value, constant=value)
            case Name():
                return self.name(node)
            case Call():
                return self.call(node)
            case Negation(of=part):
                run = self.compile_as(part, ValueType.FLAG).run
                return Compiled(ValueType.FLAG, lambda at: not run(at))
            case BinaryOperation():
                return self._operation(node)
        raise AssertionError(node)

    def compile_as(self, node: Node, *kinds: ValueType) -> Compiled:
        """Check an expression that MUST be of one of these kinds."""
        compiled = self.compile(node)
        if compiled.kind not in kinds:
            raise FormulaError(
                FormulaFault.WRONG_ARGUMENTS, f"{compiled.kind} ≠ {'/'.join(kinds)}", node.column
            )
        return compiled

    def _operation(self, node: BinaryOperation) -> Compiled:
        if node.operator in _ARITHMETIC:
            return self._arithmetic(node)
        if node.operator in ("and", "or"):
            return self._joined(node)
        if node.operator in ("in", "not in"):
            return self._membership(node)
        return self._comparison(node)

    def _arithmetic(self, node: BinaryOperation) -> Compiled:
        apply = _ARITHMETIC[node.operator]
        left, right = (
            self.compile_as(node.left, ValueType.NUMBER).run,
            self.compile_as(node.right, ValueType.NUMBER).run,
        )
        return Compiled(ValueType.NUMBER, lambda at: apply_known(apply, left(at), right(at)))

    def _joined(self, node: BinaryOperation) -> Compiled:
        left, right = (
            self.compile_as(node.left, ValueType.FLAG).run,
            self.compile_as(node.right, ValueType.FLAG).run,
        )
        if node.operator == "and":
            return Compiled(ValueType.FLAG, lambda at: left(at) and right(at))
        return Compiled(ValueType.FLAG, lambda at: left(at) or right(at))

    def _comparison(self, node: BinaryOperation) -> Compiled:
        left, right = self.compile(node.left), self.compile(node.right)
        is_ordering = node.operator not in ("==", "!=")
        if (
            left.kind != right.kind
            or left.kind is ValueType.TEXTS
            or (is_ordering and left.kind not in _ORDERED)
        ):
            raise FormulaError(
                FormulaFault.WRONG_ARGUMENTS, f"{left.kind} {node.operator} {right.kind}", node.column
            )
        self._values_exist(left, right, node)
        apply, first, other = _COMPARISONS[node.operator], left.run, right.run
        if node.operator == "==" and (constant := right.constant) is not None:
            return Compiled(ValueType.FLAG, lambda at: first(at) == constant)
        return Compiled(ValueType.FLAG, lambda at: bool(apply_known(apply, first(at), other(at))))

    def _membership(self, node: BinaryOperation) -> Compiled:
        """`x in [a, b]` of a text, `"a" in texts` of a list of texts."""
        left, right = self.compile_as(node.left, ValueType.TEXT), self.compile_as(node.right, ValueType.TEXTS)
        self._values_exist(left, right, node)
        item, many, is_in = left.run, right.run, node.operator == "in"
        return Compiled(ValueType.FLAG, lambda at: (item(at) in (many(at) or ())) == is_in)

    def _values_exist(self, left: Compiled, right: Compiled, node: BinaryOperation) -> None:
        for named, given in ((left, right), (right, left)):
            if named.ids_of and given.constant is not None:
                self.values_exist(named.ids_of, given.constant, node)

    def values_exist(self, ids_of: str, value: object, node: Node) -> None:
        """Raise if an id in a formula is not in its list."""
        ids = self.vocabulary.ids(ids_of)
        for named_id in value if isinstance(value, tuple) else (value,):
            if named_id not in ids:
                raise FormulaError(FormulaFault.UNKNOWN_VALUE, f"{named_id} ({ids_of})", node.column)


def apply_known(apply: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
    """Return the result of an operator, None if an operand is unknown."""
    return None if left is None or right is None else apply(left, right)


def arguments(node: Call, count: int, *, where: bool = False, by: bool = False) -> tuple[Node, ...]:
    """Return the arguments of a function call; raise for a wrong count, condition or breakdown."""
    if len(node.arguments) != count or (node.where is not None and not where) or (node.by and not by):
        raise FormulaError(FormulaFault.WRONG_ARGUMENTS, node.function, node.column)
    return node.arguments
