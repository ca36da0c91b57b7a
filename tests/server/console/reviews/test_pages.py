from __future__ import annotations

import re
from html import unescape

import pytest
from tests.server.console.conftest import PLACE, TEAM, Browser, FieldWork
from tests.shared import builders

FAILED = {
    "answers": builders.answers()
    | {
        "fire_exits_clear": {"v": "no", "note": "Chị Nguyễn Thị Hoa số 0912345678 giữ chìa khóa"},
        "lb_contracts": {"v": "partial"},
        "lb_register": {"v": "yes", "src": "section"},
        "workers_total": {"v": 5, "src": "same_as_last"},
    },
    "findings": {
        "f1": {
            "violation_id": "lb_no_contract_1_10",
            "checklist_item_id": "lb_contracts",
            "occurred_on": "2026-11-20",
            "quantity": 2,
            "frame": {
                "src": "nd_12_2022",
                "art": "9.1.a",
                "min": 2000000,
                "max": 5000000,
                "org_multiplier": 2,
            },
        },
        "f2": {
            "violation_id": "fire_exit_obstructed",
            "checklist_item_id": "fire_exits_clear",
            "occurred_on": "2026-11-20",
        },
    },
    "overall_result": "violation_recorded",
}
CANARY = "<script>alert(1)</script>\"'&amp;"


def part(page: str, name: str) -> str:
    return unescape(page.split(f'id="{name}"')[1].split("</section>")[0])


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.fixture
def failed(in_the_field: FieldWork) -> str:
    in_the_field.place()
    return in_the_field.visit(**FAILED)


def test_queue_lists_waiting_records_with_their_result_and_counts(reviewer: Browser, failed: str) -> None:
    page = words(unescape(reviewer.text("/reviews")))
    assert "Karaoke Mộc Diệp (GL-016)" in page
    assert "Có vi phạm, lập biên bản" in page
    assert "1 Chờ duyệt 0 Trả lại 0 Đã duyệt 0 Đã hủy 1 Tất cả" in page


def test_filters_stand_in_the_address(reviewer: Browser, in_the_field: FieldWork, failed: str) -> None:
    session = in_the_field.session()
    listed = re.findall(
        r'class="list-item" href="/reviews/([0-9a-f-]+)', reviewer.text("/reviews?type=inspection")
    )
    assert listed == [failed]
    assert session in reviewer.text("/reviews?type=outreach_session")
    assert failed not in reviewer.text("/reviews?state=approved")


@pytest.mark.parametrize("query", ["?state=x&type=y&page=z", "?after=x", "?before=x", "?end=x&page=7"])
def test_unreadable_filters_mean_the_default(reviewer: Browser, failed: str, query: str) -> None:
    assert failed in reviewer.text(f"/reviews{query}")


def test_tab_of_the_browser_names_the_record(reviewer: Browser, failed: str) -> None:
    page = reviewer.text(f"/reviews/{failed}")
    assert "<title>Karaoke Mộc Diệp (GL-016) · Duyệt phiếu · Sổ hiện trường 178</title>" in page
    assert "<title>Duyệt phiếu · Sổ hiện trường 178</title>" in reviewer.text("/reviews")


def test_page_behind_the_last_record_shows_what_is_left(reviewer: Browser, failed: str) -> None:
    page = reviewer.text(f"/reviews?after={failed}")
    assert f"/reviews/{failed}" in page
    assert "Đã xem hết" not in page


def test_day_of_another_year_is_written_with_its_year(reviewer: Browser, in_the_field: FieldWork) -> None:
    in_the_field.place()
    in_the_field.visit()
    in_the_field.visit(started_at="2025-11-20T07:00:00Z", ended_at="2025-11-20T08:00:00Z", findings=None)
    page = reviewer.text("/reviews")
    assert '<span class="hint number">20/11</span>' in page
    assert '<span class="hint number">20/11/2025</span>' in page


def test_exceptions_come_first_with_finding_frame_and_note(reviewer: Browser, failed: str) -> None:
    page = reviewer.text(f"/reviews/{failed}")
    exceptions = words(part(page, "exceptions"))
    assert page.index('id="exceptions"') < page.index('id="answers"') < page.index('id="history"')
    assert "Chưa đạt" in exceptions
    assert "Đạt một phần" in exceptions
    assert "2.000.000 đồng – 5.000.000 đồng" in exceptions
    assert "4.000.000 đồng – 10.000.000 đồng" in exceptions
    assert "cần tra cứu" in exceptions
    assert "giữ chìa khóa" in exceptions


def test_outreach_that_was_not_done_is_stated_neutrally(reviewer: Browser, in_the_field: FieldWork) -> None:
    silent = in_the_field.visit(answers=builders.answers() | {"ou_done": {"v": "no"}})
    page = reviewer.text(f"/reviews/{silent}")
    assert "answers.ou_done" not in part(page, "exceptions")
    row = page[page.index('id="field-answers.ou_done"') :][:600]
    assert "Không" in row
    assert "Chưa đạt" not in row


