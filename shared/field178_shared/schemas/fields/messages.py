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
    details = _details(record_type, path, language)
    return " ".join(message(code, language, details) for code in codes)


def field_messages(record_type: str, problems: Problems, language: str) -> dict[str, str]:
    """Return the sentences of each problem by the path of its field."""
    return {path: field_message(record_type, path, codes, language) for path, codes in problems.items()}


def range_details(least: int, most: int, language: str) -> Mapping[str, str]:
    """Return the bounds of a number as the sentence of its error names them."""
    return {"least": number_text(least, language), "most": number_text(most, language)}


def year_range_message(least: int, most: int, language: str) -> str:
    """Return the sentence for a year that is before the least or after the largest one."""
    return message(ErrorCode.OUT_OF_RANGE, language, {"least": str(least), "most": str(most)})


def _details(record_type: str, path: str, language: str) -> Mapping[str, str]:
    """Return the bounds of a number as they are typed: a year without marks, a coordinate in degrees."""
    bounds, field = bounds_at(record_type, path), field_at(record_type, path)
    if bounds is None:
        return NO_DETAILS
    if path.rpartition(".")[2] == "year":
        return {"least": str(bounds[0]), "most": str(bounds[1])}
    unit = _DEGREE if field is not None and field.kind is FieldKind.DEGREES else 1
    return range_details(bounds[0] // unit, bounds[1] // unit, language)
