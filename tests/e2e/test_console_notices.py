"""E-mail in a real browser, with a real SMTP server beside the real server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.e2e.browser import DESK, PHONE, watched_page
from tests.e2e.server_process import ServerProcess, running_server
from tests.e2e.test_console import PASSWORD, check_page
from tests.server.office.mail.smtp_server import Postbox, smtp_server

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, postbox: Postbox) -> Iterator[ServerProcess]:
    folder: Path = tmp_path_factory.mktemp("notices")
    with smtp_server(postbox) as port, running_server(folder) as running:
        running.command("user", "add", "lanh", "--role", "admin", stdin=f"{PASSWORD}\n")
        running.stop()
        running.start(
            FIELD178_SMTP_URL=f"smtp://127.0.0.1:{port}", FIELD178_SMTP_SENDER="so178@huyen.example"
        )
        yield running


def sign_in(page: Page, login: str) -> None:
    page.goto("/")
    page.get_by_label("Tên đăng nhập").fill(login)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Hôm nay")


def test_test_e_mail_arrives_and_the_page_updates_itself(
    server: ServerProcess, browser: Browser, postbox: Postbox
) -> None:
    with watched_page(browser, server.url) as watched:
        page = watched.page
        sign_in(page, "lanh")
        page.goto("/account")
        form = page.locator("form[action='/account/mail']")
        form.get_by_label("Địa chỉ thư điện tử").fill("lanh@huyen.example")
        form.locator("input[name=password]").fill(PASSWORD)
        form.locator("button").click()
        expect(page.get_by_role("status")).to_contain_text("Đã lưu địa chỉ")
        page.goto("/notices/mail")
        page.get_by_role("button", name="Gửi thử cho tôi").click()
        expect(page.get_by_role("row", name="Chờ gửi")).to_have_count(0)
        expect(page.get_by_role("row", name="Đã gửi").first).to_contain_text("Thư thử")
        check_page(watched, "/notices/mail", DESK, PHONE)
    assert [str(message["To"]) for message in postbox.taken] == ["lanh@huyen.example"]
    log = (server.folder / "server.log").read_text() if (server.folder / "server.log").exists() else ""
    assert "mail_sent" in log
    assert "lanh@" not in log
