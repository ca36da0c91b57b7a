"""Health of the system in a real browser: the checks by keyboard, and a backup that runs to its proof."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect
from tests.e2e.browser import watched_page
from tests.e2e.test_console import PASSWORD, Desk, check_page, desk
from tests.e2e.test_console_people import NARROW, sign_in

__all__ = ["desk"]

pytestmark = pytest.mark.browser


def test_administrator_takes_a_backup_and_sees_its_proof(desk: Desk, browser: Browser) -> None:
    desk.server.command("user", "add", "lanh", "--role", "admin", stdin=f"{PASSWORD}\n")
    with watched_page(browser, desk.server.url, viewport=NARROW) as watched:
        page = watched.page
        sign_in(page, "lanh")
        page.get_by_role("link", name="Bản sao lưu gần nhất: Chưa có bản nào đã kiểm chứng").press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Tình trạng hệ thống")
        check_page(watched, "/health")
        page.get_by_role("button", name="Sao lưu ngay").press("Enter")
        expect(page.get_by_text("Đã có một bản sao lưu đã kiểm chứng")).to_be_visible(timeout=60_000)
        page.get_by_role("link", name="Xem các bản sao lưu").press("Enter")
        expect(page.get_by_role("status")).to_have_text("Mọi thứ đều ổn.")
        check_page(watched, "/health")
    with watched_page(browser, desk.server.url) as watched:
        sign_in(watched.page, "lanh")
        for path in ("/health", "/jobs"):
            check_page(watched, path)
