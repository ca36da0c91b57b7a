"""The record of an outreach session, read back from the PDF."""

from __future__ import annotations

import io

from pypdf import PdfReader
from tests.shared import builders

from field178_shared.codelists import load
from field178_shared.documents.session_record import session_record_pdf
from field178_shared.documents.sources import SessionSource

LISTS = load()


def session(**over: object) -> SessionSource:
    return SessionSource(
        record_id=builders.record_id("outreach_session"),
        rev=2,
        h="0123456789abcdef0123456789abcdef",
        data=builders.outreach_session(**over),
    )


def read(given: SessionSource) -> str:
    reader = PdfReader(io.BytesIO(session_record_pdf(given, LISTS)))
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def test_the_record_says_when_where_who_what_and_how_many() -> None:
    text = read(session(start_time="08:30", duration_minutes=90, venue="Hội trường UBND"))

    for words in (
        "PHIẾU GHI NHẬN",
        "Căn cứ Pháp lệnh Phòng, chống mại dâm ngày 17 tháng 3 năm 2003;",
        "08 giờ 30, ngày",
        "90 phút",
        "Hội trường UBND, xã An Lão, thành phố Hải Phòng",
        "Hình thức:",
        "Lượt người",
        "ĐẠI DIỆN CƠ QUAN CHỦ TRÌ",
        "Nơi nhận:",
    ):
        assert words in text, words


def test_a_form_that_counts_nobody_says_so() -> None:
    assert "không đếm số người dự" in read(session(audiences={}))


def test_the_same_session_gives_the_same_bytes() -> None:
    assert session_record_pdf(session(), LISTS) == session_record_pdf(session(), LISTS)
