"""A data token in a real browser, by keyboard on a narrow phone: made, accepted, read with, revoked."""

from __future__ import annotations

import pytest
import requests
from playwright.sync_api import Browser, expect
from tests.e2e.browser import NARROW, watched_page
from tests.e2e.test_console import PASSWORD, Desk, desk
from tests.e2e.test_console_accessibility import findings
from tests.e2e.test_console_people import sign_in

__all__ = ["desk"]

pytestmark = pytest.mark.browser

LABEL = "Bảng theo dõi của UBND"


def accept(desk: Desk, browser: Browser) -> str:
    """Accept the token as its officer, on the account page; return the token that the next page shows."""
    with watched_page(browser, desk.server.url, viewport=NARROW, reduced_motion="reduce") as watched:
        page = watched.page
        sign_in(page, "chi")
        page.goto("/account")
        programs = page.get_by_role("region", name="chương trình đọc dữ liệu")
        assert findings(page, "waiting") == []
        programs.get_by_label("Nhập lại mật khẩu").fill(PASSWORD)
        page.get_by_role("button", name="Chấp nhận").press("Enter")
        token = page.get_by_label("Mã đọc dữ liệu", exact=True).input_value()
        assert findings(page, "shown") == []
        page.get_by_role("link", name="Tài khoản").first.press("Enter")
        expect(page.get_by_role("button", name=f"Thu hồi mã này: {LABEL}")).to_be_visible()
        assert findings(page, "accepted") == []
        return token


def test_an_administrator_makes_a_token_and_revokes_it(desk: Desk, browser: Browser) -> None:
    desk.server.command("user", "add", "dung", "--role", "admin", stdin=f"{PASSWORD}\n")
    with watched_page(browser, desk.server.url, viewport=NARROW, reduced_motion="reduce") as watched:
        page = watched.page
        sign_in(page, "dung")
        page.goto("/feeds")
        page.get_by_role("link", name="Tạo mã đọc dữ liệu").first.press("Enter")
        page.get_by_role("button", name="Tạo mã", exact=True).press("Enter")
        # The browser requires the password; only a script sends the form without it.
        page.get_by_label("Nhập lại mật khẩu").fill(PASSWORD)
        page.get_by_role("button", name="Tạo mã", exact=True).press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("Cần điền")
        watched.complaints.clear()  # the browser's own word about the 422
        assert findings(page, "refused") == []
        page.get_by_label("Dùng cho").fill(LABEL)
        officer = page.get_by_label("Quyền của cán bộ")
        officer.select_option(officer.locator("option", has_text="chi").get_attribute("value"))
        page.get_by_label("Nhập lại mật khẩu").fill(PASSWORD)
        page.get_by_role("button", name="Tạo mã", exact=True).press("Enter")
        expect(page.get_by_role("status")).to_contain_text(f"Đã tạo: {LABEL}")
        assert findings(page, "made") == []
        address = f"{desk.server.url}/odata/v4/"
        token = accept(desk, browser)
        assert requests.get(address, auth=("excel", token), timeout=20).status_code == 200
        page.goto("/feeds")
        page.get_by_role("link", name=LABEL).press("Enter")
        assert findings(page, "token") == []
        page.get_by_role("button", name="Thu hồi mã này").press("Enter")
        expect(page.get_by_role("status")).to_contain_text(f"Đã thu hồi: {LABEL}")
        assert requests.get(address, auth=("excel", token), timeout=20).status_code == 401
