"""The JSON schema (draft 2020-12) of a declared object, for other clients and for compiled validators."""

from __future__ import annotations

from collections.abc import Mapping

from marshmallow import fields, validate

from field178_shared.schemas.field_types import FREE_TEXT, TYPED_MAXIMUM, Entries, Field, ListValue, Verbatim
from field178_shared.schemas.wire_schema import WireSchema, members, nested_schema, refuse, validator_of

JsonSchema = dict[str, object]


def object_schema(schema: type[WireSchema]) -> JsonSchema:
    """Return the JSON schema of a declared object."""
    declared = {**members(schema), **schema.further()}
    described: JsonSchema = {
        "type": "object",
        "properties": {name: describe(field) for name, field in declared.items()},
    }
    if schema.others is not None:
        described["additionalProperties"] = object_schema(schema.others)
    if required := [name for name, field in declared.items() if field.required]:
        described["required"] = required
    return described


def describe(field: Field) -> JsonSchema:
    """Return the JSON schema of the value of a field."""
    match field:
        case Verbatim():
            return dict(field.described)
        case fields.Nested():
            return object_schema(nested_schema(field))
        case Entries():
            return _entries(field)
        case ListValue():
            return _limited(field, "array", items=describe(field.inner))
        case fields.Integer():
            typed = field.metadata.get(TYPED_MAXIMUM)
            return _limited(field, "integer") | ({TYPED_MAXIMUM: typed} if typed else {})
        case fields.String():
            marks = {FREE_TEXT: True} if field.metadata.get(FREE_TEXT) else {}
            return _limited(field, "string") | marks
    return refuse(field)


def _entries(field: Entries) -> JsonSchema:
    described: JsonSchema = {"type": "object", "additionalProperties": describe(field.value_field)}
    if field.key_field is not None:
        described["propertyNames"] = _limits(field.key_field)
    return described


def _limited(field: Field, type_: str, **parts: object) -> JsonSchema:
    return {"type": type_, **parts, **_limits(field)}


def _limits(field: Field) -> Mapping[str, object]:
    match validator_of(field):
        case validate.OneOf(choices=choices):
            return {"enum": sorted(choices)}
        case validate.Range(min=least, max=most):
            return {"minimum": least, "maximum": most}
        case validate.Length(min=least, max=most) if isinstance(field, fields.List):
            return {"minItems": least or 0, "maxItems": most}
        case validate.Length(min=None, max=most):
            return {"maxLength": most}
        case validate.Length(min=least, max=most):
            return {"minLength": least, "maxLength": most}
    return refuse(field)
