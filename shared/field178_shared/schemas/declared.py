"""Base schema of every record type, with its files and its JSON schema (draft 2020-12)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache

from marshmallow import fields, validate

from field178_shared.codelists import load
from field178_shared.records.value import Value
from field178_shared.schemas.checks import Messages, messages_of
from field178_shared.schemas.field_types import (
    CLOCK_OFFSET,
    FREE_TEXT,
    TYPED_MAXIMUM,
    Entries,
    Field,
    Flag,
    FreeText,
    Instant,
    ListValue,
    Sha256,
    Verbatim,
    listed,
    listed_choice,
)
from field178_shared.schemas.lenient_reading import LenientValue, Reader, reader_of, readers_of
from field178_shared.schemas.quick_check import object_check
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


class RecordSchema(WireSchema):
    """Envelope of every record; unknown paths are kept unchanged.

    Times of the envelope come from tablet clocks: any short text is accepted (docs/sync-protocol.md §2.1).
    """

    captured_at = fields.String(validate=validate.Length(max=40))
    filed_at = fields.String(validate=validate.Length(max=40))
    # Offset of the tablet's clock from the server's, if it is large enough to matter.
    clock_offset_s = fields.Integer(strict=True, validate=CLOCK_OFFSET)
    tz_offset = fields.String(validate=validate.Length(max=16))
    codelist_version = fields.String(validate=validate.Length(max=32))
    record_code = fields.String(validate=validate.Length(max=32))

    def errors(self, data: object) -> Messages:
        """Return the errors as {dotted path: [codes]}; unknown paths are never errors by themselves.

        This runs the check derived from the fields; marshmallow's `validate` has the same result, slower.
        """
        return messages_of(object_check(type(self))(data))

    def lenient_value(self, data: Mapping[str, object]) -> Value:
        """Return the value of a record's data of any form."""
        return LenientValue(_readers_of_record(type(self)), data)

    def json_schema(self) -> JsonSchema:
        """Return the JSON schema of the type's `data`."""
        return _described(type(self), load().version)


# Size: the number of record types; entries of older lists are evicted.
@lru_cache(maxsize=16)
def _described(schema: type[RecordSchema], _version: str) -> JsonSchema:
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **object_schema(schema)}


MAX_FILE_BYTES = 64 << 20
# Pages with signatures and names on them: for the team and the reviewer, every look written down.
RESTRICTED_KINDS = frozenset({"scan_minutes_first_page", "scan_document"})


class AttachmentSchema(WireSchema):
    """A file by its hash, with its caption and evidence kind."""

    sha256 = Sha256(required=True)
    size = fields.Integer(strict=True, required=True, validate=validate.Range(1, MAX_FILE_BYTES))
    content_type = fields.String(required=True, validate=validate.Length(max=100))
    evidence_kind = fields.String(validate=listed_choice("evidence_kind"))
    caption = FreeText(120)
    taken_at = Instant()
    # The item of the checklist, or the violation under it, that the picture shows.
    checklist_item_id = fields.String(validate=listed("items"))
    # An officer has confirmed that no face and no personal document is visible.
    screened = Flag()


@cache
def _readers_of_record(schema: type[RecordSchema]) -> Mapping[str, Reader]:
    # A record of any type may name files (docs/sync-protocol.md §9.1).
    files = Entries(values=fields.Nested(AttachmentSchema))
    return {"attachments": reader_of(files), **readers_of(schema)}
