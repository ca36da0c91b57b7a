"""Syntax of a `$filter`: the grammar of OData as far as the feeds read it, and the tree that a text becomes.

LALR(1): the time grows with the length of the text, and nothing recurses however deeply it is nested.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from math import isfinite

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import LarkError

from field178_server.office.odata.edm import EdmType

_MOST_DIGITS = 18
# Operators have spaces on both sides, other marks may have them; `not` and the sign bind before comparisons.
_GRAMMAR = r"""
?disjunction: conjunction (_OR conjunction)*
?conjunction: equality (_AND equality)*
?equality: relation | equality EQUALITY relation -> binary
?relation: sum | relation ORDER sum -> binary
?sum: product | sum SUM product -> binary
?product: sign | product PRODUCT sign -> binary
?sign: membership | NOT sign -> unary | MINUS sign -> unary
?membership: primary | membership _IN values -> among
?primary: _LEFT disjunction _RIGHT | literal | NAME -> name | path | call
call: NAME values | NAME _LEFT _RIGHT
values: _LEFT disjunction (_COMMA disjunction)* _RIGHT
path: NAME (_SLASH NAME)+ (_LEFT (NAME _COLON disjunction)? _RIGHT)?
literal: NULL | BOOLEAN | STRING | GUID | INSTANT | DATE | DECIMAL | INTEGER
       | TIME -> unread | DURATION -> unread | GEOGRAPHY -> unread

_OR: /\s+or\s+/i
_AND: /\s+and\s+/i
EQUALITY: /\s+(eq|ne)\s+/i
ORDER: /\s+(gt|ge|lt|le)\s+/i
SUM: /\s+(add|sub)\s+/i
PRODUCT: /\s+(mul|div|mod)\s+/i
_IN: /\s+in\s+/i
NOT.1: /not\s+/i
MINUS: /-\s*/
_LEFT: /\(\s*/
_RIGHT: /\s*\)/
_COMMA: /\s*,\s*/
_COLON: /\s*:\s*/
_SLASH: "/"

NULL.1: /null\b/i
BOOLEAN.1: /(true|false)\b/i
STRING: /'([^']|'')*'/
GUID.3: /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/i
DATE.2: /[1-9][0-9]{3}-[01][0-9]-[0-3][0-9]/
TIME.2: /[0-2][0-9]:[0-5][0-9](:[0-5][0-9](\.[0-9]{1,12})?)?/
INSTANT.3: DATE "T"i TIME /(Z|[+-][0-2][0-9]:[0-5][0-9])?/i
DECIMAL.1: /[+-]?[0-9]+(\.[0-9]+(e[+-]?[0-9]+)?|e[+-]?[0-9]+)/i
INTEGER: /[+-]?[0-9]+/
DURATION.2: /duration'[^']*'/i
GEOGRAPHY.2: /geography'([^']|'')*'/i
NAME: /[a-z_](\.?\w){0,127}/i
"""


@dataclass(frozen=True, slots=True)
class ColumnName:
    """A column, by its name."""

    text: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A value and its type; the type of `null` is None."""

    value: object
    type: EdmType | None


@dataclass(frozen=True, slots=True)
class UnsupportedPart:
    """A part of OData that the feeds do not read."""

    what: str


@dataclass(frozen=True, slots=True)
class FilterOperation:
    """An operator and its operands; a chain of `and` or of `or` is one operation."""

    operator: str
    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """A function and its arguments."""

    function: str
    operands: tuple[Expression, ...]


Expression = ColumnName | Literal | UnsupportedPart | FilterOperation | FunctionCall


def parse_filter(text: str) -> Expression:
    """Parse a filter; raise ValueError, with what is wrong, if it is none."""
    try:
        return _parser().parse(text.strip())  # type: ignore[return-value]  # what the builder returns
    except LarkError:
        raise ValueError("cannot be read as a condition") from None


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", lexer="contextual", start="disjunction", transformer=_TreeBuilder())


@v_args(inline=True)
class _TreeBuilder(Transformer[Token, Expression]):
    """Makes the tree while the text is parsed."""

    def disjunction(self, *operands: Expression) -> Expression:
        return _chain("or", operands)

    def conjunction(self, *operands: Expression) -> Expression:
        return _chain("and", operands)

    def binary(self, left: Expression, operator: Token, right: Expression) -> Expression:
        return FilterOperation(operator.strip().lower(), (left, right))

    def unary(self, operator: Token, operand: Expression) -> Expression:
        return FilterOperation(operator.strip().lower(), (operand,))

    def among(self, member: Expression, values: tuple[Expression, ...]) -> Expression:
        return FilterOperation("in", (member, *values))

    def values(self, *values: Expression) -> tuple[Expression, ...]:
        return values

    def call(self, name: Token, values: tuple[Expression, ...] = ()) -> Expression:
        return FunctionCall(str(name), values)

    def name(self, name: Token) -> Expression:
        return ColumnName(str(name))

    def path(self, *_: object) -> Expression:
        return UnsupportedPart("path")

    def literal(self, token: Token) -> Expression:
        read, type_ = _LITERALS[token.type]
        try:
            return Literal(read(token), type_)
        except (ValueError, OverflowError):
            raise ValueError(f"no value: {token}") from None

    def unread(self, token: Token) -> Expression:
        return UnsupportedPart(f"value {token}")


def _chain(operator: str, operands: tuple[Expression, ...]) -> Expression:
    """Return the operation of a chain, with the operands of the same operator in parentheses."""
    parts: list[Expression] = []
    for operand in operands:
        is_same = isinstance(operand, FilterOperation) and operand.operator == operator
        parts += operand.operands if is_same else [operand]  # type: ignore[union-attr]  # is_same tells
    return FilterOperation(operator, tuple(parts))


def _whole_number(text: str) -> int:
    if len(text.lstrip("+-").lstrip("0")) > _MOST_DIGITS:
        raise OverflowError
    return int(text)


def _decimal(text: str) -> float:
    value = float(text)
    if not isfinite(value):
        raise OverflowError
    return value


def _instant(text: str) -> datetime:
    """Return an instant; raises ValueError without an offset, OverflowError outside the calendar of UTC."""
    instant = datetime.fromisoformat(text.upper())
    if instant.tzinfo is None:
        raise ValueError("no offset")
    instant.astimezone(UTC)
    return instant


_LITERALS: Mapping[str, tuple[Callable[[str], object], EdmType | None]] = {
    "NULL": (lambda _: None, None),
    "BOOLEAN": (lambda text: text.lower() == "true", EdmType.BOOLEAN),
    "STRING": (lambda text: text[1:-1].replace("''", "'"), EdmType.STRING),
    "GUID": (str, EdmType.STRING),
    "INSTANT": (_instant, EdmType.INSTANT),
    "DATE": (date.fromisoformat, EdmType.DATE),
    "DECIMAL": (_decimal, EdmType.DOUBLE),
    "INTEGER": (_whole_number, EdmType.INT64),
}
