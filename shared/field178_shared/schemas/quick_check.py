"""Plain check of a declared object: the same result as marshmallow's, without its loop.

marshmallow walks all fields of all nested objects for each record, which costs more than everything else the
server does with it. Here each declaration is compiled once into a closure (docs/decisions/0067). Property
tests and `make prove` verify that both give the same codes at the same paths.
"""

from __future__ import annotations

from collections.abc import Set
from functools import cache

from marshmallow import fields, validate

from field178_shared.schemas import checks
from field178_shared.schemas.checks import Check, CheckedMember
from field178_shared.schemas.field_types import Entries, Field, Filled, IdsInForce, ListValue, Verbatim
from field178_shared.schemas.wire_schema import WireSchema, members, nested_schema, refuse, validator_of


@cache
def object_check(schema: type[WireSchema]) -> Check:
    """Return the check of a declared object."""
    declared = {name: CheckedMember(_check(field), field.required) for name, field in members(schema).items()}
    if schema.others is None:
        return checks.members(declared)
    # Records answer few items of a checklist, so the loop runs over present members.
    if any(member.required for member in declared.values()):
        refuse(schema)
    return checks.keyed_by_name(
        {name: member.check for name, member in declared.items()}, lambda name: _further_check(schema, name)
    )


def _further_check(schema: type[WireSchema], name: str) -> Check:
    field = schema.further().get(name)
    return checks.anything if field is None else _check(field)


def _check(field: Field) -> Check:
    match field:
        case Verbatim():
            return type(field).check
        case fields.Nested():
            return object_check(nested_schema(field))
        case Entries():
            return checks.keyed(_check(field.value_field), _keys(field))
        case ListValue():
            return _list_check(field)
        case fields.Integer(strict=True):
            return _integer_check(field)
        case fields.String():
            return _text_check(field)
    return refuse(field)


def _keys(field: Entries) -> Set[str] | None:
    if field.key_field is None:
        return None
    only = validator_of(field.key_field)
    return _choices(only) if isinstance(only, validate.OneOf) else refuse(field)


def _choices(one_of: validate.OneOf) -> Set[str]:
    """Return the allowed values; ids of a list are read from the lists in force."""
    choices = one_of.choices
    return choices if isinstance(choices, IdsInForce) else frozenset(choices)


def _list_check(field: ListValue) -> Check:
    match validator_of(field):
        case validate.Length(min=least, max=int(most)):
            return checks.list_of(_check(field.inner), least or 0, most)
    return refuse(field)


def _integer_check(field: fields.Integer) -> Check:
    match validator_of(field):
        case validate.Range(min=int(least), max=int(most), min_inclusive=True, max_inclusive=True):
            return checks.integer(least, most)
    return refuse(field)


def _text_check(field: fields.String) -> Check:
    match validator_of(field):
        case validate.OneOf() as one_of:
            return checks.choice(_choices(one_of))
        case Filled(max=int(most)):
            return checks.filled_text(most)
        case validate.Length(min=None, max=int(most)):
            return checks.text(most)
    return refuse(field)
