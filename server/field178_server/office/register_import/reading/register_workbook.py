"""Sheets of a register in an XLSX file, row by row; values as last calculated, nothing is executed."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from typing import TYPE_CHECKING, BinaryIO

from field178_server.office.file_reading.reading_limits import CpuLimit
from field178_server.office.file_reading.xlsx import BROKEN, WorkbookRefused, open_workbook, sheet_rows
from field178_server.office.register_import.reading.refusal import refused
from field178_server.office.register_import.reading.sheet import (
    MAX_COLUMNS,
    MAX_ROWS,
    FileSheet,
    SheetRow,
    cleaned,
)

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

MAX_SHEETS = 20
_STEP = 1 << 20
_OVERLAP = 200
# Bounded lengths keep the search linear in texts of many tag openings.
_MERGED = re.compile(rb"mergeCell\b[^>]{0,100}?\bref=\"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})\"")
_MAX_MERGED = 50_000
# A formula without a stored value; Excel stores an empty result as a value of type "str".
_UNCALCULATED = re.compile(
    rb"<c\b(?![^>]{0,100}\bt=\"str\")[^>]{0,100}>\s*<f\b[^>]{0,200}(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>"
)


def read_workbook(file: BinaryIO) -> Iterator[FileSheet]:
    """Yield the sheets of a workbook, each to be read before the next; raises AppError(register_file)."""
    try:
        book = open_workbook(file)
        try:
            yield from _tables(file, book, CpuLimit())
        finally:
            book.close()
    except WorkbookRefused as refusal:
        raise refused(refusal.problem) from None


def _tables(file: BinaryIO, book: Workbook, limit: CpuLimit) -> Iterator[FileSheet]:
    for sheet in book.worksheets[:MAX_SHEETS]:
        name = cleaned(str(sheet.title))
        merged = _merged_down(file, str(getattr(sheet, "_worksheet_path", "")), name)
        yield FileSheet(name, _rows(sheet_rows(sheet, MAX_COLUMNS, limit), merged))


def _rows(
    cells: Iterator[tuple[int, tuple[object, ...]]], merged: Mapping[tuple[int, int], int]
) -> Iterator[SheetRow]:
    count = 0
    carried: dict[int, tuple[int, str]] = {}
    try:
        for number, values in cells:
            if not any(value is not None for value in values) and not carried:
                continue
            texts = [cell_text(value) for value in values[: _width(values, carried)]]
            _fill_merged(texts, number, merged, carried)
            if not any(texts):
                continue
            count += 1
            if count > MAX_ROWS:
                raise refused("too_many_rows", limit=MAX_ROWS)
            yield SheetRow(number, tuple(texts))
    except WorkbookRefused as refusal:
        raise refused(refusal.problem) from None


def _width(values: tuple[object, ...], carried: Mapping[int, object]) -> int:
    """Return the number of cells up to the last used one; openpyxl pads rows with empty cells."""
    given = next((index for index in range(len(values), 0, -1) if values[index - 1] is not None), 0)
    return max(given, max(carried, default=-1) + 1)


def _fill_merged(
    texts: list[str],
    number: int,
    merged: Mapping[tuple[int, int], int],
    carried: dict[int, tuple[int, str]],
) -> None:
    """Copy the text of a cell merged over rows into its other rows."""
    for column, (last, text) in list(carried.items()):
        if number > last:
            del carried[column]
        elif column < len(texts) and not texts[column]:
            texts[column] = text
    for column, text in enumerate(texts):
        last = merged.get((number, column), 0)
        if text and last > number:
            carried[column] = (last, text)


def _merged_down(file: BinaryIO, part: str, name: str) -> dict[tuple[int, int], int]:
    """Return {(row, column from 0): last row} of cells merged over rows; openpyxl does not report them."""
    last_rows: dict[tuple[int, int], int] = {}
    rest = b""
    try:
        with zipfile.ZipFile(file) as packed, packed.open(part) as sheet:
            while block := sheet.read(_STEP):
                text = rest + block
                if _UNCALCULATED.search(text):
                    raise refused("not_calculated", sheet=name)
                for left, top, right, bottom in _MERGED.findall(text):
                    if left == right and len(last_rows) < _MAX_MERGED:
                        last_rows[int(top), _column(left)] = int(bottom)
                rest = text[-_OVERLAP:]
    except BROKEN:
        raise refused("damaged") from None
    return last_rows


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def cell_text(value: object) -> str:
    """Return the value of a cell as text; a day as 2026-05-01."""
    match value:
        case None:
            return ""
        case bool():
            return "x" if value else ""
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case time():
            return value.isoformat("minutes")
        case float() if value.is_integer() and abs(value) < 1e15:  # exact as a float
            return str(int(value))
    return cleaned(str(value))
