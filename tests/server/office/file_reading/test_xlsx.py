"""XLSX files built to occupy the thread that reads them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping

import pytest
from openpyxl import Workbook

from field178_server.office.file_reading import reading_limits
from field178_server.office.file_reading.reading_limits import CpuLimit, reading_slot
from field178_server.office.file_reading.xlsx import WorkbookRefused, open_workbook, sheet_rows
from field178_server.office.lists.worksheet import read_worksheet
from field178_server.office.register_import.reading.table_file import read_tables
from field178_shared.errors import AppError
from field178_shared.list_packs import ListPack

MAIN = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def workbook(*rows: tuple[object, ...]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]  # a new book has a sheet
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_parts(**changes: Callable[[bytes], bytes]) -> bytes:
    """Return a small workbook with some parts changed, by the last name of the part."""
    out = io.BytesIO()
    book = io.BytesIO(workbook(("violations.items",)))
    with zipfile.ZipFile(book) as good, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in good.namelist():
            change = changes.get(name.rpartition("/")[2].partition(".")[0], lambda data: data)
            packed.writestr(name, change(good.read(name)))
    return out.getvalue()


def with_rows(xml: bytes) -> bytes:
    return with_sheet(b"<sheetData>" + xml + b"</sheetData>")


def with_sheet(xml: bytes) -> bytes:
    head = b"<worksheet " + MAIN + b'><dimension ref="A1:XFD1048576"/>'
    return with_parts(sheet1=lambda _: head + xml + b"</worksheet>")


def last_cell() -> bytes:
    text = b'<row r="1"><c r="A1" t="inlineStr"><is><t>violations.items</t></is></c></row>'
    return with_rows(text + b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')


def openings_of_cells() -> bytes:
    """Return a sheet with a megabyte of `<c ` that no `>` ends."""
    return with_sheet(b"<!--" + b"<c " * 350_000 + b"-->")


def openings_of_merges() -> bytes:
    return with_sheet(b"<!--" + b"mergeCell " * 100_000 + b"-->")


def many_sheets_of_a_part() -> bytes:
    def doubled(data: bytes) -> bytes:
        head, _, rest = data.partition(b"<sheets>")
        sheet, _, tail = rest.partition(b"</sheets>")
        return head + b"<sheets>" + sheet * 20_000 + b"</sheets>" + tail

    return with_parts(workbook=lambda data: doubled(data) if b"<sheets>" in data else data)


def wrong_shared_text() -> bytes:
    return with_rows(b'<row r="1"><c r="A1" t="s"><v>99</v></c></row>')


def packed_otherwise() -> bytes:
    # No spreadsheet program packs like this.
    out = io.BytesIO()
    book = zipfile.ZipFile(io.BytesIO(workbook(("violations.items",))))
    with book, zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as packed:
        for name in book.namelist():
            packed.writestr(name, book.read(name))
    return out.getvalue()


def damaged_packing() -> bytes:
    # The list of parts stays good.
    data = bytearray(workbook(("violations.items",)))
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        start = book.getinfo("[Content_Types].xml").header_offset + 30 + len("[Content_Types].xml")
    data[start : start + 8] = b"\xff" * 8
    return bytes(data)


def newer_zip() -> bytes:
    data = bytearray(workbook(("violations.items",)))
    data[data.index(b"PK\x01\x02") + 6] = 128
    return bytes(data)


MADE: Mapping[str, Callable[[], bytes]] = {
    made.__name__: made
    for made in (
        last_cell,
        openings_of_cells,
        openings_of_merges,
        many_sheets_of_a_part,
        wrong_shared_text,
        packed_otherwise,
        damaged_packing,
        newer_zip,
    )
}


@pytest.mark.parametrize("name", MADE)
def test_a_workbook_made_to_hold_a_thread_comes_to_an_end_as_a_worksheet(name: str) -> None:
    try:
        changed = read_worksheet(MADE[name](), ListPack())
    except AppError as refusal:
        assert refusal.code == "lists_refused"  # noqa: PT017  # either is right, an endless one is not
    else:
        assert changed == {}


@pytest.mark.parametrize("name", MADE)
def test_a_workbook_made_to_hold_a_thread_comes_to_an_end_as_a_register(name: str) -> None:
    try:
        rows = [row for sheet in read_tables(io.BytesIO(MADE[name]()), "so.xlsx") for row in sheet.rows]
    except AppError as refusal:
        assert refusal.code == "register_file"  # noqa: PT017  # either is right, an endless one is not
    else:
        assert len(rows) <= 1


def test_a_workbook_of_very_many_parts_is_refused_before_it_is_unpacked() -> None:
    out = io.BytesIO(workbook(("violations.items",)))
    with zipfile.ZipFile(out, "a") as packed:
        for number in range(2000):
            packed.writestr(f"xl/media/{number}.png", b"")
    with pytest.raises(WorkbookRefused) as refusal:
        open_workbook(out)
    assert refusal.value.problem == "unpacks_too_large"


def test_a_reading_that_takes_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_limits, "MOST_CPU_S", 0)
    with pytest.raises(AppError) as refusal:
        read_worksheet(workbook(("violations.items",), ("id",), ("a",)), ListPack())
    assert refusal.value.details["problem"] == "takes_too_long"


def test_second_upload_at_the_same_time_is_refused_until_later() -> None:
    with reading_slot(), pytest.raises(AppError) as refusal, reading_slot():
        pass
    assert refusal.value.code == "busy"
    assert refusal.value.details["retry_after_s"] > 0
    with reading_slot():
        pass


def test_an_honest_sheet_is_read_with_the_numbers_of_its_rows() -> None:
    book = open_workbook(io.BytesIO(workbook(("a", 1), (), ("b",))))
    rows = dict(sheet_rows(book.worksheets[0], 2, CpuLimit()))
    assert (rows[1], rows[3]) == (("a", 1), ("b", None))
