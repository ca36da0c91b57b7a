"""The commitment as an establishment signs it, read back from the PDF."""

from __future__ import annotations

import io
from dataclasses import replace

from pypdf import PdfReader
from tests.shared.documents.test_inspection_minutes_pdf import LISTS, source

from field178_shared.documents.commitment_pdf import commitment_pdf


def read(**over: object) -> str:
    reader = PdfReader(io.BytesIO(commitment_pdf(source(**over), LISTS)))
    assert len(reader.pages) == 1
    return " ".join(reader.pages[0].extract_text().split())


def test_the_establishment_commits_to_every_line_of_the_list() -> None:
    text = read()
    for commitment in LISTS.choices["commitment"]:
        assert commitment.vi in text
    for words in (
        "BẢN CAM KẾT",
        "Karaoke Mộc Diệp (GL-016)",
        "Nguyễn Hữu Thắng",
        "ngày 20 tháng 11 năm 2026",
    ):
        assert words in text, words


def test_commitment_leaves_the_signer_blank() -> None:
    assert "Tôi là (ông/bà): ...................." in read()
    assert "Chức vụ: ………………." in read(representative_role="none")


def test_an_unknown_place_is_left_to_the_pen() -> None:
    bare = replace(source(), establishment={}, people={}, team={})
    text = PdfReader(io.BytesIO(commitment_pdf(bare, LISTS))).pages[0].extract_text()
    assert "Tên cơ sở: ………………" in text
    assert "Kính gửi: Đội kiểm tra liên ngành 178." in text


def test_the_same_record_gives_the_same_bytes() -> None:
    assert commitment_pdf(source(), LISTS) == commitment_pdf(source(), LISTS)
