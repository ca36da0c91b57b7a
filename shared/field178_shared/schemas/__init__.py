"""Schemas of every record type on the wire; a fault is a code, not a sentence.

Importing this package is cheap; the schemas themselves (and marshmallow) load at their first use.
"""

from collections.abc import Mapping

from field178_shared.errors import AppError, ErrorCode
from field178_shared.merge import equal, read_path
from field178_shared.records.value import Value
from field178_shared.schemas.types import TYPES, RecordTypeRules, Side

__all__ = ["TYPES", "RecordTypeRules", "Side", "json_schema", "lenient_value", "validate"]


def validate(
    type_name: str, data: object, before: Mapping[str, object] | None = None
) -> dict[str, list[str]]:
    """Return the errors of a record's data as {dotted path: [codes]}; empty if the data may be stored.

    Unknown paths are no errors. Values that equal those of `before` are no errors either: an earlier version
    accepted them, and they must not block other fields. The type MUST be one of TYPES.
    """
    issues = _record_type(type_name).schema.errors(data)
    if not issues or not before or not isinstance(data, dict):
        return issues
    return {path: codes for path, codes in issues.items() if not _is_kept(path, data, before)}


def _is_kept(path: str, data: dict[str, object], before: Mapping[str, object]) -> bool:
    value = read_path(data, path)
    return value is not None and equal(value, read_path(before, path))


def lenient_value(type_name: str, data: Mapping[str, object]) -> Value:
    """Return the value of a record's data of any form: drafts, content of older lists, unknown members."""
    return _record_type(type_name).schema.lenient_value(data)


def json_schema(type_name: str) -> dict[str, object]:
    """Return the JSON schema of a type's data, generated from its declared schema."""
    return _record_type(type_name).schema.json_schema()


def _record_type(type_name: str) -> RecordTypeRules:
    try:
        return TYPES[type_name]
    except KeyError:
        raise AppError(ErrorCode.UNKNOWN_TYPE, type=type_name) from None
