"""XLSX files opened and read row by row, with limits of unpacked size, width and time."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from field178_server.office.file_reading.reading_limits import CpuLimit, CpuLimitReached

if TYPE_CHECKING:
    from openpyxl.reader.excel import ExcelReader as Reader
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

# Errors of the libraries for a damaged workbook; errors of both XML parsers (lxml if installed) are
# SyntaxErrors.
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    LookupError,
    ValueError,
    ArithmeticError,
    SyntaxError,
    OSError,
    TypeError,
    EOFError,
    AttributeError,
    RecursionError,
)
# A small file can unpack to a very large one. Sheets are streamed, but a single cell may be the whole sheet;
# texts are held in memory; cell formats take a hundred times their bytes.
_MAX_UNPACKED_BYTES = 96 << 20
_MAX_SHEET_BYTES = 48 << 20
_MAX_TEXTS_BYTES = 12 << 20
_MAX_PART_BYTES = 2 << 20
_MAX_PARTS = 2_000
_LAST_ROW = 1_048_576
# Workbooks have no other; one of them needs memory that its entry does not declare.
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class WorkbookRefused(Exception):
    """An unreadable file; `problem`: damaged, locked, unpacks_too_large or takes_too_long."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def open_workbook(file: BinaryIO) -> Workbook:
    """Open an uploaded file as a workbook with values as last calculated; raises WorkbookRefused."""
    from openpyxl.reader.excel import ExcelReader

    try:
        with zipfile.ZipFile(file) as packed:
            _check_sizes(packed)
        reader = ExcelReader(file, read_only=True, data_only=True, keep_links=False)
        _check_sheets(reader)
        reader.read()
    except BROKEN:
        raise WorkbookRefused("damaged") from None
    book: Workbook = reader.wb
    return book


def sheet_rows(
    sheet: ReadOnlyWorksheet, most_columns: int, limit: CpuLimit
) -> Iterator[tuple[int, tuple[object, ...]]]:
    """Yield the rows of a sheet with their numbers, without cells beyond `most_columns`.

    A large row or column number in the file yields all rows or cells before it; `limit` ends such a reading
    with WorkbookRefused.
    """
    # The declared range of a sheet may be the largest possible one.
    sheet.reset_dimensions()
    cells = sheet.iter_rows(  # type: ignore[misc]  # the stub has that of another class
        max_row=_LAST_ROW, max_col=most_columns, values_only=True
    )
    try:
        for number, values in enumerate(cells, 1):
            limit.check()
            yield number, values
    except CpuLimitReached:
        raise WorkbookRefused("takes_too_long") from None
    except BROKEN:
        raise WorkbookRefused("damaged") from None


def _check_sizes(packed: zipfile.ZipFile) -> None:
    """Refuse a file of too many parts or bytes; no reader unpacks more bytes than an entry declares."""
    parts = packed.infolist()
    if any(part.flag_bits & 1 for part in parts):
        raise WorkbookRefused("locked")
    if any(part.compress_type not in _PACKINGS for part in parts):
        raise WorkbookRefused("damaged")
    is_large = len(parts) > _MAX_PARTS or sum(part.file_size for part in parts) > _MAX_UNPACKED_BYTES
    if is_large or any(part.file_size > _limit_of(part.filename) for part in parts):
        raise WorkbookRefused("unpacks_too_large")


def _limit_of(part: str) -> int:
    if part.endswith("/sharedStrings.xml"):
        return _MAX_TEXTS_BYTES
    if "/worksheets/" in part:
        return _MAX_SHEET_BYTES
    return _MAX_PART_BYTES if part.endswith((".xml", ".rels")) else _MAX_UNPACKED_BYTES


def _check_sheets(reader: Reader) -> None:
    """Refuse a workbook whose sheets share a part: the part would be read once for each of them."""
    reader.read_manifest()
    reader.read_workbook()
    parts = [link.target for _, link in reader.parser.find_sheets()]
    if len(set(parts)) != len(parts):
        raise WorkbookRefused("damaged")
