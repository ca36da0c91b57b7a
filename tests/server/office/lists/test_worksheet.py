"""The worksheet of the lists: export, import, and changes of edited cells alone."""

from __future__ import annotations

import contextlib
import io

import pytest
from openpyxl import load_workbook

from field178_server.office.lists.columns import Kind, ListColumn
from field178_server.office.lists.pack_file import read_pack_file
from field178_server.office.lists.worksheet import read_worksheet, write_worksheet
from field178_shared.errors import AppError
from field178_shared.list_packs import ListPack, problems_of
from field178_shared.list_packs.pack import files_with
from field178_shared.list_packs.tables import TABLES

NONE = ListPack()


def changed(data: bytes, sheet: str, key: str, **values: object) -> bytes:
    """Change cells of the row that begins with a key."""
    book = load_workbook(io.BytesIO(data))
    page = next(worksheet for worksheet in book.worksheets if worksheet["A1"].value == sheet)
    names = [cell.value for cell in page[2]]
    place = names.index("id") if "id" in names else names.index("row")
    row = next(row for row in page.iter_rows(min_row=3) if row[place].value == key)
    for name, value in values.items():
        row[names.index(name)].value = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_unchanged_worksheet_changes_nothing() -> None:
    assert read_worksheet(write_worksheet(NONE), NONE) == {}


def test_a_changed_cell_is_a_changed_row() -> None:
    data = changed(
        write_worksheet(NONE), "outreach.topics", "harms", vi="Tác hại mới", verified_by="Sở Tư pháp"
    )

    rows = read_worksheet(data, NONE)

    assert list(rows) == ["outreach.topics"]
    assert rows["outreach.topics"]["harms"]["vi"] == "Tác hại mới"
    assert problems_of(NONE.with_rows(rows), NONE) == ()


def test_a_fine_frame_is_a_line_of_its_own() -> None:
    data = changed(write_worksheet(NONE), "violations.items/frames", "lodging_no_notice_1_3", max=2_500_000)

    (violation,) = read_worksheet(data, NONE)["violations.items"].values()

    before = TABLES["violations.items"].rows(files_with(NONE))["lodging_no_notice_1_3"]
    frames = violation["frames"]
    assert isinstance(frames, list)
    assert frames[0]["max"] == 2_500_000
    assert len(frames) == len(before["frames"])  # type: ignore[arg-type]


def test_a_cell_that_is_no_number_is_named() -> None:
    data = changed(write_worksheet(NONE), "violations.items/frames", "lodging_no_notice_1_3", max="a lot")

    with pytest.raises(AppError) as raised:
        read_worksheet(data, NONE)

    details = raised.value.details
    assert (details["problem"], details["sheet"], details["column"]) == (
        "bad_cell",
        "violations.items/frames",
        "max",
    )


def test_a_cell_of_deep_lists_is_named() -> None:
    deep = "[" * 20_000
    data = changed(write_worksheet(NONE), "violations.items/frames", "lodging_no_notice_1_3", min=deep)

    with pytest.raises(AppError, match="lists_refused"):
        read_worksheet(data, NONE)
    with pytest.raises(AppError, match="lists_refused"):
        read_pack_file(deep.encode(), set())
    for kind in Kind:
        with contextlib.suppress(ValueError):
            ListColumn("any", kind).from_text(deep)


@pytest.mark.parametrize("data", [b"", b"id,vi\n1,2\n", b"PK\x03\x04 cut short"])
def test_file_that_is_no_worksheet_is_refused(data: bytes) -> None:
    with pytest.raises(AppError) as raised:
        read_worksheet(data, NONE)

    assert raised.value.details["problem"] == "not_a_worksheet"
