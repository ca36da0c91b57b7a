"""Files of exports cell by cell: no formula, local times, limits of a sheet, coordinates of six decimals."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from field178_server.office.exports import table_files
from field178_server.office.exports.geojson import write_geojson
from field178_server.office.exports.table_files import Cell, TableFile, write_csv, write_xlsx

HEADINGS = ("Ngày", "Nơi")
FORMULAS = ("=1+1", "+84", "-2", "@sum", "\t=1", "\r=1", " =1", "\u00a0=1", "＝1", "＋1", "－1", "＠a")


def csv_rows(rows: Iterable[Sequence[Cell]]) -> list[list[str]]:
    file = io.BytesIO()
    write_csv(file, TableFile("visits", "Lượt kiểm tra", HEADINGS), rows)
    return list(csv.reader(io.StringIO(file.getvalue().decode("utf-8-sig"), newline="")))


def sheet_of(rows: Iterable[Sequence[Cell]], title: str = "Lượt kiểm tra") -> Worksheet:
    file = io.BytesIO()
    write_xlsx(file, TableFile("visits", title, HEADINGS), rows)
    (sheet,) = load_workbook(io.BytesIO(file.getvalue())).worksheets
    return sheet


@pytest.mark.parametrize("text", FORMULAS)
def test_text_that_begins_like_a_formula_is_quoted_in_csv(text: str) -> None:
    assert csv_rows([(text, "Quán = Bar")])[1] == [f"'{text}", "Quán = Bar"]


@pytest.mark.parametrize("text", [*FORMULAS, "http://x.example", "0912"])
def test_text_stays_a_text_in_a_workbook(text: str) -> None:
    cell = sheet_of([(text, None)])["A2"]
    assert (cell.data_type, cell.hyperlink) == ("s", None)
    # A workbook writes a carriage return as its number.
    assert cell.value.replace("_x000D_", "\r").strip() == text.strip()


def test_numbers_and_days_are_no_texts_in_a_workbook_and_times_are_local() -> None:
    evening = datetime(2026, 11, 24, 18, 30, 59, tzinfo=UTC)
    sheet = sheet_of([(date(2026, 11, 24), -2), (evening, 0.5)])
    assert sheet["A2"].value.isoformat() == "2026-11-24T00:00:00"
    assert (sheet["B2"].value, sheet["B3"].value) == (-2, 0.5)
    assert sheet["A3"].value.isoformat() == "2026-11-25T01:30:00"
    assert csv_rows([(date(2026, 11, 24), -2), (evening, None)])[1:] == [
        ["24/11/2026", "-2"],
        ["25/11/2026 01:30", ""],
    ]


def test_sheet_ends_at_the_rows_and_characters_that_excel_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    long = "a" * 40_000
    assert len(sheet_of([(long, "")])["A2"].value) == 32_767
    assert csv_rows([(long, "")])[1][0] == long
    monkeypatch.setattr(table_files, "_MAX_ROWS", 3)
    assert sheet_of([("a", "b")] * 5).max_row == 1 + 3
    assert table_files.write_xlsx(io.BytesIO(), TableFile("a", "a", HEADINGS), [("a", "b")] * 5) == 3


@pytest.mark.parametrize(
    ("title", "name"), [("a/b:c", "a b c"), ("'x'", "x"), ("", "1"), ("[?]", "1"), ("á" * 40, "á" * 31)]
)
def test_sheet_has_a_name_that_excel_takes(title: str, name: str) -> None:
    assert sheet_of([], title).title == name


def test_geojson_has_longitude_first_six_decimals_and_plain_values() -> None:
    file = io.BytesIO()
    point = (207_912_344, 1_066_054_321)
    names = ("day", "at", "place")
    at = datetime(2026, 11, 24, 1, 2, 3, tzinfo=UTC)
    assert write_geojson(file, names, [((date(2026, 11, 24), at, "=a"), point), ((None, None, 1), None)]) == 2
    document = json.loads(file.getvalue())
    placed, unplaced = document["features"]
    assert document["type"] == "FeatureCollection"
    assert placed["geometry"] == {"type": "Point", "coordinates": [106.605432, 20.791234]}
    assert placed["properties"] == {"day": "2026-11-24", "at": "2026-11-24T01:02:03Z", "place": "=a"}
    assert unplaced["geometry"] is None
    assert unplaced["properties"] == {"day": None, "at": None, "place": 1}
