"""Tables for spreadsheets: CSV and XLSX, written row by row in constant memory, without formulas."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from tempfile import TemporaryFile
from typing import IO

from flask import Response, send_file

from field178_server.audit.trail import AuditEntry
from field178_server.console.shell.form_actions import office
from field178_server.database.unit_of_work import Session, run_write, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_shared.errors import AppError, ErrorCode
from field178_shared.text.formats import date_text, datetime_text
from field178_shared.time.clock import VIETNAM

Cell = str | int | date | datetime | None
_TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# A spreadsheet takes a text that begins so for a formula.
_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
_MAX_CELL, _MAX_ROWS, _SHEET_NAME = 32_767, 1_048_575, 31
_WIDTH = 24


@dataclass(frozen=True, slots=True)
class TableFile:
    """What a table file is of: its name in the address, its title, and its headings."""

    name: str
    title: str
    headings: Sequence[str]


def table_response(
    kind: str, table: TableFile, rows: Callable[[Session], Iterable[Sequence[Cell]]]
) -> Response:
    """Return a list as a file to keep; that it was taken out stands in the audit trail."""
    runtime = current_runtime()
    if kind not in _WRITERS:
        raise AppError(ErrorCode.NOT_FOUND)
    # Sent after the transaction has ended: a slow line must not keep a snapshot open.
    file = TemporaryFile()  # noqa: SIM115  # the answer closes it
    with snapshot(runtime.engine) as session:
        count = _WRITERS[kind](file, table, rows(session))
    file.seek(0)
    context = office()
    details: dict[str, str | int | None] = {"format": kind, "records": count}
    run_write(
        runtime.engine,
        lambda session: context.note(session, AuditEntry("list_exported", table.name, None, details)),
    )
    day = runtime.clock.now().astimezone(VIETNAM).strftime("%Y%m%d-%H%M")
    return send_file(
        file,
        mimetype=_TYPES[kind],
        as_attachment=True,
        download_name=f"{table.name}-{day}.{kind}",
        max_age=0,
        etag=False,
        conditional=False,
    )


def write_csv(file: IO[bytes], table: TableFile, rows: Iterable[Sequence[Cell]]) -> int:
    """Write a CSV file in UTF-8 with the mark by which Excel knows it; return the number of rows."""
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
    """Write a workbook of one sheet, each text as a text; return the number of rows."""
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
                elif isinstance(cell, int):
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
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if _FORMULA.match(text.lstrip(" \u00a0")) else text


def _sheet_name(title: str) -> str:
    return re.sub(r"[\[\]:*?/\\]", " ", title)[:_SHEET_NAME].strip("' ") or "1"


_WRITERS = {"csv": write_csv, "xlsx": write_xlsx}
