"""Base schema of every object on the wire, and the paths of a schema with their fields.

Errors are codes, null is absent, unknown members are kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, ClassVar, NoReturn

from marshmallow import INCLUDE, Schema, ValidationError, fields, validate, validates_schema

from field178_shared.errors import ErrorCode
from field178_shared.schemas import checks
from field178_shared.schemas.checks import issues_of, messages_of
from field178_shared.schemas.field_types import FREE_TEXT, Entries, Field

_CODES: Mapping[type[validate.Validator], ErrorCode] = {
    validate.Range: ErrorCode.OUT_OF_RANGE,
    validate.Length: ErrorCode.TOO_LONG,
    validate.OneOf: ErrorCode.UNKNOWN_CHOICE,
}


class WireSchema(Schema):
    """A small object of the wire, or a whole record.

    `others` describes members of any other name, which are kept unchanged within the general limits.
    `further` are members that the lists in force add to the declared members.
    """

    class Meta:
        """Options of the schema: unknown members are kept."""

        unknown = INCLUDE

    others: ClassVar[type[WireSchema] | None] = None

    @classmethod
    def further(cls) -> Mapping[str, fields.Nested]:
        """Return additional members by name: small optional objects."""
        return {}

    def on_bind_field(self, field_name: str, field_obj: Field) -> None:
        """Set the error codes of a member; null counts as absent, so it is valid for optional members."""
        if field_obj.data_key is not None or field_obj.attribute is not None:
            refuse(field_obj)
        _use_error_codes(field_obj)
        field_obj.allow_none = not field_obj.required
        field_obj.error_messages["null"] = ErrorCode.REQUIRED.value

    def handle_error(self, error: ValidationError, data: object, **kwargs: Any) -> None:
        """Report a value that is no object at its own path: "_schema" could be a member's name."""
        if not isinstance(data, Mapping):
            raise ValidationError([ErrorCode.WRONG_TYPE.value])

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _limit_unknown_members(self, data: object, original: object, **kwargs: Any) -> None:
        if not isinstance(original, Mapping):
            return
        further = self.further()
        unknown = {name: value for name, value in original.items() if name not in self.fields}
        known_members = {name: unknown.pop(name) for name in further if name in unknown}
        issues = [*checks.unknown_members(unknown.items())]
        for name, value in known_members.items():
            if value is not None:
                errors = nested_schema(further[name])().validate(value)
                issues += checks.under(name, issues_of(errors))
        if issues:
            raise ValidationError(messages_of(issues))


@cache
def members(schema: type[WireSchema]) -> Mapping[str, Field]:
    """Return the fields of a declared object by name."""
    return schema().fields


def nested_schema(field: fields.Nested) -> type[WireSchema]:
    """Return the schema of a small object."""
    is_whole = not (field.many or field.only or field.exclude)
    if is_whole and isinstance(field.nested, type) and issubclass(field.nested, WireSchema):
        return field.nested
    return refuse(field)


def validator_of(field: Field) -> validate.Validator:
    """Return the validator of a field; raise for texts, numbers and lists without a limit."""
    match field.validators:
        case [validate.Validator() as only]:
            return only
    return refuse(field)


def refuse(field: object) -> NoReturn:
    """Raise TypeError for a declaration that has no derived check."""
    raise TypeError(f"a wire schema cannot declare {field!r}")


def _use_error_codes(field: Field) -> None:
    wrong = ErrorCode.NOT_INTEGER if isinstance(field, fields.Integer) else ErrorCode.WRONG_TYPE
    field.error_messages = {
        key: ErrorCode.REQUIRED.value if key == "required" else wrong.value for key in field.error_messages
    }
    if field.validators:
        validator = validator_of(field)
        validator.error = _code_of(validator).value
    for below in _parts(field):
        _use_error_codes(below)


def _code_of(validator: validate.Validator) -> ErrorCode:
    for validator_class, code in _CODES.items():
        if isinstance(validator, validator_class):
            return code
    return refuse(validator)


def _parts(field: Field) -> Iterator[Field]:
    for name in ("inner", "key_field", "value_field"):
        if isinstance(below := getattr(field, name, None), fields.Field):
            yield below


def walk(schema: WireSchema) -> Iterator[tuple[str, Field]]:
    """Yield (dotted path, field) of all declared fields, outer paths before inner paths.

    `*` is any key: "certificates", "certificates.*", "certificates.*.number". A list is one value; its items
    have no path. `field.required`: the object that contains the field MUST have it.
    """
    return _walk_below(fields.Nested(type(schema)), "")


def is_free_text(field: Field) -> bool:
    """Return whether a field is free text, which is checked for privacy marks."""
    return bool(field.metadata.get(FREE_TEXT))


def _walk_below(field: Field, prefix: str) -> Iterator[tuple[str, Field]]:
    for key, below in _below(field):
        yield prefix + key, below
        yield from _walk_below(below, f"{prefix}{key}.")


def _below(field: Field) -> Iterator[tuple[str, Field]]:
    if isinstance(field, Entries):
        yield "*", field.value_field
    elif isinstance(field, fields.Nested):
        schema = nested_schema(field)
        yield from members(schema).items()
        yield from schema.further().items()
        if schema.others is not None:
            yield "*", fields.Nested(schema.others)
