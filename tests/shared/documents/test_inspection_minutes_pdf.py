"""The minutes as an officer hands them over: read back from the PDF, letter by letter."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import unicodedata
from dataclasses import replace
from functools import cache
from hashlib import sha256

import pytest
from pypdf import PdfReader
from tests.shared import builders

from field178_shared.codelists import load
from field178_shared.documents.blocks import Seal
from field178_shared.documents.inspection_minutes_pdf import inspection_minutes_pdf
from field178_shared.documents.sources import COMMITMENT, MINUTES, VisitSource

LISTS = load()
LEADER, SECRETARY = builders.USERS
FINDINGS = {
    "f1": {
        "violation_id": "lb_no_contract_1_10",
        "occurred_on": "2026-11-20",
        "quantity": 1,
        "frame": {"src": "nd_12_2022", "art": "9.1.a", "min": 2_000_000, "max": 5_000_000},
        "note": "Vào làm từ tháng 8.",
    },
    "f2": {"violation_id": "noise", "occurred_on": "2026-11-20", "frame": {"src": "nd_282_2025"}},
}


def source(**over: object) -> VisitSource:
    return VisitSource(
        record_id=builders.record_id("inspection"),
        rev=1,
        h="0123456789abcdef0123456789abcdef",
        data=builders.inspection(**over),
        establishment=builders.establishment(),
        team=builders.team(),
        people={
            LEADER: builders.person(display_name="Nguyễn Hữu Thắng"),
            SECRETARY: builders.person(display_name="Đặng Thị Ngọc Ánh"),
        },
    )


def read(given: VisitSource) -> str:
    """Return the text of the pages as a reader extracts it, with single spaces."""
    reader = PdfReader(io.BytesIO(inspection_minutes_pdf(given, LISTS)))
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


@cache
def usual_minutes() -> str:
    """Return the text of the minutes of a visit with the usual values, printed once."""
    return read(source())


def pages_of(given: VisitSource) -> list[str]:
    reader = PdfReader(io.BytesIO(inspection_minutes_pdf(given, LISTS)))
    return [" ".join(page.extract_text().split()) for page in reader.pages]


def test_papers_of_a_visit_after_midnight_are_named_by_the_day_in_vietnam() -> None:
    night = source(started_at="2026-12-31T17:10:00Z", minutes_number="07/BB-ĐKT178")
    assert night.file_name(MINUTES) == "bien-ban-07-2027-01-01-ban-1.pdf"
    assert night.file_name(COMMITMENT) == "cam-ket-07-2027-01-01-ban-1.pdf"


def answers(**over: dict[str, object]) -> dict[str, object]:
    return {**builders.answers(), **over}


def test_minutes_state_people_place_time_and_decision() -> None:
    text = usual_minutes()
    for words in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "BIÊN BẢN KIỂM TRA",
        "Số: 07/BB-ĐKT178",
        "ngày 20 tháng 11 năm 2026",
        "hồi 14 giờ 00 ngày 20/11/2026",
        "Quyết định số 112/QĐ-UBND ngày 15/01/2026",
        "Karaoke Mộc Diệp (GL-016)",
        "Nguyễn Hữu Thắng",
        "Đặng Thị Ngọc Ánh",
        "Biên bản kết thúc hồi 15 giờ 10",
    ):
        assert words in text, words
    assert text == unicodedata.normalize("NFC", text)


def test_people_outside_the_team_are_dotted_lines_for_a_pen() -> None:
    text = usual_minutes()
    for label in ("2. Đại diện cơ sở (ông/bà): ", "3. Người chứng kiến: "):
        after = text.partition(label)[2]
        assert after.startswith("....................")


def test_unmet_items_are_printed_in_full_with_notes() -> None:
    text = read(source(answers=answers(fire_exits_clear={"v": "no", "note": "Thùng hàng chắn lối."})))
    assert "Lối thoát nạn thông thoáng, không bị cản trở Chưa đạt Thùng hàng chắn lối." in text
    assert "Đạt 8/9" in text


def test_findings_cite_the_law_and_an_unknown_article_is_left_to_the_pen() -> None:
    text = read(source(findings=FINDINGS, overall_result="violation_recorded"))
    assert "Căn cứ: điểm a khoản 1 Điều 9 Nghị định 12/2022/NĐ-CP. Ghi chú: Vào làm từ tháng 8." in text
    assert "Căn cứ: điểm …… khoản …… Điều …… Nghị định 282/2025/NĐ-CP." in text
    assert "tra cứu" not in text
    # The fine is for the minutes of the violation, which this paper is not.
    assert "5.000.000" not in text


def test_the_head_and_the_bases_say_by_whose_power_the_team_acts() -> None:
    text = usual_minutes()
    for words in (
        "ỦY BAN NHÂN DÂN XÃ AN LÃO ĐỘI KIỂM TRA LIÊN NGÀNH 178",
        "Căn cứ Pháp lệnh Phòng, chống mại dâm ngày 17 tháng 3 năm 2003;",
        "Căn cứ Nghị định số 178/2004/NĐ-CP ngày 15 tháng 10 năm 2004 của Chính phủ quy định",
        "Căn cứ Quyết định số 45/QĐ-UBND của Ủy ban nhân dân xã An Lão",
        "Thôn GL-2, xã An Lão, thành phố Hải Phòng",
        "Giấy chứng nhận đủ điều kiện về an ninh, trật tự số GL-16/2024",
        "Nơi nhận:",
    ):
        assert words in text, words
    assert "chỉ đếm" not in text


def test_every_member_has_a_place_to_sign_beside_leader_and_secretary() -> None:
    members = {f"m{number}": {"user": f"u{number}", "position": "member"} for number in range(1, 5)}
    given = source(members={**builders.inspection()["members"], **members})
    people = {f"u{number}": builders.person(display_name=f"Cán bộ GL-{number}") for number in range(1, 5)}

    pages = pages_of(replace(given, people={**given.people, **people}))

    assert "NGƯỜI LẬP BIÊN BẢN" in pages[-1]
    for number in range(1, 5):
        assert f"Cán bộ GL-{number}" in pages[-1]


def test_no_page_holds_signatures_alone_and_numbers_begin_on_the_second() -> None:
    for length in range(0, 60, 4):
        longer = {"recommendation": "Yêu cầu cơ sở chấp hành. " * length}
        pages = pages_of(source(**longer))
        assert "Biên bản kết thúc" in next(page for page in pages if "NGƯỜI CHỨNG KIẾN (Ký" in page)
        assert [page.split()[0] for page in pages[1:]] == [str(n) for n in range(2, len(pages) + 1)]


def test_counts_that_would_point_at_a_person_and_good_practice_are_not_printed() -> None:
    given_answers = answers(
        workers_under18={"v": 1}, workers_foreign={"v": 1}, he_hiv_material={"v": "no", "note": "Không có."}
    )
    text = read(source(answers=given_answers))
    assert "Tổng số người lao động tại cơ sở: 5" in text
    for item_id in ("workers_under18", "workers_foreign", "he_hiv_material"):
        assert LISTS.items[item_id].vi not in text


def test_refusal_and_absence_are_outcomes() -> None:
    refused = read(source(paper_signed="refused"))
    assert "Đại diện cơ sở không ký biên bản." in refused
    assert "cùng ký tên dưới đây" not in refused
    absent = read(replace(source(), data=builders.not_inspected()))
    assert "không có đại diện cơ sở tại thời điểm kiểm tra" in absent
    assert "Cơ sở đóng cửa: chưa tiến hành kiểm tra được." in absent
    assert "Không phát hiện vi phạm" not in absent
    assert "ĐẠI DIỆN CƠ SỞ (Ký" not in absent


def test_unknown_values_are_left_blank() -> None:
    bare = replace(source(minutes_number=None, decision_number=None), team={}, people={}, establishment={})
    text = read(bare)
    assert "Số: ……/BB-ĐKT178" in text
    assert "ĐỘI KIỂM TRA LIÊN NGÀNH 178" in text


def test_every_page_carries_the_code_of_the_record() -> None:
    reader = PdfReader(io.BytesIO(inspection_minutes_pdf(source(), LISTS)))
    for page in reader.pages:
        text = page.extract_text()
        assert "AL-T01-26-0007, bản 1\nMã đối chiếu: 0123 4567 89ab cdef 0123 4567 89ab cdef" in text


def test_the_qr_code_names_record_revision_and_hash() -> None:
    assert Seal("r", 2, "h").qr_text == "field178:record?r=r&v=2&h=h"


def test_the_longest_texts_stay_on_the_paper() -> None:
    long = "Yêu cầu cơ sở khắc phục ngay những tồn tại đã nêu. " * 9
    given_answers = answers(fire_exits_clear={"v": "no", "note": long[:300]})
    given = source(
        answers=given_answers, recommendation=long, representative_opinion=long[:300], findings=FINDINGS
    )
    text = read(given)
    assert " ".join(long.split()) in text


def test_another_machine_makes_the_same_bytes() -> None:
    code = (
        "from tests.shared.documents import test_inspection_minutes_pdf as t; from hashlib import sha256;"
        "print(sha256(t.inspection_minutes_pdf(t.source(), t.LISTS)).hexdigest())"
    )
    environment = {
        **os.environ,
        "TZ": "America/New_York",
        "LC_ALL": "C",
        "PYTHONHASHSEED": "178",
        "PYTHONUTF8": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == sha256(inspection_minutes_pdf(source(), LISTS)).hexdigest()


def _visit_of(day: str, standing: str, **over: object) -> VisitSource:
    given = source(started_at=f"{day}T07:00:00Z", ended_at=f"{day}T08:00:00Z", **over)
    return replace(given, team=builders.team(standing_agency=standing))


@pytest.mark.parametrize(
    ("day", "standing", "is_named"),
    [
        ("2025-02-28", "dist_labour_office", True),
        ("2025-03-01", "dist_labour_office", False),
        ("2025-06-30", "dist_health_office", True),
        ("2025-07-01", "dist_health_office", False),
        ("2025-07-01", "commune_culture_social", True),
    ],
)
def test_the_standing_agency_on_the_paper_existed_on_the_day(day, standing, is_named) -> None:
    name = LISTS.agencies[standing].vi.removesuffix(" cấp xã")
    recipients = read(_visit_of(day, standing)).partition("Nơi nhận:")[2]
    assert (name in recipients) is is_named


@pytest.mark.parametrize(
    ("day", "src", "art", "cited"),
    [
        ("2024-06-01", "nd_144_2021", "40.2.a", "điểm a khoản 2 Điều 40 Nghị định 144/2021/NĐ-CP."),
        ("2021-07-01", "nd_38_2021", "15.5.b", "điểm b khoản 5 Điều 15 Nghị định 38/2021/NĐ-CP."),
        ("2022-06-01", "nd_38_2021", "15.5.b", "Điều 15 Nghị định 38/2021/NĐ-CP (sđ 129/2021)."),
    ],
)
def test_the_law_is_cited_as_it_was_on_the_day(day, src, art, cited) -> None:
    finding = {"violation_id": "noise", "occurred_on": day, "frame": {"src": src, "art": art}}
    paper = read(_visit_of(day, "dist_health_office", findings={"f1": finding}))
    assert cited in paper


def test_an_officers_agency_is_named_only_where_it_existed_on_the_day() -> None:
    officers = {LEADER: builders.person(display_name="Cán bộ A", agency="dist_police")}
    name = LISTS.agencies["dist_police"].vi
    assert name in read(replace(_visit_of("2025-02-28", "dist_health_office"), people=officers))
    assert name not in read(replace(_visit_of("2025-03-01", "dist_health_office"), people=officers))


def test_character_without_a_glyph_is_printed_as_an_explained_mark() -> None:
    typed = "Đã nhắc 😀👍🏽 hai lần. Gia đình 👨‍👩‍👧 đến. Lối thoát ✔ rộng. Giấy 漢字"
    pages = pages_of(source(recommendation=typed))
    assert "Đã nhắc [?][?] hai lần. Gia đình [?] đến. Lối thoát [?] rộng. Giấy [?][?]" in " ".join(pages)
    assert all("[?]: ký tự đã nhập mà giấy không in được" in page for page in pages)


def test_a_paper_without_such_characters_explains_none() -> None:
    text = read(source(recommendation="Số 1\ufe0f, ½, “đúng hẹn” – 12‑13"))
    assert "Số 1, ½, “đúng hẹn” – 12-13" in text
    assert "[?]" not in text


def test_decision_on_the_team_of_after_the_visit_is_left_to_the_pen() -> None:
    of_before = read(replace(source(), team=builders.team(decision_date="2026-11-20")))
    assert "Căn cứ Quyết định số 45/QĐ-UBND của" in of_before
    of_after = read(replace(source(), team=builders.team(decision_date="2026-11-21")))
    assert "45/QĐ-UBND" not in of_after
    assert "Căn cứ Quyết định số ……………… của" in of_after


def test_address_of_an_old_visit_names_the_unit_of_its_day() -> None:
    moved = builders.establishment(unit_id="c11635_v2", address_line="Thôn GL-2", village=None)
    of_2025 = {"unit_id": "c11635_v1", "started_at": "2025-06-30T07:00:00Z"}
    assert "Thôn GL-2, xã Trường Thọ, huyện An Lão" in read(replace(source(**of_2025), establishment=moved))


CERTIFICATES = {
    "issued before": ({"issued_on": "2024-03-04", "status": "valid"}, "GL-16/2024 cấp ngày 04/03/2024: còn"),
    "issued after": ({"issued_on": "2026-11-21", "status": "valid"}, None),
    "expired before": ({"expires_on": "2026-11-19", "status": "valid"}, "GL-16/2024: hết hiệu lực."),
    "expired since": ({"expires_on": "2026-11-25", "status": "expired"}, "GL-16/2024: ……."),
    "never": ({"status": "expired"}, "GL-16/2024: hết hiệu lực."),
}


@pytest.mark.parametrize("case", CERTIFICATES)
def test_certificate_is_printed_as_it_was_on_the_day_of_the_visit(case: str) -> None:
    facts, printed = CERTIFICATES[case]
    papers = {"antt": {"number": "GL-16/2024", **facts}}
    text = read(replace(source(), establishment=builders.establishment(certificates=papers)))
    assert (printed in text) if printed else ("GL-16/2024" not in text)


def test_shortcoming_without_a_violation_is_printed() -> None:
    nothing = "Không phát hiện vi phạm tại thời điểm kiểm tra."
    assert nothing in usual_minutes()
    text = read(source(answers=answers(fire_exits_clear={"v": "no"})))
    assert nothing not in text
    assert "Không ghi nhận hành vi vi phạm; nội dung chưa đạt nêu ở kết quả kiểm tra trên đây." in text
    assert nothing not in read(source(answers={}, overall_result=None))


def test_fields_without_a_layout_of_their_own_have_a_line_and_a_tip_off_has_none() -> None:
    text = read(source(trigger="tip_off", local_escort_agencies=["commune_police"]))
    assert "Cơ quan địa phương phối hợp: Công an xã An Lão." in text
    assert "Kiến nghị: Tiếp tục duy trì" in text
    assert "Tin báo" not in text
