"""Attributes that rules and projections read from record values are members of declared schemas.

The type checker cannot see them: the attributes of a value follow from the schema at run time.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from tests.contract.generated_records import record

from field178_shared import rules, schemas
from field178_shared.codelists import load
from field178_shared.schemas.wire_schema import walk

ROOT = Path(__file__).resolve().parents[2]
READERS = (
    "shared/field178_shared/rules/*.py",
    "shared/field178_shared/records/*.py",
    "server/field178_server/records/projections/*.py",
    "server/field178_server/records/searched_texts.py",
    "server/field178_server/replication/policy/evaluate.py",
)
DECLARED = {
    part for type_ in schemas.TYPES.values() for path, _ in walk(type_.schema) for part in path.split(".")
}
# Methods and attributes of the plain values that members hold.
OF_PLAIN_VALUES = {name for kind in (str, int, dict, tuple, date, datetime) for name in dir(kind)}
VALUE = "Value"


def functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    for pattern in READERS:
        for path in sorted(ROOT.glob(pattern)):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.FunctionDef):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def is_value(annotation: ast.expr | None) -> bool:
    return annotation is not None and VALUE in {
        name.id for name in ast.walk(annotation) if isinstance(name, ast.Name)
    }


def is_of_value(node: ast.expr, values: set[str]) -> bool:
    """Return whether an expression is a value, a member of one, or the value of a record."""
    match node:
        case ast.Name(id=name):
            return name in values
        case ast.Attribute(value=ast.Attribute(), attr="value"):
            return True
        case ast.Attribute(value=below) | ast.Subscript(value=below) | ast.Call(func=below):
            return is_of_value(below, values)
        case ast.BoolOp(values=parts) | ast.Tuple(elts=parts):
            return any(is_of_value(part, values) for part in parts)
    return False


def bound(target: ast.expr, source: ast.expr, values: set[str]) -> set[str]:
    """Return the names of a target that are bound to a value or to members of one."""
    if isinstance(target, ast.Tuple) and isinstance(source, ast.Tuple):
        pairs = zip(target.elts, source.elts, strict=True)
        return set().union(*(bound(*pair, values) for pair in pairs))
    names = {node.id for node in ast.walk(target) if isinstance(node, ast.Name)}
    return names if is_of_value(source, values) else set()


def values_of(function: ast.FunctionDef) -> set[str]:
    """Return the parameters that are values, and the names bound to what is read from them."""
    parameters = [*function.args.args, *function.args.kwonlyargs]
    values = {parameter.arg for parameter in parameters if is_value(parameter.annotation)}
    for node in ast.walk(function):
        match node:
            case ast.For(target=target, iter=source) | ast.comprehension(target=target, iter=source):
                values |= bound(target, source, values)
            case ast.Assign(targets=[target], value=source) | ast.NamedExpr(target=target, value=source):
                values |= bound(target, source, values)
    return values


def read_members(function: ast.FunctionDef) -> Iterator[str]:
    values = values_of(function)
    for node in ast.walk(function):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in values:
            yield node.attr


def test_members_that_are_read_are_declared() -> None:
    read = {(place, name) for place, function in functions() for name in read_members(function)}
    assert len({name for _, name in read} & DECLARED) > 50
    assert {(place, name) for place, name in read if name not in DECLARED | OF_PLAIN_VALUES} == set()


@pytest.mark.parametrize("type_name", schemas.TYPES)
def test_rules_read_only_members_of_their_record_type(type_name: str) -> None:
    lists, context = load(), rules.Context(datetime(2026, 11, 24, tzinfo=UTC), "karaoke")
    for number in range(60):
        data = record(type_name, number)
        if isinstance(data, dict):
            rules.filing_problems(type_name, data, lists, context)
            rules.warnings(type_name, data, lists, context)
