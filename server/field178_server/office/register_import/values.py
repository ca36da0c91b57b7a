"""Parsing of cell values: dates, numbers and points as offices write them."""

from __future__ import annotations

import re
from datetime import date, timedelta

from field178_server.office.register_import.fields import ValueKind
from field178_shared.errors import AppError, ErrorCode
from field178_shared.text.normalisation import fold

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T].*)?")
_WRITTEN = re.compile(r"(?:ngay )?(\d{1,2})(?: ?[-/.,] ?| thang )(\d{1,2})(?: ?[-/.,] ?| nam )(\d{4}|\d{2})")
# A spreadsheet counts days from the end of 1899; these are 1950 to 2100.
_SERIAL = range(18_264, 73_051)
_DAY_ZERO = date(1899, 12, 30)
_NUMBER = re.compile(r"(\d{1,5})(?:[.,]0+)?(?: ?(?:phong|p|buong|phong hat|phong ngu))?")
_DEGREES = re.compile(r"([-+]?\d{1,3}(?:[.,]\d+)?) ?°?")
_SEXAGESIMAL = re.compile(
    r"(\d{1,3}) ?° ?(\d{1,2}) ?['’′] ?(?:(\d{1,2}(?:[.,]\d+)?) ?(?:\"|”|″|'')?)? ?([nsewbdđ]?)"
)
_UNIT = 10_000_000
_CENTURY = 100


def read_value(kind: ValueKind, text: str) -> object:
    """Return the value of a non-empty text; raise AppError with the code of the fault."""
    match kind:
        case ValueKind.DATE:
            return read_date(text)
        case ValueKind.NUMBER:
            return _read_number(text)
        case ValueKind.DEGREES:
            return _read_degrees(text)
    return text


def read_date(text: str) -> str:
    """Return the ISO date of a text: 05/06/2020, 5-6-20, 2020-06-05, "ngày 5 tháng 6 năm 2020", a serial."""
    plain = fold(text).strip(" .'")
    if plain.isdigit() and int(plain) in _SERIAL:
        return (_DAY_ZERO + timedelta(days=int(plain))).isoformat()
    try:
        if match := _ISO.fullmatch(plain):
            return date(int(match[1]), int(match[2]), int(match[3])).isoformat()
        if match := _WRITTEN.fullmatch(plain):
            return date(_year(match[3]), int(match[2]), int(match[1])).isoformat()
    except ValueError:
        pass
    raise AppError(ErrorCode.BAD_DATE)


def read_point(text: str) -> tuple[int, int]:
    """Return latitude and longitude in 1e-7 degrees of a text in decimals or minutes: "20,8224; 106,5510"."""
    parts = [
        part for part in re.split(r"[;|/]| - |, |,(?=\d{2,3}\.)|\s{1,}(?=1?\d{2}[.,°])", text.strip()) if part
    ]
    if len(parts) != 2:
        raise AppError(ErrorCode.OUT_OF_RANGE)
    return _read_degrees(parts[0].strip(" ,()")), _read_degrees(parts[1].strip(" ,()"))


def _read_number(text: str) -> int:
    match = _NUMBER.fullmatch(fold(text))
    if match is None:
        raise AppError(ErrorCode.NOT_INTEGER)
    return int(match[1])


def _read_degrees(text: str) -> int:
    plain = text.strip().lower()
    if match := _DEGREES.fullmatch(plain):
        return round(float(match[1].replace(",", ".")) * _UNIT)
    if match := _SEXAGESIMAL.fullmatch(plain):
        seconds = float((match[3] or "0").replace(",", "."))
        return round((int(match[1]) + int(match[2]) / 60 + seconds / 3600) * _UNIT)
    raise AppError(ErrorCode.OUT_OF_RANGE)


def _year(text: str) -> int:
    year = int(text)
    return year if year >= _CENTURY else 2000 + year if year < 70 else 1900 + year
