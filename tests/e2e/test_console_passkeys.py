"""A passkey in a real browser, kept by its virtual authenticator: set up, signed in and confirmed with."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect
from tests.e2e.browser import PHONE, watched_page
from tests.e2e.server_process import ServerProcess

pytestmark = pytest.mark.browser

PASSWORD = "con-trau-gam-co-an-1"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    # Browsers keep passkeys for names alone, and take `localhost` for safe.
    own = {"FIELD178_URL": f"http://localhost:{port}", "FIELD178_SECOND_FACTOR": "required"}
    server = ServerProcess(tmp_path_factory.mktemp("passkeys") / "office", own)
    server.command("init")
    server.command("user", "add", "quantri", "--role", "admin", stdin=f"{PASSWORD}\n")
    server.start(port)
    server.url = own["FIELD178_URL"]
    yield server
    server.stop()


def virtual_device(page: Page) -> tuple[CDPSession, str]:
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    return cdp, cdp.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})["authenticatorId"]


def type_password(page: Page) -> None:
    page.goto("/sign-in")
    page.get_by_label("Tên đăng nhập").fill("quantri")
    page.get_by_label("Mật khẩu", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()


def test_passkey_is_set_up_and_opens_the_next_session(server: ServerProcess, browser: Browser) -> None:
    with watched_page(browser, server.url, viewport=PHONE) as watched:
        page = watched.page
        cdp, device = virtual_device(page)
        type_password(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("Cài ứng dụng xác thực")
        page.get_by_label("Tên khóa truy cập").fill("Điện thoại của tôi")
        form = page.locator("form", has=page.get_by_label("Tên khóa truy cập"))
        form.get_by_label("Nhập lại mật khẩu").fill(PASSWORD)
        form.get_by_role("button", name="Thêm khóa truy cập").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Hôm nay")
        page.goto("/account")
        page.get_by_role("button", name="Đăng xuất").click()

        type_password(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("Khóa truy cập của bạn")
        page.get_by_role("button", name="Dùng khóa truy cập").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Hôm nay")

        # A form that needs the password asks the device as well.
        page.goto("/confirm?next=/account&back=/account")
        page.get_by_label("Nhập lại mật khẩu").fill(PASSWORD)
        page.get_by_role("button", name="Xác nhận").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("quantri")
        page.goto("/account")
        expect(page.get_by_text("Điện thoại của tôi").first).to_be_visible()
        page.get_by_role("button", name="Đăng xuất").click()

        # A device without the passkey gets no further, and says so.
        cdp.send("WebAuthn.clearCredentials", {"authenticatorId": device})
        type_password(page)
        page.get_by_role("button", name="Dùng khóa truy cập").click()
        expect(page.get_by_role("alert")).to_contain_text("Không có khóa truy cập nào trả lời")
