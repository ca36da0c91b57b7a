"""A number of the figures in a real browser: by keyboard down to the visit that it counts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect
from tests.e2e.browser import DESK, PHONE, watched_page
from tests.e2e.test_console import PASSWORD, Desk, check_page, desk, sign_in
from tests.e2e.test_console_people import sign_in as sign_in_as
from tests.shared import builders

__all__ = ["desk"]

pytestmark = pytest.mark.browser


def test_a_reader_goes_from_the_number_down_to_the_visit(desk: Desk, browser: Browser) -> None:
    visit = desk.file("Karaoke Con Số")
    desk.server.command("review", visit, "approve")
    with watched_page(browser, desk.server.url, viewport=DESK) as watched:
        page = watched.page
        sign_in(page)
        page.get_by_role("navigation", name="Chính").get_by_role("link", name="Chỉ tiêu").press("Enter")
        expect(page.get_by_role("heading", level=1)).to_contain_text("Chỉ tiêu")
        # The page opens with this year, which may be another than that of the visit.
        page.goto(f"/indicators?year={builders.VISIT_DATE[:4]}")
        page.get_by_role("combobox", name="Địa bàn").select_option(
            label="Địa bàn An Lão cũ (5 xã, từ 01/7/2025)"
        )
        page.get_by_role("button", name="Lọc").press("Enter")
        check_page(watched, page.url)
        page.get_by_role("link", name="Số lượt kiểm tra", exact=True).press("Enter")
        expect(page.get_by_role("heading", level=1, name="Số lượt kiểm tra")).to_be_visible()
        check_page(watched, page.url)
        page.get_by_role("link", name="Mở các phiếu được đếm").press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("1 lượt kiểm tra")
        check_page(watched, page.url)
        page.get_by_role("link", name="Karaoke Con Số").press("Enter")
        expect(page).to_have_url(f"{desk.server.url}/reviews/{visit}")
        expect(page.get_by_text("Karaoke Con Số").first).to_be_visible()
        assert watched.complaints == []


def test_the_leader_reads_the_number_and_why_no_visit_opens(desk: Desk, browser: Browser) -> None:
    desk.server.command("user", "add", "lanh", "--role", "leader_viewer", stdin=f"{PASSWORD}\n")
    with watched_page(browser, desk.server.url, viewport=PHONE) as watched:
        page = watched.page
        sign_in_as(page, "lanh")
        page.get_by_role("link", name="mục tiêu của Mẫu cho đơn vị mới").press("Enter")
        expect(page.get_by_role("heading", level=1)).to_contain_text("Chỉ tiêu")
        page.get_by_role("link", name="Độ phủ theo xã và tháng").press("Enter")
        expect(page.get_by_role("table")).to_be_visible()
        check_page(watched, page.url)
        watched.go("/indicators/visits_total/records")
        expect(page.get_by_role("main")).to_contain_text("đọc số liệu, không đọc riêng từng lượt kiểm tra")
        check_page(watched, page.url)
        assert watched.complaints == []
