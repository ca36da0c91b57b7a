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
    answer = reviewer.get("/reviews")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "unsafe-inline" not in answer.headers["Content-Security-Policy"]
    markup = answer.get_data(as_text=True)
    assert "<title>Duyệt phiếu · Sổ hiện trường 178</title>" in markup
    sheet = re.findall(r'href="(/static/css/[^"]+)"', markup)[0]
    with reviewer.get(sheet) as static:
        assert "immutable" in static.headers["Cache-Control"]
    page = words(unescape(markup))
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
    # Filters that cannot be read mean the default.
    for query in ("?state=x&type=y&page=z", "?after=x", "?before=x", "?end=x&page=7"):
        assert failed in reviewer.text(f"/reviews{query}"), query


def test_page_behind_the_last_record_shows_remaining_records(reviewer: Browser, failed: str) -> None:
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


def test_page_shows_exceptions_first_marks_texts_and_has_details(reviewer: Browser, failed: str) -> None:
    page = reviewer.text(f"/reviews/{failed}")
    assert "<title>Karaoke Mộc Diệp (GL-016) · Duyệt phiếu · Sổ hiện trường 178</title>" in page
    exceptions = words(part(page, "exceptions"))
    assert page.index('id="exceptions"') < page.index('id="answers"') < page.index('id="history"')
    assert "Chưa đạt" in exceptions
    assert "Đạt một phần" in exceptions
    assert "2.000.000 đồng – 5.000.000 đồng" in exceptions
    assert "4.000.000 đồng – 10.000.000 đồng" in exceptions
    assert "cần tra cứu" in exceptions
    assert "giữ chìa khóa" in exceptions
    assert "0912345678" in re.findall(r"<mark[^>]*>([^<]+)", part(page, "exceptions"))
    assert ("Trả lời cho cả mục" in words(page), "Lấy như lần trước" in words(page)) == (True, True)
    details = words(unescape(page.split('id="technical"')[1].split("</details>")[0]))
    for name in ("Mã băm nội dung", "Biên nhận", "Giờ trên máy", "Giờ đã hiệu chỉnh", "Máy chủ nhận lúc"):
        assert name in details
    # Each field has a comment to send it back with.
    rows = re.findall(r'data-path="([^"]+)"', page)
    assert len(rows) > 60
    assert sorted(rows) == sorted(re.findall(r'name="comment:([^"]+)"', page))
    assert len(set(rows)) == len(rows)


def test_outreach_that_was_not_done_is_stated_neutrally(reviewer: Browser, in_the_field: FieldWork) -> None:
    silent = in_the_field.visit(answers=builders.answers() | {"ou_done": {"v": "no"}})
    page = reviewer.text(f"/reviews/{silent}")
    assert "answers.ou_done" not in part(page, "exceptions")
    row = page[page.index('id="field-answers.ou_done"') :][:600]
    assert "Không" in row
    assert "Chưa đạt" not in row


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


def test_unknown_record_is_a_page_that_leads_on(reviewer: Browser) -> None:
    for record_id in ("01900000-0000-7000-8000-00000000dead", "x", "a" * 500):
        answer = reviewer.get(f"/reviews/{record_id}")
        assert answer.status_code == 404
        assert "ngoài phạm vi của bạn" in answer.get_data(as_text=True)


def test_empty_queue_is_explained(reviewer: Browser) -> None:
    page = reviewer.text("/reviews")
    assert "Đã xem hết" in page
    assert "sau lần đồng bộ tới" in page


def test_english_reader_gets_english_labels(reviewer: Browser, failed: str) -> None:
    reviewer.post("/preferences", {"language": "en"})
    exceptions = words(part(reviewer.text(f"/reviews/{failed}"), "exceptions"))
    assert "Escape routes unobstructed" in exceptions
    assert "2,000,000 VND" in exceptions
