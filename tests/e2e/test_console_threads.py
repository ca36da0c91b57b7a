"""A comment's way: the office asks at a field, the tablet answers without a line, the office closes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from tests.e2e.browser import Watched, watched_page
from tests.e2e.real_tablet import RealTablet, enrolled
from tests.e2e.test_console import Desk, desk, sign_in
from tests.e2e.test_console_accessibility import findings

from field178_mobile.components.comments.comments import (
    AnsweredRecord,
    CommentsState,
    RecordComments,
    ThreadSight,
    ThreadState,
)
from field178_mobile.components.services.record_services import RecordServices
from field178_mobile.presentation.wording import Wording
from field178_mobile.replication.events import SyncMessage
from field178_shared.codelists import load
from field178_shared.text.i18n import translator
from field178_shared.time.clock import SystemClock

__all__ = ["desk"]

pytestmark = pytest.mark.browser

WORDS = Wording(load(), "vi", translator("vi", "tablet"))
NAME = "Karaoke Hoa Phượng (GL-931)"
EXITS, LATCH, STAFF = "answers.fire_exits_clear", "answers.kd_no_latch", "answers.workers_contract"
ANSWER = "Cửa sau thông, ảnh cũ chụp lúc đang dọn hàng."


class Officer:
    """An officer at the comments of one record, on a real tablet."""

    def __init__(self, tablet: RealTablet, record_id: str) -> None:
        services = RecordServices(tablet.store, SystemClock(), tablet.ids, WORDS, tablet.enrolment.user.id)
        self._tablet = tablet
        self._comments = RecordComments(services, AnsweredRecord(record_id, (NAME,)))
        self._state = CommentsState()
        self._comments.open(ThreadSight(lambda _path: True, str, self._draw))

    def threads(self) -> dict[str, ThreadState]:
        """Return what the tablet shows after a sync, by field."""
        assert self._tablet.sync() is SyncMessage.IN_SYNC
        self._comments.refresh()
        return {thread.field: thread for thread in self._state.threads}

    def answer(self, path: str, text: str) -> None:
        """Answer at a field; nothing is sent by that."""
        key = next(thread.key for thread in self._state.threads if thread.field == path)
        self._comments.write(key, text)
        assert self._comments.send(key)

    def _draw(self, state: CommentsState) -> None:
        self._state = state


@pytest.fixture
def tablet(desk: Desk, tmp_path: Path) -> Iterator[RealTablet]:
    device = enrolled(desk.server, "an", tmp_path / "tablet")
    yield device
    device.close()


def field_of(page: Page, path: str) -> Locator:
    return page.locator(f"[id='field-{path}']")


def return_with_comments(page: Page, record_id: str, comments: dict[str, str]) -> None:
    """Return a record as a reviewer does, with a comment at each of these fields."""
    page.goto(f"/reviews/{record_id}")
    for path, text in comments.items():
        field = field_of(page, path)
        field.locator("details.pin > summary").click()
        field.get_by_label("Cần sửa gì ở mục này?").fill(text)
    page.get_by_role("button", name="Trả lại máy tính bảng").click()
    expect(page.get_by_role("status")).to_contain_text(f"Đã trả lại: {NAME}")


def act(watched: Watched, path: str, button: str, message: str) -> None:
    """Press a button of a thread and read what the page says then."""
    field_of(watched.page, path).get_by_role("button", name=button).click()
    expect(watched.page.get_by_role("status")).to_contain_text(message)


def test_comment_is_answered_without_a_line_and_closed_by_the_office(
    desk: Desk, browser: Browser, tablet: RealTablet
) -> None:
    visit = desk.file(NAME)
    with watched_page(browser, desk.server.url) as watched:
        page = watched.page
        sign_in(page)
        return_with_comments(page, visit, {EXITS: "Chụp lại lối thoát nạn"})
        assert tablet.sync() is SyncMessage.IN_SYNC
        officer = Officer(tablet, visit)
        waiting = officer.threads()[EXITS]
        assert (waiting.word, waiting.messages[0].text) == ("Chờ trả lời", "Chụp lại lối thoát nạn")

        officer.answer(EXITS, ANSWER)
        assert tablet.store.status().unsent_records == 1
        page.goto(f"/reviews/{visit}")
        expect(field_of(page, EXITS)).not_to_contain_text(ANSWER)

        assert officer.threads()[EXITS].word == "Đã trả lời"
        assert tablet.store.status().unsent_records == 0
        page.goto("/reviews")
        expect(page.locator(f".list-item[href*='{visit}']")).to_contain_text("Đã trả lời")
        page.goto(f"/reviews/{visit}")
        expect(field_of(page, EXITS)).to_contain_text(ANSWER)
        act(watched, EXITS, "Đóng", "Đã đóng")
        closed = officer.threads()[EXITS]
        assert (closed.is_open, closed.word) == (False, "Cơ quan duyệt đã đóng")

        act(watched, EXITS, "Mở lại", "Đã mở lại")
        assert officer.threads()[EXITS].is_open
        field_of(page, EXITS).get_by_text("Hỏi thêm").click()
        field_of(page, EXITS).locator("textarea[name=text]").fill("Cửa sau mở ra đâu?")
        act(watched, EXITS, "Gửi nhận xét", "Đã hỏi thêm")
        thread = officer.threads()[EXITS]
        assert [message.text for message in thread.messages][-1] == "Cửa sau mở ra đâu?"
        assert thread.word == "Chờ trả lời"


def test_threads_open_answered_and_closed_have_no_finding_of_axe(
    desk: Desk, browser: Browser, tablet: RealTablet
) -> None:
    visit = desk.file(NAME)
    comments = {EXITS: "Chụp lại", LATCH: "Chốt ở phòng nào?", STAFF: "Đếm lại"}
    with watched_page(browser, desk.server.url, reduced_motion="reduce") as watched:
        page = watched.page
        sign_in(page)
        return_with_comments(page, visit, comments)
        assert tablet.sync() is SyncMessage.IN_SYNC
        officer = Officer(tablet, visit)
        officer.answer(EXITS, ANSWER)
        officer.threads()
        page.goto(f"/reviews/{visit}")
        act(watched, LATCH, "Đóng", "Đã đóng")
        page.goto(f"/reviews/{visit}")
        states = [field_of(page, path).locator(".thread-state").inner_text() for path in comments]
        assert [state.partition(" ")[0] for state in states] == ["đã", "đã", "chưa"]
        findings_of_axe = findings(page, "/reviews/{visit}")
        findings_of_axe += open_threads(watched, "?turn=team")
        # The record is the office's turn once its last open comment is answered.
        officer.answer(STAFF, "Đã đếm lại, số ghi là đúng.")
        officer.threads()
        findings_of_axe += open_threads(watched, "")
    assert findings_of_axe == []


def open_threads(watched: Watched, query: str) -> list[str]:
    """Return what axe finds on the list of open threads, once it has a line."""
    watched.go(f"/reviews/threads{query}")
    expect(watched.page.locator("table.threads tbody tr").first).to_be_visible()
    return findings(watched.page, f"/reviews/threads{query}")
