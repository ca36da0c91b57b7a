"""Sentences for what is wrong at a field, with what the field allows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from field178_shared.errors import NO_DETAILS, ErrorCode, message
from field178_shared.schemas.fields.catalogue import bounds_at, field_at
from field178_shared.schemas.fields.spec import FieldKind
from field178_shared.text.formats import number_text

Problems = Mapping[str, Iterable[str]]
_DEGREE = 10_000_000


def field_message(record_type: str, path: str, codes: Iterable[str], language: str) -> str:
    """Return the sentences of what is wrong at a path of a record type."""
    details = _bounds(record_type, path, language)
    return " ".join(message(code, language, details) for code in codes)


def field_messages(record_type: str, problems: Problems, language: str) -> dict[str, str]:
    """Return the sentences of each problem by the path of its field."""
    return {path: field_message(record_type, path, codes, language) for path, codes in problems.items()}


def range_message(least: str, most: str, language: str) -> str:
    """Return the sentence for a number that is below the least or above the largest one."""
    return message(ErrorCode.OUT_OF_RANGE, language, {"least": least, "most": most})


def _bounds(record_type: str, path: str, language: str) -> Mapping[str, str]:
    """Return the bounds of a number as they are typed: a year without marks, a coordinate in degrees."""
    bounds, field = bounds_at(record_type, path), field_at(record_type, path)
    if bounds is None:
        return NO_DETAILS
    is_degrees = field is not None and field.kind is FieldKind.DEGREES
    is_year = path.rpartition(".")[2] == "year"
    least, most = (
        str(one) if is_year else number_text(one // _DEGREE if is_degrees else one, language)
        for one in bounds
    )
    return {"least": least, "most": most}
