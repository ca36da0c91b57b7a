from __future__ import annotations

import re
from html import unescape

import pytest
from tests.server.console.attention.test_conflict import clash, settle
from tests.server.console.attention.test_quarantine import hold
from tests.server.console.attention.test_recovery import leave_on_tablet
from tests.server.console.conftest import PLACE, TEAM, UNIT, Browser, FieldWork, following
from tests.server.console.reviews.test_pages import words

from field178_server.office.attention import queries

ORIGIN = re.compile(r'href="/attention/(conflict|quarantine|recovery)/')
RAIL = re.compile(r'<a class="rail-item" href="/attention"[^>]*>.*?</a>', re.S)


def wait_of_each_origin(in_the_field: FieldWork) -> None:
    """Have one conflict, one change in quarantine and one recovered record wait, in this order."""
    clash(in_the_field)
    in_the_field.office.clock.move(minutes=1)
    hold(in_the_field)
    in_the_field.office.clock.move(minutes=1)
    leave_on_tablet(in_the_field, in_the_field.office.runtime.ids.time_ordered())


def badge(page: str) -> str:
    rail = RAIL.search(page)
    assert rail is not None
    return words(rail[0])


def test_all_origins_stand_on_one_list_newest_first(reviewer: Browser, in_the_field: FieldWork) -> None:
    wait_of_each_origin(in_the_field)
    page = reviewer.text("/attention")
    assert ORIGIN.findall(page) == ["recovery", "quarantine", "conflict"]
    assert ORIGIN.findall(reviewer.text("/attention?order=oldest")) == ["conflict", "quarantine", "recovery"]
    shown = words(unescape(page))
    for text in ("Tất cả 3", "Bất đồng 1", "Bị giữ lại 1", "Bản phục hồi 1", "Đã để riêng 0", "3 mục"):
        assert text in shown, text
    for text in ("Giờ hoạt động", "Các mục nhập không khớp nhau", "Máy chủ không có", "Mới nhất trước"):
        assert text in shown, text


def test_badge_counts_the_rows_of_the_list(reviewer: Browser, in_the_field: FieldWork) -> None:
    assert badge(reviewer.text("/reviews")) == "Cần xử lý"
    wait_of_each_origin(in_the_field)
    # Two fields of one record are one item.
    in_the_field.send(PLACE, "establishment", UNIT, {"rooms_total": 9}, was={"rooms_total": 1})
    page = reviewer.text("/attention")
    assert badge(page) == "3 Cần xử lý"
    assert len(ORIGIN.findall(page)) == 3


def test_one_origin_is_shown_alone(reviewer: Browser, in_the_field: FieldWork) -> None:
    wait_of_each_origin(in_the_field)
    for origin in ("conflict", "quarantine", "recovery"):
        assert ORIGIN.findall(reviewer.text(f"/attention?show={origin}")) == [origin]
    assert len(ORIGIN.findall(reviewer.text("/attention?show=other"))) == 3


def test_list_is_narrowed_to_a_team_and_a_tablet(reviewer: Browser, in_the_field: FieldWork) -> None:
    wait_of_each_origin(in_the_field)
    assert ORIGIN.findall(reviewer.text(f"/attention?area={TEAM}")) == ["quarantine"]
    device = in_the_field.tablet.device
    page = reviewer.text(f"/attention?tablet={device}&area={UNIT}")
    assert ORIGIN.findall(page) == ["recovery", "conflict"]
    assert "Tất cả 2" in words(unescape(page))
    assert f'<option value="{device}" selected>Máy 1</option>' in page
    nothing = reviewer.text("/attention?area=unit:none")
    assert ("Không có mục nào theo bộ lọc này" in nothing, "Bỏ lọc" in nothing) == (True, True)


def test_page_of_an_item_leads_back_to_the_filtered_list(reviewer: Browser, in_the_field: FieldWork) -> None:
    wait_of_each_origin(in_the_field)
    page = reviewer.text("/attention?show=quarantine&order=oldest")
    (href,) = re.findall(r'href="(/attention/quarantine/[^"]+)"', page)
    item = unescape(reviewer.text(unescape(href)))
    assert 'href="/attention?show=quarantine&order=oldest"' in item
    path, _, filters = unescape(href).partition("?")
    answer = reviewer.post(f"{path}/set-aside?{filters}", {"reason": "Gửi nhầm"})
    assert answer.headers["Location"] == "/attention?show=quarantine&order=oldest"
    assert "Đã để riêng: " in reviewer.text("/attention?show=quarantine&order=oldest")


def test_rejected_items_of_each_origin_are_one_list(reviewer: Browser, in_the_field: FieldWork) -> None:
    wait_of_each_origin(in_the_field)
    for origin in ("quarantine", "recovery"):
        (href,) = re.findall(rf'href="(/attention/{origin}/[^"]+)"', reviewer.text("/attention"))
        assert reviewer.post(f"{href}/set-aside", {"reason": "Trùng"}).status_code == 303
    page = reviewer.text("/attention?show=aside")
    assert sorted(ORIGIN.findall(page)) == ["quarantine", "recovery"]
    assert ("Bất đồng 1" in words(page), "Đã để riêng 2" in words(page)) == (True, True)
    assert words(unescape(page)).count("Cán bộ chi để riêng") == 2


def test_items_beyond_one_page_are_on_the_next(
    reviewer: Browser, in_the_field: FieldWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PAGE_SIZE", 2)
    for _ in range(3):
        orphan = in_the_field.office.runtime.ids.time_ordered()
        in_the_field.send(orphan, "inspection", TEAM, {"minutes_number": "09/BB-ĐKT178"})
    first = reviewer.text("/attention")
    second = reviewer.text(following(first, "next"))
    assert [len(ORIGIN.findall(page)) for page in (first, second)] == [2, 1]
    assert ("3 mục" in words(first), "Máy chủ chưa có phiếu gốc" in words(first)) == (True, True)
    # The previous page, the last page and an invalid position.
    assert ORIGIN.findall(reviewer.text(following(second, "prev"))) == ORIGIN.findall(first)
    for address in ("/attention?end=1", "/attention?after=x", "/attention?page=2"):
        assert len(ORIGIN.findall(reviewer.text(address))) == 2
    # An item leads back to its page of the list.
    (item,) = set(re.findall(r'href="(/attention/[^"]+after=[^"]+)"', second.split("<tbody>")[1]))
    shown = unescape(reviewer.text(unescape(item)))
    assert following(first, "next") in shown
    assert "Tự được áp dụng ngay khi phiếu gốc" in shown


def test_unknown_origin_item_and_decision_are_not_there(reviewer: Browser, in_the_field: FieldWork) -> None:
    clash(in_the_field)
    for path in (
        "/attention/other/x",
        "/attention/conflict/x",
        "/attention/quarantine/x",
        "/attention/recovery/x.y",
    ):
        assert reviewer.get(path).status_code == 404
        assert reviewer.post(f"{path}/run").status_code == 404
    assert reviewer.post(f"/attention/conflict/{PLACE}/run").status_code == 404


def test_message_about_a_removed_item_names_no_record(reviewer: Browser, in_the_field: FieldWork) -> None:
    clash(in_the_field)
    assert settle(reviewer, PLACE, {"opening_hours": "take"}).status_code == 303
    reviewer.client.set_cookie("field178_done", "settled.01900000-0000-7000-8000-00000000dead")
    assert "Đã giải quyết: phiếu" in words(unescape(reviewer.text("/attention")))
