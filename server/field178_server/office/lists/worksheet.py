"""Worksheet (XLSX) of the lists, which a lawyer corrects and sends back."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from field178_server.office.file_reading.reading_limits import CpuLimit
from field178_server.office.file_reading.xlsx import WorkbookRefused, open_workbook, sheet_rows
from field178_server.office.lists.columns import Kind, ListColumn, columns_of, without_absent
from field178_server.office.lists.pack_file import refused
from field178_shared.list_packs import TABLES, ListPack
from field178_shared.list_packs.pack import files_with
from field178_shared.list_packs.tables import Row

if TYPE_CHECKING:
    from openpyxl.styles import Font
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet
    from openpyxl.worksheet.worksheet import Worksheet

MAX_BYTES = 8 << 20
MAX_COLUMNS = 60
_PROBLEMS = {"unpacks_too_large": "too_large", "takes_too_long": "takes_too_long"}
_SHEET_NAME_LENGTH = 31
_WIDEST = 60


def write_worksheet(pack: ListPack) -> bytes:
    """Return a worksheet file of the lists in force: one sheet for each table and each nested table.

    Cell A1 is the name of the table, row 2 the names of members. Nested rows name their row in the first
    column.
    """
    from openpyxl import Workbook
    from openpyxl.styles import Font as MadeFont

    book = Workbook(write_only=True)
    for name, columns, rows in _sheets(pack):
        sheet = book.create_sheet(_sheet_name(name))
        sheet.freeze_panes = "B3"
        for number, column in enumerate(columns):
            longest = max((len(column.to_text(row.get(column.name))) for row in rows), default=0)
            letter = _letter(number)
            sheet.column_dimensions[letter].width = min(_WIDEST, max(len(column.name), longest) + 2)
        sheet.append([name])
        sheet.append(_texts(sheet, [column.name for column in columns], MadeFont(bold=True)))
        for row in rows:
            sheet.append(_texts(sheet, [column.to_text(row.get(column.name)) for column in columns]))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read_worksheet(data: bytes, pack: ListPack) -> dict[str, dict[str, Row]]:
    """Return the rows of a worksheet that differ from the rows in force, by table and key.

    Raises AppError(lists_refused) with `problem`, and `sheet`, `row`, `column` of a cell that cannot be read.
    """
    sheets = _read(data)
    files = files_with(pack)
    changed: dict[str, dict[str, Row]] = {}
    for table in TABLES.values():
        in_force = table.rows(files)
        columns = columns_of([*in_force.values(), table.sample])
        if table.path not in sheets:
            continue
        nested = {column.name: column for column in columns if column.kind is Kind.ROWS}
        below = {
            name: _nested_rows(sheets.get(f"{table.path}/{name}", ()), column)
            for name, column in nested.items()
        }
        for cells in sheets[table.path]:
            row = _row(cells, [column for column in columns if column.name not in nested])
            key = table.key_of(row)
            row |= {name: rows[key] for name, rows in below.items() if rows.get(key)}
            if without_absent(row) != _comparable(in_force.get(key, {})):
                changed.setdefault(table.path, {})[key] = without_absent(row)
    return changed


_Sheet = tuple[str, Sequence[ListColumn], Sequence[Mapping[str, object]]]
# Sheet name, row number, and texts by column name.
_Cells = tuple[str, int, Mapping[str, str]]


def _sheets(pack: ListPack) -> Iterator[_Sheet]:
    files = files_with(pack)
    for table in TABLES.values():
        rows = table.rows(files)
        columns = columns_of([*rows.values(), table.sample])
        yield table.path, [column for column in columns if column.kind is not Kind.ROWS], list(rows.values())
        for column in columns:
            if column.kind is Kind.ROWS:
                key = ListColumn("row", Kind.TEXT)
                yield f"{table.path}/{column.name}", [key, *column.columns], _below(rows, column.name)


def _below(rows: Mapping[str, Row], name: str) -> list[Mapping[str, object]]:
    return [
        {"row": key, **nested}
        for key, row in rows.items()
        if isinstance(listed := row.get(name), list)
        for nested in listed
    ]


def _read(data: bytes) -> dict[str, list[_Cells]]:
    if len(data) > MAX_BYTES:
        raise refused("too_large", limit=MAX_BYTES)
    try:
        book = open_workbook(io.BytesIO(data))
        sheets = dict(_tables(book.worksheets, CpuLimit()))
    except WorkbookRefused as refusal:
        raise refused(_PROBLEMS.get(refusal.problem, "not_a_worksheet")) from None
    if not sheets.keys() & TABLES.keys():
        raise refused("not_a_worksheet")
    return sheets


def _tables(sheets: Sequence[ReadOnlyWorksheet], limit: CpuLimit) -> Iterator[tuple[str, list[_Cells]]]:
    for sheet in sheets:
        rows = (
            (number, [_cell_text(value) for value in values])
            for number, values in sheet_rows(sheet, MAX_COLUMNS, limit)
        )
        _, head = next(rows, (0, [""]))
        _, names = next(rows, (0, []))
        if head[0]:
            yield (
                head[0],
                [
                    (head[0], number, dict(zip(names, texts, strict=False)))
                    for number, texts in rows
                    if any(texts)
                ],
            )


def _cell_text(value: object) -> str:
    if value is None:
        return ""
    if hasattr(value, "isoformat"):  # a spreadsheet program has converted a text to a date
        return str(value.isoformat())[:10]
    return ("x" if value else "") if isinstance(value, bool) else str(value).strip()


def _row(cells: _Cells, columns: Sequence[ListColumn]) -> Row:
    sheet, number, texts = cells
    row: Row = {}
    for column in columns:
        try:
            value = column.from_text(texts.get(column.name, ""))
        except ValueError:
            raise refused("bad_cell", sheet=sheet, row=number, column=column.name) from None
        if value is not None:
            row[column.name] = value
    return row


def _nested_rows(sheet: Sequence[_Cells], column: ListColumn) -> dict[str, list[Row]]:
    nested: dict[str, list[Row]] = {}
    for cells in sheet:
        nested.setdefault(cells[2].get("row", ""), []).append(_row(cells, column.columns))
    return nested


def _comparable(row: Row) -> Row:
    """Return a row in the form that reading its own cells would return."""
    return {
        name: [without_absent(nested) for nested in value]
        if isinstance(value, list) and _holds_rows(value)
        else value
        for name, value in without_absent(row).items()
    }


def _holds_rows(value: Sequence[object]) -> bool:
    return bool(value) and all(isinstance(part, dict) for part in value)


def _texts(sheet: Worksheet, texts: Sequence[str], font: Font | None = None) -> list[object]:
    from openpyxl.cell import WriteOnlyCell

    cells: list[object] = []
    for text in texts:
        cell = WriteOnlyCell(sheet, value=text)
        # A string cell: a text that begins with "=" MUST NOT become a formula.
        cell.data_type = "s"
        if font is not None:
            cell.font = font
        cells.append(cell)
    return cells


def _sheet_name(name: str) -> str:
    """Return a valid sheet name for a table; the full name is in cell A1."""
    short = name.replace("inspection_enums.lists.", "").replace("/", "·")
    return short[-_SHEET_NAME_LENGTH:]


def _letter(number: int) -> str:
    from openpyxl.utils import get_column_letter

    return get_column_letter(number + 1)
