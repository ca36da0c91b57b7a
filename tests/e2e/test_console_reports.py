"""A report in a real browser: opened and written by the office, signed off, frozen and taken out."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.e2e.browser import DESK, PHONE, Watched, watched_page
from tests.e2e.test_console import PASSWORD, Desk, check_page, desk
from tests.e2e.test_console_accessibility import findings
from tests.e2e.test_console_people import sign_in

__all__ = ["desk"]

pytestmark = pytest.mark.browser
NARROW = {"width": 320, "height": 640}
# A folder to look at the pages in; nothing is kept without it.
PICTURES = os.environ.get("FIELD178_REPORT_PICTURES", "")


def picture(watched: Watched, name: str) -> None:
    if PICTURES:
        watched.page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def taken(page: Page, kind: str) -> bytes:
    with page.expect_download() as download:
        page.get_by_role("link", name=kind, exact=True).press("Enter")
    return Path(download.value.path()).read_bytes()


def come_back(page: Page) -> None:
    """Load the page anew once the browser keeps what was typed."""
    page.wait_for_function("window.drafts.isStored()")
    page.reload()


def test_report_goes_from_draft_to_files_that_stay(desk: Desk, browser: Browser) -> None:
    desk.file("Karaoke Báo Cáo")
    desk.server.command("user", "add", "lanh", "--role", "leader_viewer", stdin=f"{PASSWORD}\n")
    with watched_page(browser, desk.server.url, viewport=DESK, accept_downloads=True) as watched:
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
            picture(leader, "sign-1440")
            leader.page.get_by_role("button", name="Thông qua như đang xem").press("Enter")
            expect(leader.page.get_by_role("status").first).to_contain_text("Đã thông qua")
        page.goto(address)
        # Asked while the period runs: until 14/12/2026.
        if (early := page.get_by_role("checkbox", name="Kỳ báo cáo đến")).count():
            early.press("Space")
            come_back(page)
            expect(early).to_be_checked()
        page.get_by_role("checkbox", name="Các mục chưa viết lời").press("Space")
        page.get_by_role("button", name="Chốt báo cáo").press("Enter")
        expect(page.get_by_role("status").first).to_contain_text("Đã chốt")
        first = {kind: taken(page, kind) for kind in ("DOCX", "PDF", "XLSX")}
        assert (
            "Tăng kinh phí tuyên truyền./."
            in zipfile.ZipFile(io.BytesIO(first["DOCX"])).read("word/document.xml").decode()
        )
        desk.file("Karaoke Đến Muộn")
        assert {kind: taken(page, kind) for kind in first} == first
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
        page.goto("/reports/template")
        with page.expect_download() as download:
            page.get_by_role("link", name="Tải về để sửa bằng Word").press("Enter")
        page.get_by_label("Mẫu của cơ quan (DOCX)").set_input_files(download.value.path())
        with page.expect_download() as download:
            page.get_by_role("button", name="Xem thử").press("Enter")
        assert download.value.suggested_filename.endswith(".docx")
        page.get_by_role("button", name="Dùng mẫu này").press("Enter")
        page.get_by_role("button", name="Dùng lại mẫu có sẵn").press("Enter")
        expect(page.get_by_text("Mẫu có sẵn, theo thể thức")).to_be_visible()
        paths = {
            "board": "/reports",
            "new": "/reports/new",
            "draft": draft,
            "frozen": address,
            "later": f"{address}/later",
            "trace": f"{address}/figures/establishments_total",
            "template": "/reports/template",
        }
    findings_of_axe: list[str] = []
    with watched_page(browser, desk.server.url, reduced_motion="reduce") as watched:
        sign_in(watched.page, "chi")
        for path in paths.values():
            watched.go(path)
            findings_of_axe += findings(watched.page, path)
    assert findings_of_axe == [], findings_of_axe
    with watched_page(browser, desk.server.url, viewport=NARROW) as watched:
        sign_in(watched.page, "chi")
        for name, path in paths.items():
            check_page(watched, path)
            picture(watched, f"{name}-320")


def test_changed_figures_are_signed_off_again_on_a_phone(desk: Desk, browser: Browser) -> None:
    desk.file("Karaoke Đầu Năm")
    desk.server.command("user", "add", "lanh2", "--role", "leader_viewer", stdin=f"{PASSWORD}\n")
    with watched_page(browser, desk.server.url, viewport=DESK) as watched:
        page = watched.page
        sign_in(page, "chi")
        page.goto("/reports/new?kind=calendar_year&year=2026")
        page.get_by_role("button", name="Mở báo cáo").press("Enter")
        expect(page.get_by_role("heading", level=1)).to_contain_text("2026")
        address = page.url.removeprefix(desk.server.url)
    with watched_page(browser, desk.server.url, viewport=PHONE) as leader:
        page = leader.page
        sign_in(page, "lanh2")
        page.goto(address)
        page.get_by_role("button", name="Thông qua như đang xem").press("Enter")
        expect(page.get_by_role("status").first).to_contain_text("Đã thông qua")
        desk.file("Karaoke Sau Thông Qua")
        page.goto("/")
        page.get_by_role("link", name="Báo cáo năm (theo năm dương lịch) 2026").press("Enter")
        expect(page.get_by_role("heading", name="Thay đổi từ khi thông qua")).to_be_visible()
        for width, height in ((1440, 900), (390, 844), (320, 640)):
            page.set_viewport_size({"width": width, "height": height})
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                for name, path in (("today", "/"), ("board", "/reports"), ("stale", address)):
                    check_page(leader, path)
                    picture(leader, f"{name}-{width}-{scheme}")
        page.get_by_role("button", name="Thông qua lại như đang xem").press("Enter")
        expect(page.get_by_role("heading", name="Thay đổi từ khi thông qua")).to_have_count(0)
