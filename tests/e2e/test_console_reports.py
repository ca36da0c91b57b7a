"""A report in a real browser: opened and written by the office, signed off, frozen and restated."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.e2e.browser import DESK, PHONE, watched_page
from tests.e2e.test_console import PASSWORD, Desk, check_layout, desk
from tests.e2e.test_console_accessibility import findings
from tests.e2e.test_console_people import sign_in

__all__ = ["desk"]

pytestmark = pytest.mark.browser


def come_back(page: Page) -> None:
    """Load the page anew once the browser keeps what was typed."""
    page.wait_for_function("window.drafts.isStored()")
    page.reload()


def test_report_goes_from_draft_to_restatement(desk: Desk, browser: Browser) -> None:
    desk.file("Karaoke Báo Cáo")
    desk.server.command("user", "add", "lanh", "--role", "leader_viewer", stdin=f"{PASSWORD}\n")
    with watched_page(browser, desk.server.url, viewport=DESK) as watched:
        page = watched.page
        sign_in(page, "chi")
        page.goto("/reports")
        page.get_by_role("link", name="Mở báo cáo mới").first.press("Enter")
        page.get_by_label("Loại báo cáo").select_option(label="Báo cáo năm")
        page.get_by_label("Năm báo cáo").fill("2026")
        page.get_by_role("button", name="Mở báo cáo").press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Báo cáo năm 2026")
        address = page.url.removeprefix(desk.server.url)
        expect(page.get_by_role("button", name="Chốt báo cáo")).to_be_disabled()
        page.get_by_role("textbox", name="V. KIẾN NGHỊ, ĐỀ XUẤT").fill("Tăng kinh phí tuyên truyền")
        page.get_by_role("button", name="Lưu nội dung").last.press("Enter")
        expect(page.get_by_role("status").first).to_contain_text("Đã lưu")
        page.goto("/reports")
        page.get_by_role("button", name="Đã nhận hôm nay").first.press("Enter")
        expect(page.get_by_role("status").first).to_contain_text("Đã ghi nhận")
        with watched_page(browser, desk.server.url, viewport=DESK) as leader:
            sign_in(leader.page, "lanh")
            leader.page.goto(address)
            leader.page.get_by_role("button", name="Thông qua như đang xem").press("Enter")
            expect(leader.page.get_by_role("status").first).to_contain_text("Đã thông qua")
            desk.file("Karaoke Sau Thông Qua")
            leader.page.reload()
            expect(leader.page.get_by_role("heading", name="Thay đổi từ khi thông qua")).to_be_visible()
            leader.page.set_viewport_size(PHONE)
            check_layout(leader.page, address)
            leader.page.get_by_role("button", name="Thông qua lại như đang xem").press("Enter")
            expect(leader.page.get_by_role("heading", name="Thay đổi từ khi thông qua")).to_have_count(0)
        page.goto(address)
        # Asked while the period runs: until 14/12/2026.
        if (early := page.get_by_role("checkbox", name="Kỳ báo cáo đến")).count():
            early.press("Space")
            come_back(page)
            expect(early).to_be_checked()
        page.get_by_role("checkbox", name="Các mục chưa viết lời").press("Space")
        page.get_by_role("button", name="Chốt báo cáo").press("Enter")
        expect(page.get_by_role("status").first).to_contain_text("Đã chốt")
        desk.file("Karaoke Đến Muộn")
        page.get_by_role("link", name="Thay đổi sau khi chốt").press("Enter")
        expect(page.get_by_role("heading", name="Số liệu nay đã khác")).to_be_visible()
        page.goto(address)
        page.get_by_text("Đính chính", exact=True).press("Enter")
        page.get_by_label("Lý do đính chính").fill("Có cơ sở đến muộn")
        come_back(page)
        expect(page.get_by_label("Lý do đính chính")).to_have_value("Có cơ sở đến muộn")
        page.get_by_role("button", name="Mở bản đính chính").press("Enter")
        expect(page.get_by_role("link", name="Báo cáo được đính chính")).to_be_visible()
        draft = page.url.removeprefix(desk.server.url)
        paths = (
            "/reports",
            "/reports/new",
            draft,
            address,
            f"{address}/later",
            f"{address}/figures/establishments_total",
            "/reports/template",
        )
    findings_of_axe: list[str] = []
    with watched_page(browser, desk.server.url, reduced_motion="reduce") as watched:
        sign_in(watched.page, "chi")
        for path in paths:
            watched.go(path)
            findings_of_axe += findings(watched.page, path)
    assert findings_of_axe == [], findings_of_axe
