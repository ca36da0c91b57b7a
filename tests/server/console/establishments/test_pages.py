from __future__ import annotations

import csv
from html import unescape

from tests.server.console.conftest import PLACE, Browser, FieldWork
from tests.server.console.reviews.test_pages import words


def test_empty_lists_describe_their_content(reviewer: Browser) -> None:
    assert "Không có mục nào cần xử lý" in reviewer.text("/attention")
    assert "Sổ cơ sở đang trống" in reviewer.text("/establishments")


def test_register_entry_is_shown_with_its_certificates(reviewer: Browser, in_the_field: FieldWork) -> None:
    in_the_field.place()
    page = words(unescape(reviewer.text(f"/establishments/{PLACE}")))
    assert "Số đăng ký kinh doanh GL-0000000016" in page
    assert "04/03/2024" in page
    assert "Duyệt R" not in page


def test_register_entry_shows_open_follow_ups(reviewer: Browser, in_the_field: FieldWork) -> None:
    in_the_field.place()
    follow_ups = {"f1": {"text": "Dọn lối thoát nạn", "due_on": "2025-03-04", "status": "open"}}
    filed = in_the_field.visit(establishment_id=PLACE, follow_ups=follow_ups)
    page = reviewer.text(f"/establishments/{PLACE}")
    assert "Cơ sở còn phải khắc phục" in page
    assert f"/reviews/{filed}" in page
    assert 'aria-label="Kết thúc, có căn cứ: Dọn lối thoát nạn"' in page.split('id="to-fix"')[1]
    assert "Hạn khắc phục: 04/03/2025 · quá hạn" in words(unescape(page))
    answer = {"a": {"visit_id": filed, "follow_up_id": "f1", "status": "fixed", "text": "Dọn lối thoát nạn"}}
    later = in_the_field.visit(establishment_id=PLACE, follow_up_answers=answer)
    assert "Cơ sở còn phải khắc phục" not in reviewer.text(f"/establishments/{PLACE}")
    page = words(unescape(reviewer.text(f"/reviews/{later}")))
    assert "Dọn lối thoát nạn Trạng thái: Đã khắc phục" in page


def test_repeated_violation_is_marked(reviewer: Browser, in_the_field: FieldWork) -> None:
    in_the_field.place()
    findings = {"f1": {"violation_id": "kd_door_latch", "occurred_on": "2026-11-01"}}
    more = {"establishment_id": PLACE, "findings": findings, "overall_result": "violation_recorded"}
    in_the_field.visit(**more, started_at="2026-11-01T07:00:00Z", ended_at="2026-11-01T08:00:00Z")
    again = in_the_field.visit(**more, started_at="2026-11-20T07:00:00Z", ended_at="2026-11-20T08:00:00Z")
    page = words(unescape(reviewer.text(f"/reviews/{again}")))
    assert "Tái phạm" not in page
    assert "Vi phạm nhiều lần (Điều 2.6 Luật XLVPHC): đã ghi nhận ngày 01/11/2026" in page


def test_register_has_no_page_for_other_records(reviewer: Browser, in_the_field: FieldWork) -> None:
    filed = in_the_field.visit()
    assert reviewer.get(f"/establishments/{filed}").status_code == 404
    assert reviewer.get(f"/reviews/{in_the_field.place()}").status_code == 404


def test_register_is_narrowed_and_taken_out_as_a_file(reviewer: Browser, in_the_field: FieldWork) -> None:
    in_the_field.place()
    for query in ("q=moc+diep", "q=gl-0000000016", "q=moc+an+lao", "type=karaoke&status=operating"):
        assert "Tìm thấy: 1" in reviewer.text(f"/establishments?{query}"), query
    for query in ("status=closed", "unit=elsewhere", "type=hotel&q=moc"):
        assert "Tìm thấy: 0" in reviewer.text(f"/establishments?{query}"), query
    assert "Không tìm thấy cơ sở" in reviewer.text("/establishments?q=khong+co")
    assert "Cơ sở thuộc diện kiểm tra: 1" in reviewer.text("/establishments?page=7")
    reviewer.confirms()
    with reviewer.get("/establishments.csv?q=moc") as answer:
        (headings, line, last) = answer.get_data().decode("utf-8-sig").split("\r\n")
    assert headings.startswith("Tên cơ sở,Loại hình")
    assert ",Kinh độ,Liên kết,Xã trước khi sắp xếp đơn vị," in headings
    assert len(next(csv.reader([headings]))) == len(next(csv.reader([line])))
    assert line.startswith("Karaoke Mộc Diệp (GL-016),")
    assert f"/establishments/{PLACE}" in line
    assert last == ""
