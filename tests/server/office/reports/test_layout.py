"""Layout of the report by ND 30/2020: pages as pictures, box by box; margins and type of the DOCX."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from docx import Document
from docx.enum.section import WD_ORIENT
from PIL import Image, ImageOps

from field178_server.office.reports.docx_report import report_docx, template_faults
from field178_server.office.reports.docx_template import own_template
from field178_server.office.reports.printed import (
    PrintedAnnex,
    PrintedFigure,
    PrintedReport,
    PrintedSection,
)
from field178_server.office.reports.report_paper import report_pdf
from field178_shared.codelists import load

DPI, DARK = 100, 160
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
# Left, top, right, bottom in mm of the boxes of annex I of ND 30/2020 on a page with margins of 30, 20, 15
# and 22: where each lies, and how much of it letters fill.
BOXES = {
    "1": ((101, 20, 195, 32), (103, 20, 193, 32)),
    "2": ((30, 20, 100, 32), (42, 20, 90, 32)),
    "3": ((30, 32.5, 100, 40), (42, 32.5, 90, 40)),
    "4": ((101, 32.5, 195, 40), (110, 32.5, 187, 40)),
    "5a": ((30, 42, 195, 61), (40, 42, 185, 61)),
}


class Page:
    """A page as a picture, measured in mm."""

    def __init__(self, picture: Image.Image) -> None:
        self.picture = picture.convert("L").point(lambda shade: 255 if shade < DARK else 0)

    def ink(self, box: tuple[float, float, float, float]) -> tuple[float, float, float, float] | None:
        """Return the smallest box around what is dark within a box; None: nothing is."""
        found = self.picture.crop(tuple(round(mm * DPI / 25.4) for mm in box)).getbbox()
        if found is None:
            return None
        left, top = box[0], box[1]
        x0, y0, x1, y1 = (pixel * 25.4 / DPI for pixel in found)
        return left + x0, top + y0, left + x1, top + y1


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[Page]:
    folder: Path = tmp_path_factory.mktemp("layout")
    (folder / "report.pdf").write_bytes(report_pdf(REPORT, AT))
    command = ("pdftoppm", "-gray", "-r", str(DPI), "-png", "report.pdf", "page")
    subprocess.run(command, cwd=folder, check=True)
    return [Page(Image.open(one)) for one in sorted(folder.glob("*.png"))]


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


def test_recipients_stand_left_and_the_signer_right_with_room_for_the_seal(pages: list[Page]) -> None:
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
    """ND 30/2020: each annex is numbered by itself, and no first page shows its number."""
    assert len(pages) == 3
    lying = pages[1].picture.size
    assert lying[0] > lying[1]
    assert pages[1].ink((0, 0, 297, 18)) is None
    number = pages[2].ink((0, 0, 297, 18))
    assert number is not None
    # Between the margins of 30 and 15 mm.
    assert abs((number[0] + number[2]) / 2 - (30 + 282) / 2) < TOLERANCE_MM


def test_foot_of_every_page_holds_hash_and_audit_chain(pages: list[Page]) -> None:
    for page, height in zip(pages, (297, 210, 210), strict=True):
        assert page.ink((30, height - 21, 47, height - 3)) is not None
        assert page.ink((48, height - 20, 140, height - 5)) is not None


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
        run.font.size.pt for one in document.paragraphs for run in one.runs if run.text and run.font.size
    }
    assert sizes <= {9, 11, 12, 13, 14}
    texts = [one.text for one in document.paragraphs]
    assert "Tăng kinh phí./." in texts
    assert not any("{" in text for text in texts)
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert any(cell.endswith("- Lưu: VT, LĐTBXH.") for cell in cells)
    assert "PHÓ CHỦ TỊCH" in " ".join(cells)
    foot = [one.text for one in first.first_page_footer.paragraphs]
    assert list(REPORT.foot) == [one for one in foot if one]


def test_product_template_takes_no_fault_and_little_room() -> None:
    template = own_template(LAYOUT)
    assert template_faults(template, REPORT) == []
    assert len(template) < 100_000


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
