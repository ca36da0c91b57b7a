"""Pages of the console on the narrowest phone: nothing is wider than the screen or its card."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.e2e.browser import NARROW, Watched, watched_page
from tests.e2e.test_console import PASSWORD, Desk, desk

__all__ = ["desk"]

pytestmark = pytest.mark.browser

LONG_NAME = "Nguyễn Thị Phương Thảo Khánh Linh"
# Controls and words that end beyond the card they are in, or beyond the screen.
TOO_WIDE = """() => Array.from(document.querySelectorAll("main .card *, main header *, main form *"))
  .filter((element) => element.checkVisibility() && !element.closest(".tabs, .table, .visually-hidden"))
  .filter((element) => {
    const frame = element.closest(".card")?.getBoundingClientRect().right ?? window.innerWidth;
    return element.getBoundingClientRect().right > Math.min(frame, window.innerWidth) + 1;
  })
  .map((element) => element.outerHTML.slice(0, 120))"""


def sign_in(page: Page, login: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("Tên đăng nhập").fill(login)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("navigation", name="Chính")).to_be_visible()


def expect_no_overflow(watched: Watched, path: str) -> None:
    watched.go(path)
    assert watched.page.evaluate(TOO_WIDE) == [], path
    assert watched.page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], path


def test_names_of_all_who_look_at_a_record_stay_on_the_screen(desk: Desk, browser: Browser) -> None:
    record = desk.file("Karaoke Ngọc Lan (GL-941)")
    for login in ("thao", "linh"):
        name = ("--name", f"{LONG_NAME} {login}")
        desk.server.command("user", "add", login, "--role", "reviewer", *name, stdin=f"{PASSWORD}\n")
        with watched_page(browser, desk.server.url) as watched:
            sign_in(watched.page, login)
            with watched.page.expect_response("**/viewing"):
                watched.go(f"/reviews/{record}")
    with watched_page(browser, desk.server.url, viewport=NARROW, has_touch=True) as watched:
        sign_in(watched.page, "chi")
        watched.go(f"/reviews/{record}")
        expect(watched.page.get_by_text("Đang xem:")).to_contain_text("thao")
        assert watched.page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


def test_buttons_and_dates_stay_within_their_cards(desk: Desk, browser: Browser) -> None:
    with watched_page(browser, desk.server.url) as watched:
        sign_in(watched.page, "chi")
    with watched_page(browser, desk.server.url, viewport=NARROW, has_touch=True) as watched:
        sign_in(watched.page, "chi")
        for path in ("/account", "/plan", "/indicators", "/reports", "/notices/new"):
            expect_no_overflow(watched, path)
        expect(watched.page.get_by_role("button", name="Đăng thông báo")).to_be_visible()
