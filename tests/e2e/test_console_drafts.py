"""Text typed in a form of the console: kept over session end, restart and closed tab, read by nobody else."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from tests.e2e.browser import DESK, WAIT_MS, watched_page
from tests.e2e.server_process import ServerProcess
from tests.e2e.test_console import PASSWORD, Desk, desk

__all__ = ["desk"]

pytestmark = pytest.mark.browser

TEXT = "Mang theo biên bản trắng và máy ảnh."
RESTORED = "Đã khôi phục"


@pytest.fixture
def context(desk: Desk, browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=desk.server.url, viewport=DESK, locale="vi-VN")
    context.set_default_timeout(WAIT_MS)
    yield context
    context.close()


def sign_in(page: Page, login: str = "chi", path: str = "/", password: str = PASSWORD) -> None:
    page.goto(path)
    if page.get_by_label("Tên đăng nhập").is_visible():
        page.get_by_label("Tên đăng nhập").fill(login)
        page.get_by_label("Mật khẩu").fill(password)
        page.keyboard.press("Enter")
    expect(page.get_by_role("navigation", name="Chính")).to_be_visible()


def notice_text(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Nội dung tiếng Việt")


def type_notice(page: Page, text: str = TEXT) -> None:
    page.goto("/notices/new")
    notice_text(page).fill(text)
    expect_kept(page)


def expect_kept(page: Page) -> None:
    page.wait_for_function("Object.keys(localStorage).some(key => key.startsWith('field178-draft:'))")


def expect_nothing_kept(page: Page) -> None:
    page.wait_for_function("!Object.keys(localStorage).some(key => key.startsWith('field178-draft:'))")


def end_sessions(server: ServerProcess) -> None:
    """End each session of the console as a half hour without a request does."""
    with closing(sqlite3.connect(server.folder / "field178.sqlite")) as store, store:
        store.execute("UPDATE console_session SET last_seen_at = '2020-01-01 00:00:00.000000'")


def test_restored_text_is_stated_and_discarded(desk: Desk, context: BrowserContext) -> None:
    page = context.new_page()
    sign_in(page)
    type_notice(page)
    page.reload()
    expect(notice_text(page)).to_have_value(TEXT)
    expect(page.get_by_role("status").filter(has_text=RESTORED)).to_be_visible()
    page.get_by_role("button", name="Bỏ bản nháp").click()
    expect(notice_text(page)).to_have_value("")
    expect_nothing_kept(page)


def test_form_sent_after_session_end_leads_back_to_itself_and_is_not_sent_by_itself(
    desk: Desk, context: BrowserContext
) -> None:
    place = desk.file("Karaoke Lan Chi (GL-931)")
    desk.tablet.pull_all()
    place = str(desk.tablet.base[place]["data"]["establishment_id"])
    page = context.new_page()
    sign_in(page, path=f"/establishments/{place}/edit?back=list")
    page.get_by_label("Tên cơ sở").fill("Karaoke Lan Chi 2")
    expect_kept(page)
    end_sessions(desk.server)
    page.get_by_role("button", name="Ghi").click()
    expect(page.get_by_text("nên phiếu chưa được gửi")).to_be_visible()
    page.get_by_label("Tên đăng nhập").fill("chi")
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{desk.server.url}/establishments/{place}/edit?back=list")
    expect(page.get_by_label("Tên cơ sở")).to_have_value("Karaoke Lan Chi 2")
    desk.tablet.pull_all()
    assert desk.tablet.base[place]["data"]["name"] == "Karaoke Lan Chi (GL-931)"


def test_restored_text_shows_changes_of_another_officer_meanwhile(
    desk: Desk, browser: Browser, context: BrowserContext
) -> None:
    record = desk.file("Karaoke Lan Chi (GL-932)")
    desk.tablet.pull_all()
    address = f"/establishments/{desk.tablet.base[record]['data']['establishment_id']}/edit"
    page = context.new_page()
    sign_in(page, path=address)
    page.get_by_label("Tên cơ sở").press_sequentially(" hai")
    expect_kept(page)
    page.goto("/")
    with watched_page(browser, desk.server.url, locale="vi-VN") as other:
        sign_in(other.page, path=address)
        other.page.get_by_label("Tên cơ sở").fill("Karaoke Lan Chi Mới (GL-932)")
        other.page.get_by_role("button", name="Ghi").click()
        # The form has its own status: only the next page confirms that all is stored.
        expect(other.page).not_to_have_url(re.compile(r"/edit$"))
    page.goto(address)
    notice = page.get_by_role("status").filter(has_text=RESTORED)
    expect(notice).to_contain_text(re.compile(r"gõ lúc \d\d/\d\d/\d{4} \d\d:\d\d và"))
    expect(notice).to_contain_text("Tên cơ sở: nay là “Karaoke Lan Chi Mới (GL-932)”")


def test_draft_text_is_deleted_once_it_is_stored(desk: Desk, context: BrowserContext) -> None:
    page = context.new_page()
    sign_in(page)
    type_notice(page)
    page.get_by_role("button", name="Đăng thông báo").click()
    expect(page.get_by_role("status")).to_be_visible()
    expect_nothing_kept(page)
    page.goto("/notices/new")
    expect(notice_text(page)).to_have_value("")


def test_another_officer_at_the_same_browser_sees_and_finds_nothing(
    desk: Desk, context: BrowserContext
) -> None:
    desk.server.command("user", "add", "minh", "--role", "reviewer", stdin=f"{PASSWORD}\n")
    page = context.new_page()
    sign_in(page)
    type_notice(page)
    context.clear_cookies()
    sign_in(page, "minh", "/notices/new")
    expect(notice_text(page)).to_have_value("")
    stored = page.evaluate("JSON.stringify(Object.entries(localStorage))")
    assert "biên bản" not in stored
    assert "notices" not in stored
    context.clear_cookies()
    sign_in(page, "chi", "/notices/new")
    expect(notice_text(page)).to_have_value(TEXT)


def test_officer_is_warned_before_the_idle_end_and_stays(desk: Desk, context: BrowserContext) -> None:
    page = context.new_page()
    page.clock.install()
    sign_in(page, path="/notices/new")
    page.clock.fast_forward("26:00")
    expect(page.get_by_role("dialog")).to_contain_text("bạn sẽ bị đăng xuất lúc")
    with page.expect_response("**/session"):
        page.get_by_role("button", name="Ở lại").click()
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_typing_renews_the_session_and_an_abandoned_page_does_not(
    desk: Desk, context: BrowserContext
) -> None:
    page = context.new_page()
    page.clock.install()
    sign_in(page, path="/notices/new")
    page.clock.fast_forward("20:00")
    with page.expect_response("**/session"):
        notice_text(page).press_sequentially("M")
    page.clock.fast_forward("20:00")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.clock.fast_forward("11:00")
    expect(page.get_by_role("dialog")).to_contain_text("Phiên làm việc đã hết hạn")
