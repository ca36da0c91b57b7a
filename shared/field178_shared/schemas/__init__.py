"""Schemas of every record type on the wire; a fault is a code, not a sentence.

Importing this package is cheap; the schemas themselves (and marshmallow) load at their first use.
"""

from collections.abc import Mapping

from field178_shared.errors import AppError, ErrorCode
from field178_shared.merge import equal, read_path
from field178_shared.schemas.types import TYPES, RecordType, Side

__all__ = ["TYPES", "RecordType", "Side", "json_schema", "validate"]


def validate(
    type_name: str, data: object, before: Mapping[str, object] | None = None
) -> dict[str, list[str]]:
    """Return {dotted path: [codes]} of what is wrong with a record's data; empty when it may be stored.

    Paths the schema does not know are no error. A value that the record had `before` is none either: an
    earlier version took it, and it stands in the way of no other field. The type MUST be one of TYPES.
    """
    issues = _known(type_name).schema.errors(data)
    if not issues or not before or not isinstance(data, dict):
        return issues
    return {path: codes for path, codes in issues.items() if not _is_kept(path, data, before)}


def _is_kept(path: str, data: dict[str, object], before: Mapping[str, object]) -> bool:
    value = read_path(data, path)
    return value is not None and equal(value, read_path(before, path))


def json_schema(type_name: str) -> dict[str, object]:
    """Return the JSON schema of a type's data, generated from its declared schema."""
    return _known(type_name).schema.json_schema()


def _known(type_name: str) -> RecordType:
    try:
        return TYPES[type_name]
    except KeyError:
        raise AppError(ErrorCode.UNKNOWN_TYPE, type=type_name) from None
