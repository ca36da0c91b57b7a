"""Audit pages in a real browser: a record is read, its reader found, the chain checked."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect
from tests.e2e.browser import DESK, NARROW, watched_page
from tests.e2e.test_console import PASSWORD, Desk, check_page, desk
from tests.e2e.test_console_people import sign_in

__all__ = ["desk"]

pytestmark = pytest.mark.browser


def test_privacy_officer_finds_who_read_a_record_and_checks_the_chain(desk: Desk, browser: Browser) -> None:
    desk.server.command("user", "add", "kiem", "--role", "privacy_officer", stdin=f"{PASSWORD}\n")
    visit = desk.file("Karaoke Hương Lan (GL-921)")
    with watched_page(browser, desk.server.url) as watched:
        sign_in(watched.page, "chi")
        watched.page.goto(f"/reviews/{visit}")
    with watched_page(browser, desk.server.url) as watched:
        page = watched.page
        sign_in(page, "kiem")
        page.goto("/purges")
        page.get_by_label("Tên hoặc địa chỉ cơ sở").fill("hương lan")
        watched.press("Enter")
        expect(page.get_by_role("table", name="Các phiếu khớp")).to_contain_text("Lượt kiểm tra")
        check_page(watched, "/purges?place=h%C6%B0%C6%A1ng+lan", NARROW, DESK)
        page.get_by_role("link", name="Ai đã đọc phiếu này: Lượt kiểm tra").first.click()
        expect(page.get_by_text("Chỉ về một phiếu:")).to_be_visible()
        expect(page.locator("tbody")).to_contain_text("Mở xem")
        page.get_by_role("button", name="Kiểm tra chuỗi ngay").click()
        # This part of the page polls until the job has ended.
        expect(page.locator("#chain")).to_contain_text("Không có gì bị sửa", timeout=20_000)
        check_page(watched, f"/audit?object={visit}&kind=reading", NARROW)
