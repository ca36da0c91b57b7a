"""Layout of the report by ND 30/2020: pages of PDF and DOCX as pictures, box by box; facts of the DOCX."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from openpyxl import load_workbook
from PIL import Image, ImageOps
from tests.server.office.reports.office_program import printed_document

from field178_server.office.reports.annex_workbook import annex_workbook
from field178_server.office.reports.docx_report import report_docx
from field178_server.office.reports.docx_template import own_template
from field178_server.office.reports.printed import (
    PrintedAnnex,
    PrintedFigure,
    PrintedReport,
    PrintedSection,
)
from field178_server.office.reports.report_paper import report_pdf
from field178_server.office.reports.template_check import template_faults
from field178_shared.codelists import load

DPI, DARK = 100, 160
# How far a word of the document may lie from that of the PDF: lines of an office program are a little higher.
ACROSS_MM, DOWN_MM = 2.0, 8.0
# What a line of letters may be higher or wider by than its box: the renderer smooths them.
TOLERANCE_MM = 1.5
LAYOUT = load().report_layout
AT = datetime(2024, 12, 18, 3, tzinfo=UTC)
FIGURE = PrintedFigure("a", "Tỷ lệ cơ sở được kiểm tra", "60,5%", "77/127", "57,4%", "+3,1 điểm %")
HEAD = tuple(f"Cột {number}" for number in range(1, 10))
REPORT = PrintedReport(
    superior_body="ỦY BAN NHÂN DÂN",
    issuing_body="HUYỆN AN LÃO",
    number="Số:        /BC-UBND",
    dateline="An Lão, ngày      tháng      năm 2024",
    title="BÁO CÁO",
    subject="Kết quả công tác phòng, chống mại dâm năm 2024",
    period="(Kỳ 15/12/2023 - 14/12/2024, theo Nghị định 09/2019/NĐ-CP)",
    opening=("Thực hiện Kế hoạch năm 2024, UBND huyện An Lão báo cáo như sau:",),
    sections=(
        PrintedSection("s1", "", "I. TÌNH HÌNH", ("Địa bàn có 127 cơ sở.",), (FIGURE,)),
        PrintedSection("s13", "", "V. KIẾN NGHỊ, ĐỀ XUẤT", ("Tăng kinh phí./.",), ()),
    ),
    ending="",
    signer=("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"),
    recipients=("Sở LĐTBXH", "TT. Huyện ủy, HĐND, UBND", "Lưu: VT, LĐTBXH"),
    annexes=(
        PrintedAnnex(
            "annex_1",
            "Phụ lục I. Cơ sở",
            "Phụ lục I",
            "CƠ SỞ",
            "(Kèm theo)",
            HEAD,
            (HEAD,) * 40,
            is_summed=True,
        ),
    ),
    h="ab" * 16,
    foot=("Kỳ 15/12/2023 - 14/12/2024", "SHA-256 của bản chốt", "Đầu chuỗi nhật ký: mục 1234"),
)
LONG_NAME = "Xã Quang Trung (sáp nhập từ xã Quốc Tuấn, xã Quang Hưng và thị trấn Trường Sơn)"
# A body that ends near the end of a page, an empty section, an annex of many pages.
LONG = replace(
    REPORT,
    issuing_body="THÀNH PHỐ HẢI PHÒNG, ĐẶC KHU BẠCH LONG VĨ",
    sections=(
        replace(REPORT.sections[0], lines=("Trong kỳ, các ngành và các xã đã phối hợp chặt chẽ. " * 13,) * 3),
        PrintedSection("s12", "", "IV. PHƯƠNG HƯỚNG", (), ()),
        REPORT.sections[1],
    ),
    recipients=("Bộ Lao động - Thương binh và Xã hội (Cục Phòng, chống tệ nạn xã hội)", *REPORT.recipients),
    annexes=(
        replace(REPORT.annexes[0], rows=((LONG_NAME, *["1.234.567.890", "0", "không nêu", "1"] * 2),) * 70),
    ),
)
# Left, top, right, bottom in mm of the boxes of annex I of ND 30/2020 on a page with margins of 30, 20, 15
# and 22: where each lies, and how much of it letters fill.
BOXES = {
    "1": ((101, 20, 195, 32), (103, 20, 193, 32)),
    "2": ((30, 20, 100, 32), (42, 20, 90, 32)),
    "3": ((30, 32.5, 100, 40), (42, 32.5, 90, 40)),
    "4": ((101, 32.5, 195, 40), (110, 32.5, 187, 40)),
    "5a": ((30, 42, 195, 61), (40, 42, 185, 61)),
}


class Word(NamedTuple):
    """A word of a page, where it lies, and how large the page is, in mm."""

    text: str
    left: float
    top: float
    right: float
    page: tuple[float, ...]


class Page:
    """A page as a picture, measured in mm."""

    def __init__(self, picture: Image.Image) -> None:
        self.picture = picture.convert("L").point(lambda shade: 255 if shade < DARK else 0)

    def ink(self, box: tuple[float, float, float, float]) -> tuple[float, float, float, float] | None:
        """Return the smallest box around what is dark within a box; None: nothing is."""
        bounds = self.picture.crop(tuple(round(mm * DPI / 25.4) for mm in box)).getbbox()
        if bounds is None:
            return None
        left, top = box[0], box[1]
        x0, y0, x1, y1 = (pixel * 25.4 / DPI for pixel in bounds)
        return left + x0, top + y0, left + x1, top + y1


@pytest.fixture(scope="module", params=["pdf", "docx"])
def paper(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the report as a PDF: the product's own, and its document as an office program prints it."""
    path: Path = tmp_path_factory.mktemp("layout") / "report.pdf"
    path.write_bytes(
        report_pdf(REPORT, AT) if request.param == "pdf" else printed_document(REPORT, path.parent)
    )
    return path


