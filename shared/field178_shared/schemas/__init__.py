"""Schemas of every record type on the wire; a fault is a code, not a sentence.

Importing this package is cheap; the schemas themselves (and marshmallow) load at their first use.
"""

from field178_shared.errors import AppError, ErrorCode
from field178_shared.schemas.types import TYPES, RecordType, Side

__all__ = ["TYPES", "RecordType", "Side", "json_schema", "validate"]


def validate(type_name: str, data: object) -> dict[str, list[str]]:
    """Return {dotted path: [codes]} of what is wrong with a record's data; empty when it may be stored.

    Paths the schema does not know are no error. The type MUST be one of TYPES.
    """
    return _known(type_name).schema.errors(data)


def json_schema(type_name: str) -> dict[str, object]:
    """Return the JSON schema of a type's data, generated from its declared schema."""
    return _known(type_name).schema.json_schema()


def _known(type_name: str) -> RecordType:
    try:
        return TYPES[type_name]
    except KeyError:
        raise AppError(ErrorCode.UNKNOWN_TYPE, type=type_name) from None
