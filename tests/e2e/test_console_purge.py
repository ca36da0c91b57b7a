"""A purge in a real browser: one asks by keyboard, another confirms on a phone, the tablet drops its copy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.e2e.browser import PHONE, Watched, watched_page
from tests.e2e.test_console import PASSWORD, Desk, check_page, desk

__all__ = ["desk"]

pytestmark = pytest.mark.browser


@contextmanager
def signed_in(browser: Browser, desk: Desk, login: str, **options: object) -> Iterator[Watched]:
    with watched_page(browser, desk.server.url, **options) as watched:
        page = watched.page
        page.goto("/purges")
        page.get_by_label("Tên đăng nhập").fill(login)
        page.get_by_label("Mật khẩu").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Nội dung xóa vĩnh viễn")
        yield watched


def choose_reason_by_keyboard(page: Page) -> None:
    reason = page.get_by_label("Vì sao phải xóa nội dung")
    reason.focus()
    reason.press("ArrowDown")
    expect(reason).to_have_value("person_identified")


def test_purge_requested_and_confirmed_by_two_officers_reaches_the_tablet(
    desk: Desk, browser: Browser
) -> None:
    for login in ("dung", "giang"):
        desk.server.command("user", "add", login, "--role", "privacy_officer", stdin=f"{PASSWORD}\n")
    visit = desk.file("Karaoke Hương Lan (GL-921)", recommendation="Bí mật GL-178")
    with signed_in(browser, desk, "dung") as watched:
        page = watched.page
        check_page(watched, "/purges")
        page.get_by_label("Mã định danh").fill(visit)
        watched.press("Enter")
        expect(page.get_by_role("region", name="Những gì sẽ bị xóa")).to_contain_text(
            "Thay đổi trong lịch sử"
        )
        check_page(watched, f"/purges/ask?record={visit}")
        choose_reason_by_keyboard(page)
        page.get_by_label("Nhập lại mật khẩu").focus()
        page.keyboard.type(PASSWORD)
        watched.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("Đã gửi đề nghị")
        expect(page.get_by_role("button", name="Xóa vĩnh viễn")).to_have_count(0)
        check_page(watched, f"/purges/{visit}")
    with signed_in(browser, desk, "giang", viewport=PHONE, has_touch=True, color_scheme="dark") as watched:
        page = watched.page
        page.get_by_role("link", name=f"Mở đề nghị: {visit}").tap()
        check_page(watched, f"/purges/{visit}")
        page.locator("form", has_text="Xóa vĩnh viễn").get_by_label("Nhập lại mật khẩu").fill(PASSWORD)
        page.get_by_role("button", name="Xóa vĩnh viễn").tap()
        expect(page.get_by_role("status")).to_contain_text("Đã xóa nội dung")
        # The page polls its state until the traces are wiped.
        state = page.get_by_role("region", name="Tình trạng")
        expect(state).to_contain_text("Xong; 1 máy chưa đồng bộ lại")
        check_page(watched, f"/purges/{visit}")
    desk.tablet.pull_all()
    assert set(desk.tablet.base[visit]["data"]) == {"purged"}