@pytest.fixture(scope="module")
def pages(paper: Path) -> list[Page]:
    command = ("pdftoppm", "-gray", "-r", str(DPI), "-png", paper.name, "page")
    subprocess.run(command, cwd=paper.parent, check=True)
    return [Page(Image.open(path)) for path in sorted(paper.parent.glob("*.png"))]


@pytest.mark.parametrize("number", BOXES)
def test_box_of_the_heading_lies_where_the_decree_has_it(pages: list[Page], number: str) -> None:
    """What is printed of a box lies within it, and fills its middle."""
    assert number in {box.number for box in LAYOUT.boxes}
    area, filled = BOXES[number]
    ink = pages[0].ink(area)
    assert ink is not None
    assert ink[0] >= filled[0] - TOLERANCE_MM
    assert ink[2] <= filled[2] + TOLERANCE_MM
    assert ink[1] >= filled[1] - TOLERANCE_MM
    assert ink[3] <= filled[3] + TOLERANCE_MM
    middle = (ink[0] + ink[2]) / 2
    assert abs(middle - (area[0] + area[2]) / 2) < 2 * TOLERANCE_MM


def test_body_keeps_the_margins_on_both_sides(pages: list[Page]) -> None:
    least = {side: span[0] for side, span in LAYOUT.page.margin_mm.items()}
    assert pages[0].ink((0, 0, least["left"] - 0.5, 297)) is None
    assert pages[0].ink((210 - least["right"] + 0.5, 0, 210, 297)) is None
    assert pages[0].ink((0, 0, 210, least["top"] - 0.5)) is None
    body = pages[0].ink((0, 68, 210, 200))
    assert body is not None
    assert abs(body[0] - least["left"]) < TOLERANCE_MM
    assert abs(body[2] - (210 - least["right"])) < TOLERANCE_MM


def test_recipients_are_left_and_the_signer_right_with_space_for_the_seal(pages: list[Page]) -> None:
    # The first line of a paragraph is indented: below the table the list of recipients alone begins here.
    beginnings = list(rows(pages[0], 30.5, 40))
    top = next(below[0] for above, below in reversed(list(pairwise(beginnings))) if below[0] - above[1] > 8)
    left, right = pages[0].ink((30, top - 1, 105, 270)), pages[0].ink((112, top - 3, 195, 270))
    assert left is not None
    assert right is not None
    # Both begin on one line, and nothing is printed where signature and seal go.
    assert abs(left[1] - right[1]) < 2 * TOLERANCE_MM
    assert right[3] + 20 < 297 - 22
    assert pages[0].ink((112, right[3] + 1, 195, right[3] + 20)) is None


def test_annex_lies_with_numbers_of_its_own_in_the_middle_of_the_top(pages: list[Page]) -> None:
    """ND 30/2020 has page numbers for each annex apart, and none on a first page."""
    assert len(pages) == 3
    lying = pages[1].picture.size
    assert lying[0] > lying[1]
    assert pages[1].ink((0, 0, 297, 18)) is None
    number = pages[2].ink((0, 0, 297, 18))
    assert number is not None
    # Between the margins of 30 and 15 mm.
    assert abs((number[0] + number[2]) / 2 - (30 + 282) / 2) < TOLERANCE_MM


