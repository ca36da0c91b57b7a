"""What the office does beside reviewing, in a real browser: settling, recovery, a code, a correction."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from tests.e2e.browser import DESK, PHONE, watched_page
from tests.e2e.foreign_client import ForeignClient, Json
from tests.e2e.test_console import PASSWORD, UNIT, Desk, check_page, desk, sign_in
from tests.server.pictures import jpeg
from tests.shared import builders

from field178_shared.wire.canonical import record_hash

__all__ = ["desk"]

pytestmark = pytest.mark.browser


def disputed_place(desk: Desk, name: str) -> str:
    """An establishment whose opening hours and rooms a tablet changed without having seen them."""
    place = str(uuid.uuid4())
    data = builders.establishment(name=name, unit_id=UNIT, rooms_total=8)
    create = desk.tablet.change(place, "establishment", f"unit:{UNIT}", data, create=True)
    late = {"opening_hours": "07:00-22:00", "rooms_total": 9}
    clash = desk.tablet.change(
        place, "establishment", f"unit:{UNIT}", late, was={"opening_hours": "06:00-21:00", "rooms_total": 1}
    )
    desk.tablet.sync([create, clash])
    assert desk.tablet.receipts[clash["change_id"]]["status"] == "conflict"
    return place


def record_on_tablet(desk: Desk, record_id: str) -> Json:
    desk.tablet.pull_all()
    data: Json = desk.tablet.base[record_id]["data"]
    return data


def test_reviewer_settles_by_keyboard_and_the_tablet_gets_it(desk: Desk, browser: Browser) -> None:
    name = "Karaoke Lan Chi (GL-911)"
    place = disputed_place(desk, name)
    with watched_page(browser, desk.server.url) as watched:
        page = watched.page
        sign_in(page)
        check_page(watched, f"/attention/conflict/{place}", PHONE, DESK)
        hours = page.get_by_role("group", name="Giờ hoạt động")
        hours.get_by_role("radio", name="07:00-22:00").press("Space")
        rooms = page.get_by_role("textbox", name="Giá trị khác cho: Số phòng")
        rooms.focus()
        watched.press("Control+a")
        page.keyboard.type("mười")
        expect(page.get_by_role("group", name="Số phòng").get_by_role("radio").last).to_be_checked()
        watched.press("Enter")
        expect(page.get_by_role("alert").last).to_contain_text("Cần số nguyên")
        expect(hours.get_by_role("radio", name="07:00-22:00")).to_be_checked()
        expect(rooms).to_have_value("mười")
        watched.complaints.clear()  # the browser's own word about the 422
        rooms.fill("10")
        page.get_by_role("button", name="Ghi quyết định").press("Enter")
        expect(page.get_by_role("status")).to_contain_text(f"Đã giải quyết: {name}")
    settled = record_on_tablet(desk, place)
    assert (settled["opening_hours"], settled["rooms_total"]) == ("07:00-22:00", 10)


def test_reviewer_restores_records_of_a_tablet_by_keyboard(desk: Desk, browser: Browser) -> None:
    place, name = str(uuid.uuid4()), "Karaoke Lan Chi (GL-914)"
    data = builders.establishment(name=name, unit_id=UNIT)
    left = {"id": place, "type": "establishment", "rev": 3, "deleted": False, "data": data}
    h = record_hash(place, "establishment", 3, False, data)
    desk.tablet.sync(salvage=[{**left, "scope": f"unit:{UNIT}", "h": h}])
    with watched_page(browser, desk.server.url) as watched:
        page = watched.page
        sign_in(page)
        check_page(watched, f"/attention/recovery/{place}.{h}", DESK, PHONE)
        page.get_by_role("button", name="Nhận vào").press("Enter")
        expect(page.get_by_role("status")).to_contain_text(f"Đã nhận vào: {name}")
    assert record_on_tablet(desk, place) == data


def test_code_to_enrol_a_tablet_fits_a_phone(desk: Desk, browser: Browser) -> None:
    desk.server.command("user", "add", "quan", "--role", "admin", stdin=f"{PASSWORD}\n")
    with watched_page(browser, desk.server.url, viewport=PHONE, has_touch=True) as watched:
        page = watched.page
        page.goto("/tablets")
        page.get_by_label("Tên đăng nhập").fill("quan")
        page.get_by_label("Mật khẩu").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_role("link", name="Đăng ký máy tính bảng").tap()
        officer = page.get_by_role("option", name="an (an)").get_attribute("value")
        page.get_by_label("Cán bộ dùng máy").select_option(officer)
        page.get_by_label("Nhập lại mật khẩu").fill(PASSWORD)
        page.get_by_role("button", name="Hiện mã").tap()
        expect(page.get_by_role("img", name="Mã QR")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        ForeignClient(desk.server.url).enrol(page.locator("#code").inner_text(), label="Máy mới")


def test_reviewer_closes_a_correction_with_a_photo_and_the_tablet_gets_it(
    desk: Desk, browser: Browser, tmp_path: Path
) -> None:
    name, text = "Karaoke Lan Chi (GL-915)", "Dọn lối thoát nạn tầng hai"
    follow_ups = {"exit": {"text": text, "due_on": builders.VISIT_DATE, "status": "open"}}
    visit = desk.file(name, follow_ups=follow_ups)
    photo = tmp_path / "anh.jpg"
    photo.write_bytes(jpeg())
    with watched_page(browser, desk.server.url) as watched:
        page = watched.page
        sign_in(page)
        page.get_by_role("link", name="Sau kiểm tra").press("Enter")
        page.get_by_role("link", name=f"Kết thúc, có căn cứ: {text}, {name}").press("Enter")
        page.get_by_role("button", name="Ghi").press("Enter")
        alert = page.get_by_role("alert").first
        expect(alert).to_be_focused()
        alert.get_by_role("link").first.press("Enter")
        expect(page.get_by_label("Ngày kết thúc")).to_be_focused()
        watched.complaints.clear()  # the browser's own word about the 422
        page.get_by_label("Ngày kết thúc").fill(builders.VISIT_DATE)
        page.get_by_label("Tệp chứng minh").set_input_files(photo)
        page.get_by_role("button", name="Ghi").press("Enter")
        expect(page.get_by_role("status")).to_contain_text(f"Đã nhập cho {name}")
        expect(page.get_by_role("link", name=text)).to_have_count(0)
        page.set_viewport_size({"width": 320, "height": 700})
        check_page(watched, "/follow-ups?tab=closed")
        page.get_by_role("link", name=text).click()
        page.locator("#after").get_by_role("link", name="Đã kết thúc yêu cầu khắc phục").click()
        check_page(watched, page.url)
    desk.tablet.pull_all()
    (heard,) = (
        plan_data["data"]
        for plan_data in desk.tablet.base.values()
        if plan_data["data"].get("follow_up_id") == "exit"
    )
    assert (heard["record"], heard["status"]) == (visit, "fixed")
