"""What the office does beside reviewing, in a real browser: settling, mending what is held back, tablets."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.e2e.browser import PHONE, watched_page
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
        page.goto("/attention?show=conflict")
        page.get_by_role("link", name=name).press("Enter")
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


def test_what_a_tablet_sent_meanwhile_is_shown_on_a_phone(desk: Desk, browser: Browser) -> None:
    place = disputed_place(desk, "Karaoke Lan Chi (GL-912)")
    with watched_page(browser, desk.server.url, viewport=PHONE, has_touch=True) as watched:
        page = watched.page
        sign_in(page)
        check_page(watched, f"/attention/conflict/{place}")
        page.get_by_role("radio", name="07:00-22:00").tap()
        newer = desk.tablet.change(place, "establishment", f"unit:{UNIT}", {"opening_hours": "11:00-20:00"})
        desk.tablet.sync([newer])
        expect_answer(page, 409)
        expect(page.get_by_role("alert")).to_contain_text("Có thay đổi sau khi bạn mở trang này")
        expect(page.get_by_role("radio", name="11:00-20:00")).to_be_visible()
        expect(page.get_by_role("radio", name="07:00-22:00")).to_be_checked()
        watched.complaints.clear()  # the browser's own word about the 409
        page.get_by_role("button", name="Ghi quyết định").tap()
        expect(page.get_by_role("status")).to_contain_text("Đã giải quyết")
    assert record_on_tablet(desk, place)["opening_hours"] == "07:00-22:00"


def test_office_mends_what_is_held_back_and_the_tablet_gets_it(desk: Desk, browser: Browser) -> None:
    name = "Karaoke Lan Chi (GL-913)"
    place = str(uuid.uuid4())
    data = builders.establishment(name=name, unit_id=UNIT, rooms_total=-8)
    bad = desk.tablet.change(place, "establishment", f"unit:{UNIT}", data, create=True)
    desk.tablet.sync([bad])
    assert desk.tablet.receipts[bad["change_id"]]["status"] == "quarantined"
    with watched_page(browser, desk.server.url, viewport=PHONE, has_touch=True) as watched:
        page = watched.page
        sign_in(page)
        check_page(watched, "/attention")
        page.get_by_role("link", name=name).tap()
        page.get_by_role("textbox", name="Số phòng").fill("8")
        page.get_by_role("button", name="Áp dụng bản đã sửa").tap()
        expect(page.get_by_role("status")).to_contain_text(f"Đã sửa và áp dụng: {name}")
    assert record_on_tablet(desk, place)["rooms_total"] == 8
    assert desk.tablet.receipts[bad["change_id"]]["reason"] == "replaced"


def test_reviewer_takes_in_by_keyboard_what_only_a_tablet_has(desk: Desk, browser: Browser) -> None:
    place, name = str(uuid.uuid4()), "Karaoke Lan Chi (GL-914)"
    data = builders.establishment(name=name, unit_id=UNIT)
    left = {"id": place, "type": "establishment", "rev": 3, "deleted": False, "data": data}
    h = record_hash(place, "establishment", 3, False, data)
    desk.tablet.sync(salvage=[{**left, "scope": f"unit:{UNIT}", "h": h}])
    with watched_page(browser, desk.server.url) as watched:
        page = watched.page
        sign_in(page)
        page.get_by_role("link", name="Cần xử lý").press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Cần xử lý")
        page.get_by_role("navigation", name="Nguồn").get_by_role("link", name="Bản phục hồi").press("Enter")
        page.get_by_role("link", name=name).press("Enter")
        expect(page.get_by_role("button", name="Nhận vào")).to_be_visible()
        check_page(watched, f"/attention/recovery/{place}.{h}")
        page.set_viewport_size(PHONE)
        check_page(watched, f"/attention/recovery/{place}.{h}")
        check_page(watched, "/attention?show=recovery")
        page.get_by_role("link", name=name).press("Enter")
        page.get_by_role("button", name="Nhận vào").press("Enter")
        expect(page.get_by_role("status")).to_contain_text(f"Đã nhận vào: {name}")
    assert record_on_tablet(desk, place) == data


def test_administrator_enrols_a_tablet_sees_its_status_and_revokes_it(desk: Desk, browser: Browser) -> None:
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
        tablet = ForeignClient(desk.server.url)
        tablet.enrol(page.locator("#code").inner_text(), label="Máy mới")
        tablet.sync(app="1.2.0", about={"unsent": 4, "unsent_files": 2, "free_mb": 20_000})
        check_page(watched, "/tablets")
        card = page.get_by_role("row").filter(has_text="Máy mới")
        expect(card).to_contain_text("4 thay đổi · 2 ảnh")
        expect(card).to_contain_text("Đang dùng")
        card.get_by_role("link", name="Máy mới").tap()
        page.get_by_role("link", name="Thu hồi").tap()
        page.get_by_role("button", name="Thu hồi máy này").tap()
        expect(page.get_by_role("status")).to_contain_text("Đã thu hồi: Máy mới")
        expect(card).to_contain_text("Đã thu hồi")
    assert tablet.sync()[0]["revoked"] is True


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
        expect(page.get_by_role("alert").first).to_be_focused()
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


def expect_answer(page: Page, status: int) -> None:
    with page.expect_navigation() as moved:
        page.get_by_role("button", name="Ghi quyết định").tap()
    assert moved.value is not None
    assert moved.value.status == status
