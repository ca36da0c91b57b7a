from __future__ import annotations

from html import unescape

from tests.server.web.conftest import PLACE, TEAM, Browser, FieldWork
from tests.server.web.test_review_pages import words
from tests.shared import builders

from field178_server.queries.quarantine_list import PAGE_SIZE


def test_changes_held_back_beyond_one_page_are_on_the_next(
    reviewer: Browser, in_the_field: FieldWork
) -> None:
    for _ in range(PAGE_SIZE + 1):
        orphan = in_the_field.office.runtime.ids.time_ordered()
        in_the_field.send(orphan, "inspection", TEAM, {"minutes_number": "09/BB"})
    pages = [words(reviewer.text(f"/quarantine?page={number}")) for number in (1, 2)]
    assert [page.count("Máy chủ chưa có phiếu gốc") for page in pages] == [PAGE_SIZE, 1]
    assert "Tự được áp dụng ngay khi phiếu gốc" in pages[1]


def test_quarantine_tells_the_reason_in_words_and_keeps_all_values(
    reviewer: Browser, in_the_field: FieldWork
) -> None:
    bad = builders.inspection(ended_at="2026-11-20T06:00:00Z")
    receipt = in_the_field.send(
        in_the_field.office.runtime.ids.time_ordered(), "inspection", TEAM, bad, create=True
    )
    assert receipt["reason"] == "rule"
    page = words(unescape(reviewer.text("/quarantine")))
    assert "Các mục nhập không khớp nhau" in page
    assert "Kết thúc trước khi bắt đầu" in page
    assert "07/BB-KT" in page
    assert "Máy 1" in page
    assert "Đội sửa các mục này trên máy tính bảng rồi gửi lại" in page


def test_type_nobody_knows_is_not_shown_as_a_bare_code(reviewer: Browser, in_the_field: FieldWork) -> None:
    in_the_field.send(in_the_field.office.runtime.ids.time_ordered(), "boat", TEAM, {"hull": 1}, create=True)
    assert "Loại chưa biết: boat" in reviewer.text("/quarantine")


def test_empty_lists_say_what_would_be_here(reviewer: Browser) -> None:
    assert "Không có xung đột" in reviewer.text("/conflicts")
    assert "Không có gì bị giữ lại" in reviewer.text("/quarantine")
    assert "Sổ cơ sở đang trống" in reviewer.text("/establishments")


def test_register_is_searched_without_marks(reviewer: Browser, in_the_field: FieldWork) -> None:
    in_the_field.place()
    assert "Karaoke Mộc Diệp" in reviewer.text("/establishments?q=moc+diep")
    assert "Không tìm thấy cơ sở" in reviewer.text("/establishments?q=khong+co")


def test_search_says_how_much_it_found_beside_what_it_found(
    reviewer: Browser, in_the_field: FieldWork
) -> None:
    in_the_field.place()
    found = reviewer.text("/establishments?q=moc+diep").split('id="found"')[1]
    assert "Tìm thấy: 1" in found
    assert "Cơ sở thuộc diện kiểm tra: 1" in reviewer.text("/establishments?page=7")


def test_register_entry_is_shown_with_its_certificates(reviewer: Browser, in_the_field: FieldWork) -> None:
    in_the_field.place()
    page = words(unescape(reviewer.text(f"/establishments/{PLACE}")))
    assert "Số đăng ký GL-0000000016" in page
    assert "04/03/2024" in page
    assert "Duyệt R" not in page


def test_register_has_no_page_for_other_records(reviewer: Browser, in_the_field: FieldWork) -> None:
    filed = in_the_field.visit()
    assert reviewer.get(f"/establishments/{filed}").status_code == 404
    assert reviewer.get(f"/reviews/{in_the_field.place()}").status_code == 404
