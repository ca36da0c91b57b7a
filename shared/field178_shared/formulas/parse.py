"""Parser of formulas: Python's own grammar of expressions, of which a small part is allowed."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import lru_cache

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

LONGEST = 600
# Limit of nested parentheses: deeper ones would overflow the stack of Python's parser.
DEEPEST = 20
_OPERATORS: Mapping[type, str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
    ast.And: "and",
    ast.Or: "or",
}


@lru_cache(maxsize=1024)
def parse(text: str) -> Node:
    """Return the tree of a formula without resolving names. Raises FormulaError for invalid syntax.

    Trees are immutable: those of the latest formulas are kept.
    """
    if len(text) > LONGEST:
        raise FormulaError(FormulaFault.NOT_READABLE, f"{len(text)} > {LONGEST}", LONGEST)
    if _depth(text) > DEEPEST:
        raise FormulaError(FormulaFault.NOT_READABLE, f"{DEEPEST} × (")
    try:
        read = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError) as error:
        raise FormulaError(FormulaFault.NOT_READABLE, text, getattr(error, "offset", 1) or 1) from error
    return _node(read.body)


def _depth(text: str) -> int:
    deepest = depth = 0
    for sign in text:
        depth += (sign in "([{") - (sign in ")]}")
        deepest = max(deepest, depth)
    return deepest


def _node(part: ast.expr) -> Node:
    column = part.col_offset + 1
    match part:
        case ast.Constant(value=int() | str() as value) if not isinstance(value, bool):
            return Constant(column, value)
        case ast.List(elts=items):
            return Constant(column, tuple(_text(item) for item in items))
        case ast.Name(id=name):
            return Name(column, name)
        case ast.Call():
            return _call(part)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return Negation(column, _node(operand))
        case _:
            return _operation(part)


def _text(item: ast.expr) -> str:
    if isinstance(item, ast.Constant) and isinstance(item.value, str):
        return item.value
    raise _not_allowed(item)


def _operation(part: ast.expr) -> Node:
    column = part.col_offset + 1
    match part:
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return BinaryOperation(column, _OPERATORS[type(op)], _node(left), _node(right))
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _OPERATORS:
            return BinaryOperation(column, _OPERATORS[type(op)], _node(left), _node(right))
        case ast.BoolOp(op=op, values=[first, *others]):
            joined = _node(first)
            for other in others:
                joined = BinaryOperation(column, _OPERATORS[type(op)], joined, _node(other))
            return joined
    raise _not_allowed(part)


def _call(part: ast.Call) -> Call:
    if not isinstance(part.func, ast.Name):
        raise _not_allowed(part.func)
    where: Node | None = None
    by: str | None = None
    for keyword in part.keywords:
        match keyword:
            case ast.keyword(arg="where", value=condition):
                where = _node(condition)
            case ast.keyword(arg="by", value=ast.Name(id=name)):
                by = name
            case _:
                raise _not_allowed(keyword.value)
    arguments = tuple(_node(argument) for argument in part.args)
    return Call(part.col_offset + 1, part.func.id, arguments, where, by)


def _not_allowed(part: ast.expr) -> FormulaError:
    return FormulaError(FormulaFault.NOT_ALLOWED, ast.unparse(part), part.col_offset + 1)
