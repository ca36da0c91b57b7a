"""The administrator's day in a real browser: a new officer, the phone's menu, every role's first page."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.e2e.browser import PHONE, watched_page
from tests.e2e.test_console import PASSWORD, Desk, check_page, desk

__all__ = ["desk"]

pytestmark = pytest.mark.browser

NEW = "ba con voi di qua cau"
NARROW = {"width": 320, "height": 700}


def sign_in(page: Page, login: str, password: str = PASSWORD) -> None:
    page.goto("/")
    page.get_by_label("Tên đăng nhập").fill(login)
    page.get_by_label("Mật khẩu").fill(password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Hôm nay")


def test_administrator_adds_an_officer_who_then_signs_in(desk: Desk, browser: Browser) -> None:
    desk.server.command("user", "add", "lanh", "--role", "admin", stdin=f"{PASSWORD}\n")
    with watched_page(browser, desk.server.url, viewport=NARROW, has_touch=True) as watched:
        page = watched.page
        sign_in(page, "lanh")
        for path in ("/", "/people", "/people/new", "/account", "/tablets"):
            check_page(watched, path)
        page.goto("/")
        page.get_by_role("navigation", name="Chính").get_by_role("link", name="Người dùng").tap()
        page.get_by_role("link", name="Thêm người").tap()
        page.get_by_label("Tên đăng nhập").fill("hoa")
        page.get_by_label("Họ và tên").fill("Trần Hoa")
        page.get_by_label("Vai trò").select_option(label="Cán bộ xã báo cáo")
        page.get_by_label("Cơ quan").select_option(index=1)
        page.get_by_label("Nhập lại mật khẩu").fill(PASSWORD)
        page.get_by_role("button", name="Thêm và hiện liên kết").tap()
        expect(page.get_by_role("alert")).to_contain_text("chọn xã")
        expect(page.get_by_label("Họ và tên")).to_have_value("Trần Hoa")
        watched.complaints.clear()  # the browser's own word about the 422
        page.get_by_role("group", name="Xã phụ trách riêng").get_by_role("checkbox").first.check()
        page.get_by_label("Nhập lại mật khẩu").fill(PASSWORD)
        page.get_by_role("button", name="Thêm và hiện liên kết").tap()
        link = page.get_by_label("Liên kết", exact=True).input_value()
        page.reload()
        expect(page.get_by_role("heading", name="Liên kết đã hiện rồi")).to_be_visible()
    with watched_page(browser, desk.server.url, viewport=PHONE, has_touch=True) as watched:
        page = watched.page
        page.goto(re.sub(r"^https?://[^/]+", desk.server.url, link))
        page.get_by_label("Mật khẩu mới, ít nhất 12 ký tự").fill(NEW)
        page.get_by_label("Nhập lại mật khẩu mới").fill(NEW)
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Đăng nhập")).to_be_visible()
        sign_in(page, "hoa", NEW)
        expect(page.get_by_role("heading", name="Việc cần làm tháng này")).to_be_visible()


def test_phone_holds_the_menu_in_four_tabs_and_more(desk: Desk, browser: Browser) -> None:
    with watched_page(browser, desk.server.url, viewport=NARROW, has_touch=True) as watched:
        page = watched.page
        sign_in(page, "chi")
        check_page(watched, "/")
        menu = page.get_by_role("navigation", name="Chính")
        expect(menu.locator(".rail-item:visible")).to_have_count(5)
        more = menu.locator("summary")
        more.focus()
        watched.press("Enter")
        menu.get_by_role("link", name="Máy tính bảng").press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Máy tính bảng")
        check_page(watched, "/tablets")
