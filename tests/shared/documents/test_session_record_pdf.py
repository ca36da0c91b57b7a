"""The record of an outreach session, read back from the PDF."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader
from tests.shared import builders
from tests.shared.places import PLACES

from field178_shared.codelists import CodeLists, load
from field178_shared.documents.session_record_pdf import session_record_pdf
from field178_shared.documents.sources import SessionSource
from field178_shared.list_packs import ListPack, lists_with

LISTS = load()


def session(**over: object) -> SessionSource:
    return SessionSource(
        record_id=builders.record_id("outreach_session"),
        rev=2,
        h="0123456789abcdef0123456789abcdef",
        data=builders.outreach_session(**over),
    )


def read(given: SessionSource, lists: CodeLists = LISTS) -> str:
    reader = PdfReader(io.BytesIO(session_record_pdf(given, lists)))
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def test_session_record_states_time_place_people_topics_and_counts() -> None:
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


def test_a_field_without_a_layout_of_its_own_has_a_line() -> None:
    lists = lists_with(ListPack().with_rows(PLACES))
    assert "Trường học: THPT GL-1." in read(session(school_id="thpt_gl_1"), lists)
    assert "Trường học" not in read(session(), lists)


def test_form_without_counts_is_stated() -> None:
    assert "không đếm số người dự" in read(session(audiences={}))


def test_the_same_session_gives_the_same_bytes() -> None:
    assert session_record_pdf(session(), LISTS) == session_record_pdf(session(), LISTS)


BEFORE, AFTER = "2025-02-14", "2026-11-14"
OLD_COMMUNE, NEW_COMMUNE = "c11635_v1", "c11629_v2"
NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"


def head_of(host: str, day: str, unit: str) -> str:
    return read(session(host_agency_id=host, session_date=day, unit_id=unit)).split(NATION)[0].strip()


@pytest.mark.parametrize(
    ("host", "day", "unit", "head"),
    [
        ("commune_people_committee", AFTER, NEW_COMMUNE, "ỦY BAN NHÂN DÂN XÃ AN LÃO"),
        (
            "commune_culture_social",
            AFTER,
            NEW_COMMUNE,
            "ỦY BAN NHÂN DÂN XÃ AN LÃO PHÒNG VĂN HÓA - XÃ HỘI XÃ AN LÃO",
        ),
        ("commune_police", BEFORE, OLD_COMMUNE, "CÔNG AN HUYỆN AN LÃO CÔNG AN XÃ TRƯỜNG THỌ"),
        ("commune_police", AFTER, NEW_COMMUNE, "CÔNG AN THÀNH PHỐ HẢI PHÒNG CÔNG AN XÃ AN LÃO"),
        ("dist_people_committee", BEFORE, OLD_COMMUNE, "ỦY BAN NHÂN DÂN HUYỆN AN LÃO"),
        (
            "dist_labour_office",
            BEFORE,
            OLD_COMMUNE,
            "ỦY BAN NHÂN DÂN HUYỆN AN LÃO PHÒNG LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI",
        ),
        ("dist_police", BEFORE, OLD_COMMUNE, "CÔNG AN THÀNH PHỐ HẢI PHÒNG CÔNG AN HUYỆN AN LÃO"),
        ("prov_health_department", AFTER, NEW_COMMUNE, "ỦY BAN NHÂN DÂN THÀNH PHỐ HẢI PHÒNG SỞ Y TẾ"),
        ("prov_people_committee", AFTER, NEW_COMMUNE, "ỦY BAN NHÂN DÂN THÀNH PHỐ HẢI PHÒNG"),
        (
            "zone_board",
            AFTER,
            NEW_COMMUNE,
            "ỦY BAN NHÂN DÂN THÀNH PHỐ HẢI PHÒNG BAN QUẢN LÝ KHU KINH TẾ, KHU CÔNG NGHIỆP",
        ),
        ("ministry_health", AFTER, NEW_COMMUNE, "BỘ Y TẾ (CỤC BẢO TRỢ XÃ HỘI)"),
        ("women_union", BEFORE, OLD_COMMUNE, "HỘI LIÊN HIỆP PHỤ NỮ"),
    ],
)
def test_head_names_the_body_above_the_host_on_the_day(host: str, day: str, unit: str, head: str) -> None:
    assert head_of(host, day, unit) == head


def test_commune_host_of_a_session_of_the_district_bears_no_name_of_the_district() -> None:
    assert head_of("commune_people_committee", BEFORE, "d313_v1") == "ỦY BAN NHÂN DÂN CẤP XÃ"
