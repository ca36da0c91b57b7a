"""Columns of a list table, derived from its rows, for forms and worksheets."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import isfinite

from field178_shared.list_packs.tables import Row

# Order of the first columns; other columns follow in the order of the files.
_FIRST = (
    "id",
    "code",
    "number",
    "vi",
    "en",
    "src",
    "art",
    "first",
    "last",
    "day_on",
    "issued",
    "valid_from",
    "valid_to",
    "from",
    "to",
    "min",
    "max",
)
# Columns of every table, even if no row has a value.
VALIDITY = ("valid_from", "valid_to")
PROVENANCE = ("source", "confidence", "verified_by", "verified_on")
_DAYS = frozenset({*VALIDITY, "verified_on"})
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_TEXTS_SEPARATOR = "; "


class Kind(StrEnum):
    """Kind of the values of a column."""

    TEXT = "text"
    WHOLE = "whole"
    NUMBER = "number"
    FLAG = "flag"
    DAY = "day"
    TEXTS = "texts"
    ROWS = "rows"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class ListColumn:
    """One member of the rows. `columns`: the columns of a nested table."""

    name: str
    kind: Kind
    columns: tuple[ListColumn, ...] = ()

    def to_text(self, value: object) -> str:
        """Return the text of a value for a cell or field; "" for an absent value."""
        match value:
            case None:
                return ""
            case bool():
                return "x" if value else ""
            case str() if self.kind is not Kind.OTHER or not _reads_as_json(value):
                return value
            case int() | float():
                return str(value)
            case list() if self.kind is Kind.TEXTS:
                return _TEXTS_SEPARATOR.join(value)
        return json.dumps(value, ensure_ascii=False)

    def from_text(self, text: str) -> object:
        """Return the value of a text; None for an empty text. Raises ValueError for an invalid text."""
        text = text.strip()
        if not text:
            return None
        match self.kind:
            case Kind.WHOLE:
                return int(text.removesuffix(".0"))
            case Kind.NUMBER:
                return _number(text)
            case Kind.FLAG:
                return text.lower() not in {"0", "false", "không"}
            case Kind.DAY:
                return date.fromisoformat(text).isoformat()
            case Kind.TEXTS:
                return [part.strip() for part in text.split(";") if part.strip()]
            case Kind.OTHER | Kind.ROWS:
                return _json_or_text(text)
        return text


def columns_of(rows: Iterable[Mapping[str, object]], *, is_nested: bool = False) -> tuple[ListColumn, ...]:
    """Return the columns of rows: identifying columns first, provenance last."""
    values: dict[str, list[object]] = {}
    for row in rows:
        for name, value in row.items():
            values.setdefault(name, []).append(value)
    if not is_nested:
        for name in (*VALIDITY, *PROVENANCE):
            values.setdefault(name, [])
    return tuple(
        _column(name, [value for value in values[name] if value is not None])
        for name in sorted(values, key=_place)
    )


def _place(name: str) -> int:
    if name in _FIRST:
        return _FIRST.index(name)
    behind = 1 + PROVENANCE.index(name) if name in PROVENANCE else 0
    return len(_FIRST) + behind


def without_absent(row: Mapping[str, object]) -> Row:
    """Return a row without null, false and empty list members, which readers treat as absent."""
    return {
        name: value for name, value in row.items() if value is not None and value is not False and value != []
    }


def _column(name: str, values: Sequence[object]) -> ListColumn:
    if values and all(isinstance(value, list) and _is_rows(value) for value in values):
        nested = [row for value in values if isinstance(value, list) for row in value]
        return ListColumn(name, Kind.ROWS, columns_of(nested, is_nested=True))
    return ListColumn(name, _kind(name, values))


def _kind(name: str, values: Sequence[object]) -> Kind:
    kinds = {type(value) for value in values}
    if kinds == {bool}:
        return Kind.FLAG
    if kinds == {int}:
        return Kind.WHOLE
    if kinds and kinds <= {int, float}:
        return Kind.NUMBER
    if name in _DAYS or (kinds == {str} and all(_DAY.fullmatch(str(value)) for value in values)):
        return Kind.DAY
    if kinds <= {str}:
        return Kind.TEXT
    is_texts = kinds <= {str, list} and all(
        isinstance(value, list) and all(isinstance(part, str) and ";" not in part for part in value)
        for value in values
    )
    return Kind.TEXTS if is_texts else Kind.OTHER


def _is_absent(value: object) -> bool:
    return value is None or value is False or value == []


def _number(text: str) -> int | float:
    number = float(text)
    if not isfinite(number):
        raise ValueError(text)
    return int(number) if number.is_integer() and "." not in text else number


def _json_or_text(text: str) -> object:
    try:
        value: object = json.loads(text) if _reads_as_json(text) or text[0] in "[{" else text
    except RecursionError:
        raise ValueError(text) from None
    return value


def _reads_as_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _is_rows(value: Sequence[object]) -> bool:
    return bool(value) and all(isinstance(part, dict) for part in value)
