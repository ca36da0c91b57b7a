"""Workbook of the rows that an import refused: staged cells and reasons, for correction."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from field178_server.office.register_import.checking import CheckedFile
from field178_server.office.register_import.preview import Preview
from field178_server.office.register_import.reasons import row_text
from field178_shared.text.i18n import N_, translator

if TYPE_CHECKING:
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

_ROW, _REASON = N_("Row"), N_("Reason")
_WIDTH = 24
_REASON_WIDTH = 60


def write_refused(path: Path, preview: Preview, checked: CheckedFile, language: str) -> None:
    """Write the workbook of refused rows; every cell is text, so that no cell is read as a formula."""
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter

    say = translator(language, "console")
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    headings = [say(_ROW), say(_REASON), *preview.table.headings]
    for column in range(1, len(headings) + 1):
        width = _REASON_WIDTH if column == len("ab") else _WIDTH
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = "C2"
    _append(sheet, headings)
    reasons = {row.number: row_text(row, language) for row in checked.rows if not row.is_taken}
    for staged in preview.folder.rows(preview.row.import_id, preview.table):
        if staged.number in reasons:
            _append(sheet, [str(staged.number), reasons[staged.number], *staged.texts])
    book.save(path)


def _append(sheet: WriteOnlyWorksheet, texts: list[str]) -> None:
    from openpyxl.cell import WriteOnlyCell

    cells = []
    for text in texts:
        cell = WriteOnlyCell(sheet, value=text)
        # Text also if it begins like a formula.
        cell.data_type = "s"
        cells.append(cell)
    sheet.append(cells)