def test_foot_of_every_page_holds_hash_and_audit_chain(pages: list[Page], paper: Path) -> None:
    for page, height in zip(pages, (297, 210, 210), strict=True):
        # Beside the lines of the foot the PDF has its QR code.
        assert page.ink((48, height - 20, 140, height - 5)) is not None
        assert page.ink((30, height - 21, 47, height - 3)) is not None
    for words in words_of(paper):
        assert {"SHA-256", "1234"} <= {word.text for word in words}


def test_document_prints_the_words_of_the_pdf_where_the_pdf_has_them(tmp_path: Path) -> None:
    drawn, rendered = tmp_path / "drawn.pdf", tmp_path / "rendered.pdf"
    drawn.write_bytes(report_pdf(REPORT, AT))
    rendered.write_bytes(printed_document(REPORT, tmp_path))
    for ours, theirs in zip(words_of(drawn), words_of(rendered), strict=True):
        assert placed(ours)
        assert [word.text for word in placed(ours)] == [word.text for word in placed(theirs)]
        apart = [
            (own.text, round(other.left - own.left, 1), round(other.top - own.top, 1))
            for own, other in zip(placed(ours), placed(theirs), strict=True)
            if abs(other.left - own.left) > ACROSS_MM or abs(other.top - own.top) > DOWN_MM
        ]
        assert apart == []


def placed(words: list[Word]) -> list[Word]:
    """Return the words above the foot, equal ones by their place; of an annex the head and its first rows."""
    width, height = words[0].page
    body = [word for word in words if word.top < height - 24]
    return sorted(body[:90] if width > height else body, key=lambda word: (word.text, word.top, word.left))


@pytest.mark.parametrize("of", ["pdf", "docx"])
def test_long_names_and_large_annexes_stay_on_their_pages(tmp_path: Path, of: str) -> None:
    """No word is cut or runs off a page, each page of a table begins with its head, no signature is alone."""
    path = tmp_path / "long.pdf"
    path.write_bytes(report_pdf(LONG, AT) if of == "pdf" else printed_document(LONG, tmp_path))
    pages = words_of(path)
    every = [word for words in pages for word in words]
    assert [word for word in every if word.left < 29.5 or word.right > word.page[0] - 14.5] == []
    assert {word for row in LONG.annexes[0].rows for text in row for word in text.split()} <= {
        word.text for word in every
    }
    annex = [words for words in pages if words[0].page[0] > words[0].page[1]]
    assert len(annex) > 1
    for words in annex[1:]:
        # The page number is above the head.
        assert " ".join(word.text for word in words[1:3]) == LONG.annexes[0].head[0]
    last = [
        word.text
        for words in pages
        if words not in annex
        for word in words
        if words is pages[-len(annex) - 1]
    ]
    assert "KIẾN" in last
    assert "CHỦ" in last


def test_document_has_margins_type_and_page_number_of_the_decree() -> None:
    document = Document(io.BytesIO(report_docx(REPORT, own_template(LAYOUT), AT)))
    first, last = document.sections[0], document.sections[-1]
    for side in ("left", "right", "top", "bottom"):
        least, most = LAYOUT.page.margin_mm[side]
        assert least - 0.1 <= getattr(first, f"{side}_margin").mm <= most + 0.1
    assert (round(first.page_width.mm), round(first.page_height.mm)) == (210, 297)
    assert last.orientation == WD_ORIENT.LANDSCAPE
    assert first.different_first_page_header_footer
    assert "PAGE" in first.header._element.xml
    assert document.styles["Normal"].font.name == "Times New Roman"
    sizes = {
        run.font.size.pt
        for paragraph in document.paragraphs
        for run in paragraph.runs
        if run.text.strip() and run.font.size
    }
    assert sizes <= {9, 11, 12, 13, 14}
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert "Tăng kinh phí./." in texts
    assert not any("{" in text for text in texts)
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert any(cell.endswith("- Lưu: VT, LĐTBXH.") for cell in cells)
    assert "PHÓ CHỦ TỊCH" in " ".join(cells)
    foot = [paragraph.text for paragraph in first.first_page_footer.paragraphs]
    assert list(REPORT.foot) == [text for text in foot if text]


