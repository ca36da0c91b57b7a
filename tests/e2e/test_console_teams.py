"""Teams in a real browser: a decision and a member by keyboard, and the hand-over of open work."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect
from tests.e2e.browser import DESK, watched_page
from tests.e2e.test_console import PASSWORD, Desk, check_page, desk
from tests.e2e.test_console_people import NARROW, sign_in

__all__ = ["desk"]

pytestmark = pytest.mark.browser


def test_team_gets_its_decision_and_open_work_is_handed_over(desk: Desk, browser: Browser) -> None:
    for login, role in (("lanh", "admin"), ("binh", "inspector")):
        desk.server.command("user", "add", login, "--role", role, stdin=f"{PASSWORD}\n")
    filed = desk.file("Karaoke Bàn Giao")
    desk.server.command("review", filed, "return", "--reason", "Thiếu ảnh lối thoát nạn")
    with watched_page(browser, desk.server.url, viewport=DESK) as watched:
        page = watched.page
        sign_in(page, "lanh")
        page.goto("/teams")
        page.get_by_role("link", name="Đội 178", exact=True).press("Enter")
        expect(page.get_by_text("Chưa nhập quyết định")).to_be_visible()
        team = page.url.removeprefix(desk.server.url)
        page.get_by_role("link", name="Sửa quyết định và địa bàn").press("Enter")
        page.get_by_label("Số quyết định thành lập đội").fill("12/QĐ-UBND")
        page.get_by_label("Hiệu lực từ").fill("2026-01-05")
        page.get_by_label("Có hiệu lực đến").fill("2025-01-05")
        page.get_by_label("Nhập lại mật khẩu").fill(PASSWORD)
        watched.press("Enter")
        summary = page.locator("#error-summary")
        expect(summary).to_be_focused()
        expect(page.get_by_label("Số quyết định thành lập đội")).to_have_value("12/QĐ-UBND")
        watched.complaints.clear()  # the browser's own word about the 422
        summary.get_by_role("link").press("Enter")
        expect(page.get_by_label("Có hiệu lực đến")).to_be_focused()
        page.get_by_label("Có hiệu lực đến").fill("2099-12-31")
        watched.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("Đã lưu")
        expect(page.get_by_text(re.compile("Đang có hiệu lực, còn"))).to_be_visible()
        page.get_by_role("link", name="Thêm thành viên").press("Enter")
        page.get_by_label("Cán bộ của đội").select_option(index=1)
        page.get_by_label("Chức danh trong đội").select_option(label="Thư ký")
        page.get_by_role("button", name="Ghi").press("Enter")
        members = page.locator(".team-members")
        expect(members.get_by_role("row", name=re.compile("binh"))).to_contain_text("Thư ký")
        page.get_by_role("table").get_by_role("link", name="an", exact=True).press("Enter")
        page.locator("summary", has_text="Đóng tài khoản này").press("Enter")
        page.get_by_role("button", name="Đóng tài khoản").press("Enter")
        expect(page.get_by_role("heading", name="Phiếu trả lại, chưa sửa: 1")).to_be_visible()
        work = page.url.removeprefix(desk.server.url)
        page.get_by_label("Giao cho").select_option(index=1)
        page.get_by_role("button", name="Bàn giao phiếu").press("Enter")
        expect(page.get_by_role("heading", name="Phiếu trả lại, chưa sửa: 0")).to_be_visible()
        expect(page.get_by_role("button", name="Hoàn tác")).to_be_visible()
    pages = ("/teams", "/teams/new", team, f"{team}/edit", f"{team}/member", work)
    for size in (DESK, NARROW):
        with watched_page(browser, desk.server.url, viewport=size) as watched:
            sign_in(watched.page, "lanh")
            for path in pages:
                check_page(watched, path)
