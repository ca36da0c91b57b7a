"""Hostile and foreign files: each ends with the problem its sentence is chosen by, and leaves nothing."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook
from tests.server.office.register_import.scene import GOOD, HEAD, table

from field178_server.console.register_import.view import file_problem
from field178_server.console.text.localize import Localizer
from field178_server.office.register_import.reading.sheet import MAX_ROWS
from field178_server.office.register_import.reading.table_file import MAX_BYTES, read_tables
from field178_server.office.register_import.spellings import Spellings
from field178_server.office.register_import.staging import StagedRow, StagedTable, StagingFolder
from field178_shared.codelists import load
from field178_shared.errors import AppError

IMPORT_ID = "0197a000-0000-7000-8000-000000000001"
SHEET, TEXTS, FORMATS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
LAUGHS = '<!DOCTYPE w [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
)
LOCAL_FILE = '<!DOCTYPE w [<!ENTITY j SYSTEM "file:///etc/hostname">'


def workbook(*rows: tuple[object, ...], merged: str = "") -> bytes:
    """Return a workbook of one sheet."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    if merged:
        sheet.merge_cells(merged)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def changed(part: str, change: Callable[[bytes], bytes]) -> bytes:
    """Return a good workbook with one part changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(HEAD, GOOD))) as good, zipfile.ZipFile(out, "w", 8) as packed:
        assert part in good.namelist()
        for name in good.namelist():
            data = good.read(name)
            packed.writestr(name, change(data) if name == part else data)
    return out.getvalue()


def with_sheet(text: str) -> bytes:
    return changed(SHEET, lambda data: text.encode())


def with_entity(doctype: str) -> bytes:
    row = '<row r="1"><c r="A1" t="inlineStr"><is><t>&j;</t></is></c></row>'
    return with_sheet(f"{doctype}]><worksheet {MAIN}><sheetData>{row}</sheetData></worksheet>")


def with_false_size() -> bytes:
    """Return a workbook whose sheet unpacks to more bytes than its entry declares."""
    packed = bytearray(changed(SHEET, lambda data: b" " * (64 << 20) + data))
    at = packed.find(b"PK\x01\x02")
    while at >= 0:
        length = struct.unpack("<H", packed[at + 28 : at + 30])[0]
        if packed[at + 46 : at + 46 + length] == SHEET.encode():
            packed[at + 24 : at + 28] = struct.pack("<I", 1000)
        at = packed.find(b"PK\x01\x02", at + 4)
    return bytes(packed)


def of_a_document() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("word/document.xml", "<w/>")
    return out.getvalue()


def uncalculated(cell: str) -> bytes:
    row = f'<row r="1"><c r="A1" t="inlineStr"><is><t>Tên cơ sở</t></is></c>{cell}</row>'
    return with_sheet(f"<worksheet {MAIN}><sheetData>{row}</sheetData></worksheet>")


def stage(folder: Path, data: bytes) -> tuple[StagedTable, list[StagedRow]]:
    """Stage a file and return its first table with its rows."""
    staging = StagingFolder(folder, "main")
    spellings = Spellings(load(), date(2026, 11, 28))
    tables = staging.stage(IMPORT_ID, read_tables(io.BytesIO(data), "so"), spellings.title_path)
    return tables[0], list(staging.rows(IMPORT_ID, tables[0]))


@pytest.mark.parametrize(
    ("problem", "made"),
    [
        ("empty", lambda: b""),
        ("empty", lambda: b" \r\n\t"),
        ("too_large", lambda: b"PK" + bytes(MAX_BYTES)),
        ("not_a_table", lambda: b"%PDF-1.7 ..."),
        ("not_a_table", lambda: b"\x89PNG\r\n\x1a\n" + bytes(50)),
        ("not_a_table", lambda: b"<html><table><tr><td>STT</td></tr></table></html>"),
        ("not_a_table", lambda: b"a\0b,c\n" * 50),
        ("not_a_table", lambda: 'Tên cơ sở,Địa chỉ\n"Hoa Ban,x\n'.encode() + b"x,y\n" * 40_000),
        ("old_or_locked", lambda: b"\xd0\xcf\x11\xe0" + bytes(600)),
        ("damaged", lambda: workbook(HEAD, GOOD)[:2000]),
        ("damaged", of_a_document),
        ("damaged", lambda: changed(SHEET, lambda data: data[: len(data) // 2])),
        ("damaged", lambda: changed("xl/workbook.xml", lambda data: b"")),
        ("damaged", with_false_size),
        ("damaged", lambda: with_entity(LAUGHS)),
        ("damaged", lambda: with_entity(LOCAL_FILE)),
        ("unpacks_too_large", lambda: with_sheet(" " * (49 << 20))),
        ("unpacks_too_large", lambda: changed(FORMATS, lambda data: data + b" " * (3 << 20))),
        ("not_calculated", lambda: uncalculated("<c r='B1'><f>A1&amp;\"x\"</f></c>".replace("'", '"'))),
        ("not_calculated", lambda: workbook(HEAD, ("=A1", *GOOD[1:]))),
        ("unknown_code", lambda: bytes(range(1, 256)) * 20),
        ("unknown_code", lambda: table(GOOD).decode().encode("utf-16")[:-1]),
        ("too_many_rows", lambda: table(*[GOOD] * (MAX_ROWS + 1))),
        ("no_headings", lambda: workbook(("Khối lượng", "Quý I"), ("12", "13"))),
    ],
)
def test_a_file_that_is_no_register_is_refused_with_its_reason(
    tmp_path: Path, problem: str, made: Callable[[], bytes]
) -> None:
    with pytest.raises(AppError) as refused:
        stage(tmp_path, made())
    assert refused.value.details["problem"] == problem
    assert not list(tmp_path.rglob("*.jsonl"))
    sentence = file_problem(refused.value, Localizer("vi"))
    assert re.search("[ăâđêôơưạảấầậếệốộớợ]", sentence)
    assert "{" not in sentence


@pytest.mark.parametrize(
    "data",
    [
        table(GOOD),
        table(GOOD).decode().encode("utf-16"),
        table(GOOD).decode().encode("utf-16-le"),
        table(GOOD).replace(b"\t", b";"),
        b"sep=|\r\n" + table(GOOD).replace(b"\t", b"|"),
        "﻿".encode() + table(GOOD).replace(b"\t", b","),
        workbook(HEAD, GOOD),
        workbook(("DANH SÁCH",), (), HEAD, tuple(range(1, 9)), GOOD, ("Tổng cộng", "1"), ("Người lập", "Ký")),
        workbook(HEAD, GOOD, HEAD),
        changed(SHEET, lambda data: data.replace(b'r="2"', b'r="90000"')),
    ],
)
def test_the_same_rows_are_read_from_files_of_many_programs(tmp_path: Path, data: bytes) -> None:
    staged, rows = stage(tmp_path, data)
    assert staged.headings == HEAD
    assert [row.texts for row in rows] == [GOOD]


def test_a_text_of_another_form_of_unicode_or_with_unseen_signs_is_stored_plain(tmp_path: Path) -> None:
    typed = ("Ba\u0302\u0301m\u200b  Bie\u0302\u0309n\x01", *GOOD[1:-1], "\u202eđảo")
    _, rows = stage(tmp_path, table(typed))
    assert (rows[0].texts[0], rows[0].texts[-1]) == ("Bấm Biển", "đảo")


def test_cells_of_a_workbook_are_read_as_people_would_type_them(tmp_path: Path) -> None:
    row = ("Hoa Ban", "KS", "Xã An Lão", "Thôn 3", 12.0, date(2020, 2, 1), 31_000_012, True)
    _, rows = stage(tmp_path, workbook(HEAD, row))
    assert rows[0].texts == ("Hoa Ban", "KS", "Xã An Lão", "Thôn 3", "12", "2020-02-01", "31000012", "x")


def test_a_cell_merged_over_rows_counts_for_each_of_them(tmp_path: Path) -> None:
    below = tuple(None if column == 1 else value for column, value in enumerate(GOOD))
    _, rows = stage(tmp_path, workbook(HEAD, GOOD, below, below, merged="B2:B4"))
    assert [row.texts[1] for row in rows] == ["Karaoke"] * 3


def test_a_second_line_of_headings_may_be_longer_than_the_first(tmp_path: Path) -> None:
    head = "Tên cơ sở,Địa chỉ,Chủ cơ sở\n,,Họ tên,Năm sinh,Số CCCD\n"
    staged, rows = stage(tmp_path, f"{head}Hoa Ban,Thôn 3,Trần Văn Bình,1980,031080001234".encode())
    assert [row.texts for row in rows] == [("Hoa Ban", "Thôn 3")]
    assert len(staged.left_out) == 3


def test_staged_files_older_than_a_week_are_deleted(tmp_path: Path) -> None:
    stage(tmp_path, table(GOOD))
    staging = StagingFolder(tmp_path, "main")
    made = int(IMPORT_ID.replace("-", "")[:12], 16) / 1000
    staging.remove_old(datetime.fromtimestamp(made + 6 * 86400).astimezone())
    assert staging.tables(IMPORT_ID)
    staging.remove_old(datetime.fromtimestamp(made + 8 * 86400).astimezone())
    with pytest.raises(AppError) as gone:
        staging.tables(IMPORT_ID)
    assert gone.value.code == "upload_gone"
