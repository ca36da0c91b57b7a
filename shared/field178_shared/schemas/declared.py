"""Declaration of a record type: a marshmallow schema, and everything derived from it."""

from __future__ import annotations

from functools import lru_cache

from marshmallow import fields, validate

from field178_shared.codelists import load
from field178_shared.schemas.checks import Messages, messages_of
from field178_shared.schemas.described import JsonSchema, object_schema
from field178_shared.schemas.field_types import CLOCK_OFFSET
from field178_shared.schemas.quick_check import object_check
from field178_shared.schemas.wire_schema import WireSchema


class RecordSchema(WireSchema):
    """The envelope of every record, and the promise that unknown paths are kept as they are.

    Times of the envelope are clocks' words: any short text is taken (docs/sync-protocol.md §2.1).
    """

    captured_at = fields.String(validate=validate.Length(max=40))
    filed_at = fields.String(validate=validate.Length(max=40))
    # How far the tablet's clock was ahead of the server's, where the times would mislead.
    clock_offset_s = fields.Integer(strict=True, validate=CLOCK_OFFSET)
    tz_offset = fields.String(validate=validate.Length(max=16))
    codelist_version = fields.String(validate=validate.Length(max=32))
    record_code = fields.String(validate=validate.Length(max=32))

    def errors(self, data: object) -> Messages:
        """Return {dotted path: [codes]} of what is wrong; unknown paths are never an error by themselves.

        This runs the check that is made from the fields; marshmallow's `validate` finds the same, slower.
        """
        return messages_of(object_check(type(self))(data))

    def json_schema(self) -> JsonSchema:
        """Return the JSON schema of the type's `data`."""
        return _described(type(self), load().version)


# As many as there are types: those of lists that are no longer in force give way.
@lru_cache(maxsize=16)
def _described(schema: type[RecordSchema], _version: str) -> JsonSchema:
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **object_schema(schema)}