def test_what_may_name_a_person_is_marked_in_the_note(reviewer: Browser, failed: str) -> None:
    marked = re.findall(r"<mark[^>]*>([^<]+)", part(reviewer.text(f"/reviews/{failed}"), "exceptions"))
    assert "0912345678" in marked


def test_answers_by_section_and_as_last_time_are_marked(reviewer: Browser, failed: str) -> None:
    page = words(reviewer.text(f"/reviews/{failed}"))
    assert "Trả lời cho cả mục" in page
    assert "Lấy như lần trước" in page


def test_every_field_has_a_way_to_send_it_back(reviewer: Browser, failed: str) -> None:
    page = reviewer.text(f"/reviews/{failed}")
    rows = re.findall(r'data-path="([^"]+)"', page)
    pinned = re.findall(r'name="comment:([^"]+)"', page)
    assert len(rows) > 60
    assert sorted(rows) == sorted(pinned)
    assert len(set(rows)) == len(rows)


def test_previous_visit_is_shown_beside_the_current_one(
    reviewer: Browser, in_the_field: FieldWork, failed: str
) -> None:
    later = in_the_field.visit(started_at="2026-11-22T07:00:00Z", ended_at="2026-11-22T08:00:00Z")
    page = words(unescape(reviewer.text(f"/reviews/{later}")))
    assert "Lần trước: 20/11/2026" in page
    assert "lần trước: Chưa đạt" in page


def test_late_and_overlong_visits_are_flagged(reviewer: Browser, in_the_field: FieldWork) -> None:
    long = in_the_field.visit(started_at="2026-11-20T00:00:00Z", ended_at="2026-11-20T09:00:00Z")
    assert "6 giờ" in words(part(reviewer.text(f"/reviews/{long}"), "exceptions"))


def test_technical_details_hold_receipt_hash_and_three_times(reviewer: Browser, failed: str) -> None:
    details = words(
        unescape(reviewer.text(f"/reviews/{failed}").split('id="technical"')[1].split("</details>")[0])
    )
    for name in ("Mã băm nội dung", "Biên nhận", "Giờ trên máy", "Giờ đã hiệu chỉnh", "Máy chủ nhận lúc"):
        assert name in details


def test_history_names_who_when_and_which_tablet(
    reviewer: Browser, in_the_field: FieldWork, failed: str
) -> None:
    in_the_field.send(
        failed, "inspection", TEAM, {"minutes_number": "08/BB-ĐKT178"}, was={"minutes_number": "07/BB-ĐKT178"}
    )
    history = words(part(reviewer.text(f"/reviews/{failed}"), "history"))
    assert history.index("Bản 2") < history.index("Bản 1")
    assert "Cán bộ an" in history
    assert "Máy 1" in history
    assert "07/BB-ĐKT178 Nay 08/BB-ĐKT178" in history


def test_stored_text_never_becomes_markup(reviewer: Browser, in_the_field: FieldWork) -> None:
    in_the_field.place(name=f"Quán {CANARY}"[:120])
    filed = in_the_field.visit(recommendation=CANARY, decision_number=CANARY[:40])
    for page in ("/reviews", f"/reviews/{filed}", "/establishments", f"/establishments/{PLACE}"):
        assert "<script>alert" not in reviewer.text(page)


def test_visit_states_that_its_establishment_has_not_arrived(
    reviewer: Browser, in_the_field: FieldWork
) -> None:
    filed = in_the_field.visit()
    assert "Chưa có phiếu cơ sở" in reviewer.text(f"/reviews/{filed}")


@pytest.mark.parametrize("record_id", ["01900000-0000-7000-8000-00000000dead", "x", "a" * 500])
def test_unknown_record_is_a_page_that_leads_on(reviewer: Browser, record_id: str) -> None:
    answer = reviewer.get(f"/reviews/{record_id}")
    assert answer.status_code == 404
    assert "ngoài phạm vi của bạn" in answer.get_data(as_text=True)


def test_empty_queue_is_explained(reviewer: Browser) -> None:
    page = reviewer.text("/reviews")
    assert "Đã xem hết" in page
    assert "sau lần đồng bộ tới" in page


def test_pages_stay_out_of_caches_and_static_files_do_not(reviewer: Browser, failed: str) -> None:
    page = reviewer.get("/reviews")
    assert page.headers["Cache-Control"] == "no-store"
    assert "unsafe-inline" not in page.headers["Content-Security-Policy"]
    sheet = re.findall(r'href="(/static/css/[^"]+)"', page.get_data(as_text=True))[0]
    with reviewer.get(sheet) as answer:
        assert "immutable" in answer.headers["Cache-Control"]


def test_english_reader_gets_english_labels(reviewer: Browser, failed: str) -> None:
    reviewer.post("/preferences", {"language": "en"})
    exceptions = words(part(reviewer.text(f"/reviews/{failed}"), "exceptions"))
    assert "Escape routes unobstructed" in exceptions
    assert "2,000,000 VND" in exceptions
