"""Pages of the console: the menu on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.e2e.browser import NARROW, watched_page
from tests.e2e.test_console import PASSWORD, Desk, desk

__all__ = ["desk"]

pytestmark = pytest.mark.browser


def sign_in(page: Page, login: str, password: str = PASSWORD) -> None:
    page.goto("/")
    page.get_by_label("Tên đăng nhập").fill(login)
    page.get_by_label("Mật khẩu").fill(password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Hôm nay")


def test_phone_holds_the_menu_in_four_tabs_and_more(desk: Desk, browser: Browser) -> None:
    with watched_page(browser, desk.server.url, viewport=NARROW, has_touch=True) as watched:
        page = watched.page
        sign_in(page, "chi")
        menu = page.get_by_role("navigation", name="Chính")
        expect(menu.locator(".rail-item:visible")).to_have_count(5)
        more = menu.locator("summary")
        more.focus()
        watched.press("Enter")
        menu.get_by_role("link", name="Máy tính bảng").press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Máy tính bảng")
