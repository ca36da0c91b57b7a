"""Conditions of a `$filter`: parsed, checked against the columns, translated for both engines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, and_, extract, false, func, literal, not_, null, or_, true

from field178_server.office.odata.edm import SQL_TYPES, EdmType, EntityProperty
from field178_server.office.odata.filter_syntax import (
    ColumnName,
    Expression,
    FilterOperation,
    FunctionCall,
    Literal,
    UnsupportedPart,
    parse_filter,
)
from field178_server.office.odata.supported import FUNCTIONS, refused, unsupported

FILTER = "$filter"
# Queries of programs are much shorter; the limit bounds the work of a request.
MOST_CHARACTERS = 8000
# SQLite refuses expressions of a thousand levels; each link of a chain is a level.
MOST_CONDITIONS, MOST_DEPTH = 300, 20
# Each of them reads the stored body of every row that meets the other conditions.
MOST_FIELD_CONDITIONS = 20

Condition = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class _Term:
    """A term of an expression; type None: `null`. `value` is the value of a literal."""

    sql: ColumnElement[Any]
    type: EdmType | None
    is_nullable: bool = False
    value: object = None


class Filter:
    """A parsed filter over the columns of a table."""

    def __init__(self, text: str, properties: Mapping[str, EntityProperty], now: datetime) -> None:
        self._properties = properties
        self._now = now
        self._node = _parsed(text)
        self._check_fields()

    @property
    def condition(self) -> Condition:
        """The condition that rows must meet; raises AppError(query_refused | query_unsupported)."""
        return self._condition(self._node)

    def names(self, column_name: str) -> bool:
        """Return whether the filter names a column."""
        return ColumnName(column_name) in _walk(self._node)

    def equals(self) -> Mapping[str, object]:
        """Return column values that the filter requires: equality conditions that only `and` joins."""
        node = self._node
        parts = node.operands if isinstance(node, FilterOperation) and node.operator == "and" else (node,)
        values: dict[str, object] = {}
        for part in parts:
            match part:
                case FilterOperation(
                    "eq", (ColumnName(name), Literal(value, EdmType.STRING | EdmType.INT64))
                ):
                    values[name] = value
        return values

    def _check_fields(self) -> None:
        """Refuse too many conditions on fields that are read from stored bodies."""
        names = (node.text for node in _walk(self._node) if isinstance(node, ColumnName))
        fields = [name for name in names if (named := self._properties.get(name)) and named.source]
        if len(fields) > MOST_FIELD_CONDITIONS:
            raise refused(FILTER, f"more than {MOST_FIELD_CONDITIONS} conditions on fields of the record")

    def _condition(self, node: Expression) -> Condition:
        match node:
            case FilterOperation("and" | "or" as operator, parts):
                join: Callable[..., Condition] = and_ if operator == "and" else or_
                return join(*[self._condition(part) for part in parts])
            case FilterOperation("not", (operand,)):
                # A comparison with null is false in OData but unknown in SQL.
                return not_(func.coalesce(self._condition(operand), false()))
            case FilterOperation("in", (member, *values)):
                return self._among(self._term(member), [self._term(value) for value in values])
            case FilterOperation("eq" | "ne" | "gt" | "ge" | "lt" | "le" as operator, (left, right)):
                return _compared(operator, self._term(left), self._term(right))
        term = self._term(node)
        if term.type is not EdmType.BOOLEAN:
            raise refused(FILTER, "a condition is needed")
        return term.sql == true()

    def _among(self, left: _Term, terms: Sequence[_Term]) -> Condition:
        if all(term.type is left.type and term.value is not None for term in terms):
            return left.sql.in_([term.sql for term in terms])
        return or_(false(), *[_equal(left, term) for term in terms])

    def _term(self, node: Expression) -> _Term:
        match node:
            case ColumnName(name):
                if (column := self._properties.get(name)) is None:
                    raise refused(FILTER, f"no property {name}")
                return _Term(column.compared(FILTER), column.type, column.is_nullable)
            case FunctionCall(function, arguments):
                return self._call(function, arguments)
            case Literal(value, type_):
                return _Term(null(), None) if type_ is None else _literal(value, type_)
            case UnsupportedPart(what):
                raise unsupported(FILTER, what)
            case FilterOperation("-" | "add" | "sub" | "mul" | "div" | "mod"):
                return self._arithmetic(node)
        return _Term(self._condition(node), EdmType.BOOLEAN)

    def _arithmetic(self, node: FilterOperation) -> _Term:
        if node.operator not in _ARITHMETIC:
            raise unsupported(FILTER, node.operator)
        numbers = [self._number(operand) for operand in node.operands]
        sql = _ARITHMETIC[node.operator](*(number.sql for number in numbers))
        return _Term(sql, numbers[0].type, any(number.is_nullable for number in numbers))

    def _number(self, node: Expression) -> _Term:
        term = self._term(node)
        if term.type is None or not term.type.is_number:
            raise refused(FILTER, "a number is needed")
        return term

    def _call(self, name: str, arguments: Sequence[Expression]) -> _Term:
        if name not in FUNCTIONS:
            raise unsupported(FILTER, f"function {name}")
        if len(arguments) != FUNCTIONS[name]:
            raise refused(FILTER, f"{name} takes {FUNCTIONS[name]} values")
        terms = [self._term(argument) for argument in arguments]
        if name == "now":
            return _literal(self._now, EdmType.INSTANT)
        expected = EdmType.DATE if name in _PARTS_OF_DAYS else EdmType.STRING
        if any(term.type is not expected for term in terms):
            raise refused(FILTER, f"{name} takes {expected}")
        if name in _PARTS_OF_DAYS:
            return _Term(extract(name, terms[0].sql), EdmType.INT32, terms[0].is_nullable)
        text = terms[0]
        if name == "length":
            return _Term(func.length(text.sql), EdmType.INT32, text.is_nullable)
        # No LIKE: it ignores the case of ASCII letters on one engine only.
        return _Term(_SEARCHES[name](text.sql, terms[1].sql), EdmType.BOOLEAN, text.is_nullable)


def _parsed(text: str) -> Expression:
    if len(text) > MOST_CHARACTERS:
        raise refused(FILTER, f"longer than {MOST_CHARACTERS} characters")
    try:
        root = parse_filter(text)
    except ValueError as error:
        raise refused(FILTER, str(error)) from None
    _check_size(root)
    return root


def _check_size(root: Expression) -> None:
    """Refuse too many conditions or too many levels; a chain of one operator is one level."""
    count, todo = 0, [(root, 1)]
    while todo:
        node, depth = todo.pop()
        if depth > MOST_DEPTH:
            raise refused(FILTER, f"nested more than {MOST_DEPTH} deep")
        count += _conditions_of(node)
        if count > MOST_CONDITIONS:
            raise refused(FILTER, f"more than {MOST_CONDITIONS} conditions and values of lists")
        todo += [(operand, depth + 1) for operand in _operands(node)]


def _conditions_of(node: Expression) -> int:
    """Return how many conditions and values of a list a node adds to those of its operands."""
    match node:
        case FilterOperation("in", operands):
            return len(operands)
        case FilterOperation("eq" | "ne" | "gt" | "ge" | "lt" | "le") | FunctionCall():
            return 1
    return 0


def _operands(node: Expression) -> Sequence[Expression]:
    return node.operands if isinstance(node, FilterOperation | FunctionCall) else ()


def _literal(value: object, kind: EdmType) -> _Term:
    return _Term(literal(value, SQL_TYPES[kind]), kind, value=value)


def _alike(term: _Term, other: _Term) -> _Term:
    """Convert a term for comparison with another; a day compared with an instant is its midnight in UTC."""
    if term.type is None or other.type is None or term.type is other.type:
        return term
    if term.type.is_number and other.type.is_number:
        return term
    if other.type is EdmType.INSTANT and isinstance(term.value, date):
        return _literal(datetime.combine(term.value, time(), UTC), EdmType.INSTANT)
    if other.type is EdmType.DATE and isinstance(term.value, datetime):
        return _day_of(term.value)
    if {term.type, other.type} == {EdmType.DATE, EdmType.INSTANT} and other.value is not None:
        return term  # the other term is converted instead
    raise refused(FILTER, f"{term.type} cannot be compared with {other.type}")


def _day_of(value: datetime) -> _Term:
    """Return a midnight instant as a day: programs write days so in comparisons with a column of days."""
    if value.time() != time():
        raise refused(FILTER, "a day has no time")
    return _literal(value.date(), EdmType.DATE)


def _compared(operator: str, left: _Term, right: _Term) -> Condition:
    left, right = _alike(left, right), _alike(right, left)
    if operator == "eq":
        return _equal(left, right)
    if operator == "ne":
        return _different(left, right)
    if left.type is None or right.type is None or EdmType.BOOLEAN in (left.type, right.type):
        raise refused(FILTER, "only eq and ne compare this")
    return _ORDERS[operator](left.sql, right.sql)


def _equal(left: _Term, right: _Term) -> Condition:
    left, right = _alike(left, right), _alike(right, left)
    if left.type is None or right.type is None:
        return (right if left.type is None else left).sql.is_(None)
    if left.is_nullable and right.is_nullable:
        return left.sql.is_not_distinct_from(right.sql)
    return left.sql == right.sql


def _different(left: _Term, right: _Term) -> Condition:
    if left.type is None or right.type is None:
        return (right if left.type is None else left).sql.is_not(None)
    return left.sql.is_distinct_from(right.sql)


def _walk(root: Expression) -> Iterator[Expression]:
    todo = [root]
    while todo:
        node = todo.pop()
        yield node
        todo += _operands(node)


_ORDERS: Mapping[str, Callable[[Any, Any], Condition]] = {
    "lt": lambda left, right: left < right,
    "le": lambda left, right: left <= right,
    "gt": lambda left, right: left > right,
    "ge": lambda left, right: left >= right,
}
_ARITHMETIC: Mapping[str, Callable[..., ColumnElement[Any]]] = {
    "-": lambda number: -number,
    "add": lambda left, right: left + right,
    "sub": lambda left, right: left - right,
    "mul": lambda left, right: left * right,
}
_PARTS_OF_DAYS = frozenset({"year", "month", "day"})
_SEARCHES: Mapping[str, Callable[[Any, Any], Condition]] = {
    "contains": lambda text, part: or_(
        func.length(part) == 0, func.length(func.replace(text, part, "")) < func.length(text)
    ),
    "startswith": lambda text, part: func.substr(text, 1, func.length(part)) == part,
    "endswith": lambda text, part: and_(
        func.length(text) >= func.length(part),
        func.substr(text, func.length(text) - func.length(part) + 1) == part,
    ),
}