def test_tables_of_the_document_fill_the_page_and_repeat_their_heads() -> None:
    report = replace(LONG, annexes=(LONG.annexes[0], REPORT.annexes[0]))
    document = Document(io.BytesIO(report_docx(report, own_template(LAYOUT), AT)))
    grids = [
        table for table in document.tables if table.style is not None and table.style.name == "Table Grid"
    ]
    assert [len(grid.columns) for grid in grids] == [5, 9, 9]
    for table, width in zip(grids, (165, 252, 252), strict=True):
        widths = [column.width.mm for column in table.columns]
        assert abs(sum(widths) - width) < 1
        assert not table.autofit
        rows = [row._tr.trPr for row in table.rows]
        assert all(properties.find(qn("w:cantSplit")) is not None for properties in rows)
        assert [properties.find(qn("w:tblHeader")) is not None for properties in rows[:2]] == [True, False]
    names, number = (column.width for column in list(grids[1].columns)[:2])
    assert names > 2 * number
    # The last row of an annex is its sum.
    last = grids[2].rows[-1].cells[0].paragraphs[0].runs[0]
    assert last.bold
    assert not grids[2].rows[-2].cells[0].paragraphs[0].runs[0].bold


def test_each_annex_of_the_document_is_a_section_with_pages_of_its_own() -> None:
    report = replace(REPORT, annexes=REPORT.annexes * 3)
    body, *annexes = Document(io.BytesIO(report_docx(report, own_template(LAYOUT), AT))).sections
    assert len(annexes) == 3
    assert body._sectPr.find(qn("w:pgNumType")) is None
    for section in annexes:
        assert section.orientation == WD_ORIENT.LANDSCAPE
        assert section.different_first_page_header_footer
        assert section._sectPr.find(qn("w:pgNumType")).get(qn("w:start")) == "1"


def test_workbook_prints_lying_on_a4_with_its_heads_and_the_numbers_of_the_language() -> None:
    book = load_workbook(io.BytesIO(annex_workbook(LONG, AT)))
    figures, annex = book["Số liệu"], book["Phụ lục I"]
    for sheet, columns in ((figures, "F"), (annex, "I")):
        assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToHeight == 0
        assert sheet.print_title_rows == "$4:$4"
        assert sheet.print_area.startswith(f"'{sheet.title}'!$A$1:${columns}$")
        assert sheet.oddFooter.right.text.endswith("&P/&N")
    assert (figures["B5"].value, figures["B5"].number_format) == (0.605, "[$-42A]0.0%")
    assert (annex["B5"].value, annex["B5"].number_format) == (1234567890, "[$-42A]#,##0")
    assert annex["D5"].value == "không nêu"
    assert annex.column_dimensions["A"].width > 2 * annex.column_dimensions["C"].width


def test_product_template_takes_no_fault_and_little_room() -> None:
    template = own_template(LAYOUT)
    assert template_faults(template, REPORT) == []
    assert len(template) < 100_000


def words_of(path: Path) -> list[list[Word]]:
    """Return the words of each page of a PDF from its top to its bottom."""
    done = subprocess.run(("pdftotext", "-bbox", path, "-"), check=True, capture_output=True)
    pages = []
    for page in parse_xml(done.stdout).iterfind(".//{*}page"):
        size = lengths(page, "width", "height")
        words = [
            Word(word.text or "", *lengths(word, "xMin", "yMin", "xMax"), size)
            for word in page.iterfind(".//{*}word")
        ]
        pages.append(sorted(words, key=lambda word: (word.top, word.left)))
    return pages


def lengths(element: Any, *names: str) -> tuple[float, ...]:
    return tuple(round(float(element.attrib[name]) * 25.4 / 72, 1) for name in names)


def rows(page: Page, left: float, right: float) -> Iterator[tuple[float, float]]:
    """Yield top and bottom of each row of ink above the foot, in mm."""
    height = round(270 * DPI / 25.4)
    strip = page.picture.crop((round(left * DPI / 25.4), 0, round(right * DPI / 25.4), height))
    flags = [
        ImageOps.grayscale(strip.crop((0, y, strip.width, y + 1))).getbbox() is not None
        for y in range(height)
    ]
    begin: int | None = None
    for y, is_dark in enumerate((*flags, False)):
        if is_dark and begin is None:
            begin = y
        if not is_dark and begin is not None:
            yield begin * 25.4 / DPI, y * 25.4 / DPI
            begin = None
