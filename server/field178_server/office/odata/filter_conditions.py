"""Conditions of a `$filter`: parsed by odata-query, checked against the columns, translated for both engines.

The SQLAlchemy visitor of that library is not used: it compares instants as text on SQLite, its `ne` loses
rows without a value, and its `contains` ignores case on one engine only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from datetime import UTC, date, datetime, time
from math import isfinite
from typing import Any

from odata_query import ast
from odata_query.exceptions import ODataException, UnknownFunctionException
from odata_query.grammar import ODataLexer, ODataParser
from sqlalchemy import ColumnElement, and_, extract, false, func, literal, not_, null, or_, true

from field178_server.office.odata.edm import SQL_TYPES, EdmType, EntityProperty
from field178_server.office.odata.supported import FUNCTIONS, refused, unsupported

FILTER = "$filter"
# Queries of programs are much shorter; the limit bounds the work of a request.
MOST_CHARACTERS = 8000
# SQLite refuses expressions of a thousand levels; each link of a chain is a level.
MOST_CONDITIONS, MOST_DEPTH = 300, 20
# Each of them reads the stored body of every row that meets the other conditions.
MOST_FIELD_CONDITIONS = 20
_MOST_DIGITS = 18

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
        return any(
            isinstance(node, ast.Identifier) and node.name == column_name for node in _walk(self._node)
        )

    def equals(self) -> Mapping[str, object]:
        """Return column values that the filter requires: equality conditions that only `and` joins."""
        values: dict[str, object] = {}
        for node in _parts(self._node, ast.And):
            match node:
                case ast.Compare(comparator=ast.Eq(), left=ast.Identifier(name=name), right=value):
                    if isinstance(value, ast.Integer | ast.String):
                        values[name] = value.py_val
        return values

    def _check_fields(self) -> None:
        """Refuse too many conditions on fields that are read from stored bodies."""
        names = (node.name for node in _walk(self._node) if isinstance(node, ast.Identifier))
        fields = [name for name in names if (named := self._properties.get(name)) and named.source]
        if len(fields) > MOST_FIELD_CONDITIONS:
            raise refused(FILTER, f"more than {MOST_FIELD_CONDITIONS} conditions on fields of the record")

    def _condition(self, node: Any) -> Condition:
        match node:
            case ast.BoolOp(op=op):
                join: Callable[..., Condition] = and_ if isinstance(op, ast.And) else or_
                return join(*[self._condition(part) for part in _parts(node, type(op))])
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                # A comparison with null is false in OData but unknown in SQL.
                return not_(func.coalesce(self._condition(operand), false()))
            case ast.Compare():
                return self._comparison(node)
        term = self._term(node)
        if term.type is not EdmType.BOOLEAN:
            raise refused(FILTER, "a condition is needed")
        return term.sql == true()

    def _comparison(self, node: Any) -> Condition:
        left = self._term(node.left)
        if isinstance(node.comparator, ast.In):
            return self._among(left, [self._term(operand) for operand in node.right.val])
        right = self._term(node.right)
        left, right = _alike(left, right), _alike(right, left)
        match node.comparator:
            case ast.Eq():
                return _equal(left, right)
            case ast.NotEq():
                return _different(left, right)
        if left.type is None or right.type is None or EdmType.BOOLEAN in (left.type, right.type):
            raise refused(FILTER, "only eq and ne compare this")
        compare = _ORDERS[type(node.comparator)]
        return compare(left.sql, right.sql)

    def _among(self, left: _Term, terms: Sequence[_Term]) -> Condition:
        if all(term.type is left.type and term.value is not None for term in terms):
            return left.sql.in_([term.sql for term in terms])
        return or_(false(), *[_equal(left, term) for term in terms])

    def _term(self, node: Any) -> _Term:
        match node:
            case ast.Identifier(name=name, namespace=()):
                if (column := self._properties.get(name)) is None:
                    raise refused(FILTER, f"no property {name}")
                return _Term(column.compared(FILTER), column.type, column.is_nullable)
            case ast.Call(func=ast.Identifier(), args=args):
                return self._call(".".join((*node.func.namespace, node.func.name)), args)
            case ast.BinOp(op=op, left=left, right=right) if type(op) in _ARITHMETIC:
                first, other = self._number(left), self._number(right)
                sql = _ARITHMETIC[type(op)](first.sql, other.sql)
                return _Term(sql, first.type, first.is_nullable or other.is_nullable)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                number = self._number(operand)
                return _Term(-number.sql, number.type, number.is_nullable)
            case ast.Compare() | ast.BoolOp() | ast.UnaryOp():
                return _Term(self._condition(node), EdmType.BOOLEAN)
        return _literal_of(node)

    def _number(self, node: Any) -> _Term:
        term = self._term(node)
        if term.type is None or not term.type.is_number:
            raise refused(FILTER, "a number is needed")
        return term

    def _call(self, name: str, args: Sequence[Any]) -> _Term:
        if name not in FUNCTIONS:
            raise unsupported(FILTER, f"function {name}")
        terms = [self._term(argument) for argument in args]
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


def _parsed(text: str) -> Any:
    if len(text) > MOST_CHARACTERS:
        raise refused(FILTER, f"longer than {MOST_CHARACTERS} characters")
    try:
        root = ODataParser().parse(ODataLexer().tokenize(text.strip()))
    except UnknownFunctionException as error:
        raise unsupported(FILTER, f"function {error.function_name}") from None
    except (ODataException, ValueError, RecursionError, NotImplementedError):
        raise refused(FILTER, "cannot be read as a condition") from None
    if root is None:
        raise refused(FILTER, "empty")
    _check_size(root)
    return root


def _check_size(node: Any) -> None:
    """Refuse too many conditions or too many levels; a chain of one operator is one level."""
    count, todo = 0, [(node, 1)]
    while todo:
        part, depth = todo.pop()
        if depth > MOST_DEPTH:
            raise refused(FILTER, f"nested more than {MOST_DEPTH} deep")
        count += isinstance(part, ast.Compare | ast.Call)
        below = _below(part)
        count += len(below) if isinstance(part, ast.List) else 0
        if count > MOST_CONDITIONS:
            raise refused(FILTER, f"more than {MOST_CONDITIONS} conditions and values of lists")
        todo += [(part, depth + 1) for part in below]


def _below(node: Any) -> list[Any]:
    """Return the child nodes of a node; of a chain of one operator, all its operands."""
    if isinstance(node, ast.BoolOp):
        return list(_parts(node, type(node.op)))
    values = [getattr(node, name) for name in node.__dataclass_fields__]
    parts = [part for value in values for part in (value if isinstance(value, list) else [value])]
    return [part for part in parts if is_dataclass(part)]


def _literal_of(node: Any) -> _Term:
    if isinstance(node, ast.Null):
        return _Term(null(), None)
    kind = _LITERALS.get(type(node))
    if kind is None:
        raise unsupported(FILTER, f"expression {type(node).__name__}")
    try:
        value = node.val if isinstance(node, ast.GUID) else node.py_val
    except (ValueError, OverflowError):
        raise refused(FILTER, f"no value: {node.val}") from None
    if isinstance(value, int) and len(str(abs(value))) > _MOST_DIGITS:
        raise refused(FILTER, f"no value: {node.val}")
    if isinstance(value, float) and not isfinite(value):
        raise refused(FILTER, f"no value: {node.val}")
    if isinstance(value, datetime) and value.tzinfo is None:
        raise refused(FILTER, f"an instant needs its offset: {node.val}")
    return _literal(value, kind)


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


def _parts(node: Any, op: type) -> Iterator[Any]:
    """Yield the operands of a chain of one operator; iterative, because a long chain is nested deeply."""
    todo = [node]
    while todo:
        part = todo.pop()
        if isinstance(part, ast.BoolOp) and isinstance(part.op, op):
            todo += (part.right, part.left)
        else:
            yield part


def _walk(node: Any) -> Iterator[Any]:
    todo = [node]
    while todo:
        part = todo.pop()
        yield part
        todo += _below(part)


_LITERALS: Mapping[type, EdmType] = {
    ast.Integer: EdmType.INT64,
    ast.Float: EdmType.DOUBLE,
    ast.Boolean: EdmType.BOOLEAN,
    ast.String: EdmType.STRING,
    ast.GUID: EdmType.STRING,
    ast.Date: EdmType.DATE,
    ast.DateTime: EdmType.INSTANT,
}
_ORDERS: Mapping[type, Callable[[Any, Any], Condition]] = {
    ast.Lt: lambda left, right: left < right,
    ast.LtE: lambda left, right: left <= right,
    ast.Gt: lambda left, right: left > right,
    ast.GtE: lambda left, right: left >= right,
}
_ARITHMETIC: Mapping[type, Callable[[Any, Any], ColumnElement[Any]]] = {
    ast.Add: lambda left, right: left + right,
    ast.Sub: lambda left, right: left - right,
    ast.Mult: lambda left, right: left * right,
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
