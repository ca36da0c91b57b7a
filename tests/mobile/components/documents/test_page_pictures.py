"""The pages of a paper as pictures say what the file says, where it says it."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageDraw
from pypdf import PdfReader

from field178_mobile.components.documents.page_pictures import SCALE, page_pictures
from field178_mobile.presentation.bitmap import Bitmap
from field178_shared.documents.blocks import Closing, Letterhead, Paragraph, Pen, Seal, SignaturePlace, Table
from field178_shared.documents.pdf_drawing import draw

HEAD = Letterhead(("UBND XÃ AN LÃO", "ĐỘI 178"), "Số: 07/BB-ĐKT178", "Ngày 24", "BIÊN BẢN", "kiểm tra")
BLOCKS = (
    Paragraph("Hôm nay, tại Karaoke Hồng Phúc (số 27 \\ đường Trần Tất Văn), Đội tiến hành kiểm tra. " * 3),
    Table(("STT", "Nội dung"), (20, 80), tuple((str(row), "Lối thoát nạn") for row in range(60))),
    Pen("Người làm chứng:", 2),
    Closing("Hết.", ((SignaturePlace("ĐẠI DIỆN CƠ SỞ"), SignaturePlace("TRƯỞNG ĐOÀN")),), ("Cơ sở",)),
)


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return draw(HEAD, BLOCKS, Seal("0197aaaa", 3, "ab12" * 4, "KT-1"), None)


def picture_of(bitmap: Bitmap) -> Image.Image:
    return Image.frombytes("RGB", (bitmap.width, bitmap.height), bitmap.points)


def bare(text: str) -> str:
    return "".join(text.split())


def test_every_page_says_all_that_the_file_says(pdf: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    write = ImageDraw.ImageDraw.text

    def note(self, xy, text, *more, **named):
        written.append(text)
        return write(self, xy, text, *more, **named)

    monkeypatch.setattr(ImageDraw.ImageDraw, "text", note)
    pages = PdfReader(io.BytesIO(pdf)).pages
    assert len(list(page_pictures(pdf))) == len(pages) > 1
    assert bare("".join(written)) == bare("".join(page.extract_text() for page in pages))


def test_page_has_the_shape_of_paper_and_ink_within_its_margins(pdf: bytes) -> None:
    page = picture_of(next(page_pictures(pdf)))
    assert page.size == (round(595.28 * SCALE), round(841.89 * SCALE))
    left, top, right, bottom = page.point(lambda value: 255 - value).getbbox() or (0, 0, 0, 0)
    millimetre = 72 / 25.4 * SCALE
    assert 26 < left / millimetre < 31
    assert right / millimetre < 210 - 12
    assert 15 < top / millimetre < 25
    assert bottom / millimetre < 297 - 3
