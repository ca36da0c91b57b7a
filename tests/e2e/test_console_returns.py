"""A month of an agency on a phone: what is owed, a refused number, one that is sent, its correction."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect
from tests.e2e.browser import PHONE, watched_page
from tests.e2e.test_console import PASSWORD, Desk, check_page, desk
from tests.e2e.test_console_people import sign_in

__all__ = ["desk"]

pytestmark = pytest.mark.browser

TRIED = "Số vụ xét xử (vụ)"


def test_an_agency_sends_its_month_from_a_phone_and_the_office_sees_it(desk: Desk, browser: Browser) -> None:
    desk.file("Karaoke Ba Lần")
    for login, role, own in (
        ("toa", "agency_reporter", ("--agency", "regional_court")),
        ("hoa", "reviewer", ()),
    ):
        desk.server.command("user", "add", login, "--role", role, *own, stdin=f"{PASSWORD}\n")
    with watched_page(browser, desk.server.url, viewport=PHONE, has_touch=True) as watched:
        page = watched.page
        sign_in(page, "toa")
        check_page(watched, "/returns")
        owed = page.get_by_role("region", name="Kỳ này còn thiếu")
        expect(owed.get_by_role("listitem")).to_have_count(3)
        owed.get_by_role("link", name="Nhập").first.tap()
        page.get_by_label(TRIED).fill("-2")
        page.get_by_role("button", name="Ghi").tap()
        expect(page.get_by_role("alert")).to_contain_text("Số không được âm.")
        expect(page.get_by_label(TRIED)).to_have_value("-2")
        watched.complaints.clear()  # the browser's own word about the 422
        page.get_by_label(TRIED).fill("2")
        page.get_by_role("button", name="Ghi").tap()
        expect(page.get_by_role("status")).to_contain_text("Đã nhập")
        expect(owed.get_by_role("listitem")).to_have_count(2)
        page.get_by_role("table").get_by_role("link").tap()
        page.get_by_label(TRIED).fill("3")
        page.get_by_role("button", name="Ghi").tap()
        page.get_by_role("table").get_by_role("link").tap()
        history = page.get_by_role("region", name="Lịch sử")
        expect(history.get_by_role("listitem")).to_have_count(2)
        expect(history).to_contain_text("3 vụ")
    with watched_page(browser, desk.server.url) as watched:
        sign_in(watched.page, "hoa")
        check_page(watched, "/returns")
        sent = watched.page.get_by_role("table").first
        expect(sent).to_contain_text("Tòa án nhân dân khu vực")
        expect(sent).to_contain_text("Đã gửi")
