"""Table files: CSV and XLSX, written row by row in constant memory, without formulas."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import IO

from field178_shared.text.formats import date_text, datetime_text
from field178_shared.time.clock import VIETNAM

Cell = str | int | float | date | datetime | None
MEDIA_TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# Beginnings of texts that a spreadsheet would read as a formula.
_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
_MAX_CELL, _MAX_ROWS, _SHEET_NAME = 32_767, 1_048_575, 31
_WIDTH = 24


@dataclass(frozen=True, slots=True)
class TableFile:
    """Name (in the URL), title and headings of a table file."""

    name: str
    title: str
    headings: Sequence[str]


def write_csv(file: IO[bytes], table: TableFile, rows: Iterable[Sequence[Cell]]) -> int:
    """Write a CSV file in UTF-8 with a byte order mark for Excel; return the number of rows."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    writer, count = csv.writer(text), 0
    writer.writerow([_safe(heading) for heading in table.headings])
    for row in rows:
        writer.writerow([_csv_cell(cell) for cell in row])
        count += 1
    text.flush()
    text.detach()
    return count


def write_xlsx(file: IO[bytes], table: TableFile, rows: Iterable[Sequence[Cell]]) -> int:
    """Write a workbook of one sheet, without formulas; return the number of rows."""
    from xlsxwriter import Workbook

    count = 0
    with Workbook(file, {"constant_memory": True}) as book:
        sheet = book.add_worksheet(_sheet_name(table.title))
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        moment = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, max(0, len(table.headings) - 1), _WIDTH)
        for column, heading in enumerate(table.headings):
            sheet.write_string(0, column, heading, bold)
        for count, row in enumerate(islice(rows, _MAX_ROWS), 1):
            for column, cell in enumerate(row):
                if isinstance(cell, datetime):
                    local = cell.astimezone(VIETNAM).replace(tzinfo=None, second=0, microsecond=0)
                    sheet.write_datetime(count, column, local, moment)
                elif isinstance(cell, date):
                    sheet.write_datetime(count, column, cell, day)
                elif isinstance(cell, int | float):
                    sheet.write_number(count, column, cell)
                elif cell:
                    sheet.write_string(count, column, cell[:_MAX_CELL])
    return count


def _csv_cell(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return datetime_text(cell.astimezone(VIETNAM), "vi")
    if isinstance(cell, date):
        return date_text(cell, "vi")
    return _safe(cell) if isinstance(cell, str) else "" if cell is None else str(cell)


def _safe(text: str) -> str:
    """Return a text that no spreadsheet reads as a formula."""
    return f"'{text}" if _FORMULA.match(text.lstrip(" \u00a0")) else text


def _sheet_name(title: str) -> str:
    return re.sub(r"[\[\]:*?/\\]", " ", title)[:_SHEET_NAME].strip("' ") or "1"


TABLE_WRITERS = {"csv": write_csv, "xlsx": write_xlsx}
