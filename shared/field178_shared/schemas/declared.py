"""How a record type is declared: a marshmallow schema whose fields each run one plain check.

marshmallow is the declared form and the authority on errors. The hot path runs the very same checks
without its loop (`RecordSchema.is_fine`); a property test holds the two equal.
"""

from __future__ import annotations

from collections.abc import Mapping

from marshmallow import INCLUDE, Schema, ValidationError, fields, missing, validates_schema

from field178_shared.errors import ErrorCode
from field178_shared.schemas import checks, kinds
from field178_shared.schemas.checks import Issues
from field178_shared.schemas.kinds import JsonSchema, Kind, Part

Errors = dict[str, list[str]]


class Value(fields.Field[object]):
    """A field of one kind. Errors are codes, keyed by the path below the field; null is absent."""

    def __init__(self, kind: Kind, *, required: bool = False) -> None:
        super().__init__(required=required, allow_none=True)
        self.kind = kind

    def _validate_missing(self, value: object) -> None:
        if self.required and (value is None or value is missing):
            raise ValidationError(ErrorCode.REQUIRED.value)

    def _deserialize(
        self, value: object, attr: str | None, data: Mapping[str, object] | None, **kwargs: object
    ) -> object:
        if issues := self.kind.check(value):
            raise ValidationError(_messages(issues))
        return value


class RecordSchema(Schema):
    """The envelope of every record, and the promise that unknown paths are kept as they are.

    Times of the envelope are clocks' words: any short text is taken (docs/sync-protocol.md §2.1).
    """

    class Meta:
        """Keep what this version does not know."""

        unknown = INCLUDE

    captured_at = Value(kinds.text(40))
    filed_at = Value(kinds.text(40))
    tz_offset = Value(kinds.text(16))
    codelist_version = Value(kinds.text(32))
    record_code = Value(kinds.text(32))

    def __init__(self) -> None:
        super().__init__()
        self.parts = {
            name: Part(field.kind, field.required)
            for name, field in self.fields.items()
            if isinstance(field, Value)
        }
        self._check = kinds.members(self.parts).check

    def is_fine(self, data: object) -> bool:
        """Tell whether the data has no error at all, by the same checks without marshmallow's loop."""
        return not self._check(data)

    def errors(self, data: Mapping[str, object]) -> Errors:
        """Return {dotted path: [codes]} of what is wrong; unknown paths are never an error by themselves."""
        found: Errors = {}
        _flatten(self.validate(data), "", found)
        return found

    def json_schema(self) -> JsonSchema:
        """Return the JSON schema (draft 2020-12) of the type's `data`."""
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            **kinds.describe_members(self.parts),
        }

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _check_unknown(self, data: object, original: Mapping[str, object], **kwargs: object) -> None:
        unknown = ((name, value) for name, value in original.items() if name not in self.parts)
        if issues := checks.unknown_members(unknown):
            raise ValidationError(_messages(issues))


def _messages(issues: Issues) -> dict[str, list[str]]:
    messages: dict[str, list[str]] = {}
    for path, code in issues:
        messages.setdefault(path, []).append(code.value)
    return messages


def _flatten(messages: object, path: str, found: Errors) -> None:
    if isinstance(messages, Mapping):
        for key, below in messages.items():
            _flatten(below, ".".join(part for part in (path, str(key)) if part), found)
    elif isinstance(messages, list):
        found.setdefault(path, []).extend(str(code) for code in messages)
