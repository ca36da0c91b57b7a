"""From a tablet that cannot send, by file, through a real browser, into the store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from tests.e2e.browser import watched_page
from tests.e2e.race import an_office
from tests.e2e.real_tablet import RealTablet, enrolled
from tests.e2e.server_process import ServerProcess
from tests.e2e.test_console import PASSWORD, check_page, sign_in
from tests.e2e.test_rescue import rescued

from field178_mobile.replication.events import SyncMessage

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with an_office(tmp_path_factory.mktemp("office")) as server:
        server.command("user", "add", "chi", "--role", "reviewer", stdin=f"{PASSWORD}\n")
        yield server


@pytest.fixture
def tablet(office: ServerProcess, tmp_path: Path) -> Iterator[RealTablet]:
    with closing(enrolled(office, "an", tmp_path / "tablet")) as device:
        assert device.sync() is SyncMessage.IN_SYNC
        yield device


def test_a_reviewer_takes_in_a_file_of_several_pieces_by_keyboard(
    office: ServerProcess, tablet: RealTablet, browser: Browser, tmp_path: Path
) -> None:
    for number in range(12):
        tablet.file(tablet.ids.time_ordered(), name=f"Nhà nghỉ {number}")
    file = rescued(tablet, tmp_path)
    with watched_page(browser, office.url) as watched:
        page = watched.page
        sign_in(page)
        page.goto("/tablets")
        page.get_by_role("link", name="Nhập tệp cứu hộ").press("Enter")
        check_page(watched, "/tablets/rescue")
        page.locator("form[data-piece-bytes]").evaluate("form => { form.dataset.pieceBytes = 1000 }")
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.method) if request.method == "POST" else None)
        whole = file.read_bytes()
        for content in (whole[:1500], whole):
            file.write_bytes(content)
            page.get_by_label("Tệp cứu hộ (.f178)").set_input_files(file)
            page.get_by_role("button", name="Xem tệp").press("Enter")
            if content is not whole:
                expect(page.get_by_role("alert").first).to_contain_text("Tệp thiếu phần cuối")
                watched.complaints.clear()  # the browser's own word about the 422
        expect(page.get_by_role("heading", level=1)).to_contain_text("Tệp cứu hộ của")
        assert len(sent) > 1
        check_page(watched, page.url.removeprefix(office.url))
        expect(page.get_by_role("region", name="Trong tệp có")).to_contain_text("Thay đổi trong tệp12")
        page.get_by_role("button", name="Nhập vào sổ").press("Enter")
        expect(page.get_by_role("status").first).to_contain_text("12 thay đổi mới")
        expect(page.get_by_role("main")).to_contain_text("Nhập lại cũng không thay đổi gì")
        check_page(watched, page.url.removeprefix(office.url))
        page.get_by_role("region", name="Các phiếu trong tệp").get_by_role("link").first.press("Enter")
        expect(page.get_by_role("heading", level=1, name="Nhà nghỉ 0")).to_be_visible()
    assert tablet.sync() is SyncMessage.IN_SYNC
