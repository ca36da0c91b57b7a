"""Syntax tree of a parsed formula, and the faults of formulas."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class FormulaFault(StrEnum):
    """Why a formula is refused."""

    NOT_READABLE = "not_readable"
    NOT_ALLOWED = "not_allowed"
    UNKNOWN_FUNCTION = "unknown_function"
    UNKNOWN_SOURCE = "unknown_source"
    UNKNOWN_FIELD = "unknown_field"
    UNKNOWN_VALUE = "unknown_value"
    WRONG_ARGUMENTS = "wrong_arguments"
    CYCLE = "cycle"


class FormulaError(ValueError):
    """A refused formula: the fault, the faulty text, and its column, counted from 1."""

    def __init__(self, fault: FormulaFault, detail: str, column: int = 1) -> None:
        super().__init__(f"{fault}: {detail} (column {column})")
        self.fault = fault
        self.detail = detail
        self.column = column


@dataclass(frozen=True, slots=True)
class Node:
    """Node of a formula; `column` is its position in the text and is ignored in comparisons."""

    column: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class Constant(Node):
    """A whole number, a text, or a list of texts."""

    value: int | str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A source, a field of the row at hand, or a term."""

    name: str


@dataclass(frozen=True, slots=True)
class Call(Node):
    """Call of a function with its arguments; `where` and `by` for functions that accept them."""

    function: str
    arguments: tuple[Node, ...]
    where: Node | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class BinaryOperation(Node):
    """Two parts joined by an operator: + - * == != < <= > >= in, not in, and, or."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Negation(Node):
    """The opposite of a condition."""

    of: Node


def written(node: Node) -> str:
    """Return the canonical text of a formula, by which equal parts of several formulas are shared."""
    match node:
        case Constant(value=tuple() as values):
            return f"[{', '.join(map(repr, values))}]"
        case Constant(value=value):
            return repr(value)
        case Name(name=name):
            return name
        case Negation(of=part):
            return f"not ({written(part)})"
        case BinaryOperation(operator=operator, left=left, right=right):
            return f"({written(left)} {operator} {written(right)})"
        case Call():
            given = [written(argument) for argument in node.arguments]
            given += [f"where={written(node.where)}"] if node.where is not None else []
            given += [f"by={node.by}"] if node.by else []
            return f"{node.function}({', '.join(given)})"
    raise AssertionError(node)
