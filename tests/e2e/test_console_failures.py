"""What the reviewer meets when something fails: a silent server, an ended session, somebody faster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Locator, Page, Request, expect
from tests.e2e.browser import Watched, watched_page
from tests.e2e.test_console import Desk, desk, sign_in
from tests.e2e.test_console_desk import disputed_place, record_on_tablet

__all__ = ["desk"]

pytestmark = pytest.mark.browser


@contextmanager
def stopped(desk: Desk, watched: Watched) -> Iterator[None]:
    """Take the server away for a while; what the browser itself complains of then is expected."""
    port = desk.server.port
    desk.server.stop()
    try:
        yield
    finally:
        desk.server.start(port)
        watched.page.evaluate("true")  # what was said meanwhile has come before this answer
        watched.complaints.clear()


def type_rooms(page: Page, place: str) -> Locator:
    """Choose one value and type another, as far as a reviewer gets before the button."""
    page.goto(f"/attention/conflict/{place}")
    page.get_by_role("radio", name="07:00-22:00").check()
    rooms = page.get_by_role("textbox", name="Giá trị khác cho: Số phòng")
    rooms.fill("12")
    return rooms


def expect_as_left(page: Page) -> None:
    expect(page.get_by_role("radio", name="07:00-22:00")).to_be_checked()
    expect(page.get_by_role("textbox", name="Giá trị khác cho: Số phòng")).to_have_value("12")
    expect(page.get_by_role("group", name="Số phòng").get_by_role("radio").last).to_be_checked()


def send(page: Page) -> None:
    page.get_by_role("button", name="Ghi quyết định").click()


def expect_settled(desk: Desk, page: Page, place: str) -> None:
    expect(page.get_by_role("status")).to_contain_text("Đã giải quyết")
    page.wait_for_function("!Object.keys(sessionStorage).some(key => key.startsWith('draft:'))")
    settled = record_on_tablet(desk, place)
    assert (settled["opening_hours"], settled["rooms_total"]) == ("07:00-22:00", 12)


def test_server_downtime_is_shown_and_the_input_is_sent_later(desk: Desk, browser: Browser) -> None:
    place = disputed_place(desk, "Karaoke Lan Chi (GL-921)")
    with watched_page(browser, desk.server.url) as watched:
        page = watched.page
        sign_in(page)
        type_rooms(page, place)
        with stopped(desk, watched):
            send(page)
            expect(page.get_by_role("alert")).to_contain_text("Máy chủ không trả lời")
            expect_as_left(page)
        send(page)
        expect_settled(desk, page, place)


def test_reopened_page_restores_typed_values(desk: Desk, browser: Browser) -> None:
    place = disputed_place(desk, "Karaoke Lan Chi (GL-922)")
    with watched_page(browser, desk.server.url) as watched:
        page = watched.page
        sign_in(page)
        type_rooms(page, place)
        page.goto("/attention")
        page.goto(f"/attention/conflict/{place}")
        expect_as_left(page)
        send(page)
        expect_settled(desk, page, place)


def test_decision_pressed_twice_is_sent_once(desk: Desk, browser: Browser) -> None:
    place = disputed_place(desk, "Karaoke Lan Chi (GL-924)")
    sent: list[str] = []
    with watched_page(browser, desk.server.url) as watched:
        page = watched.page
        sign_in(page)
        type_rooms(page, place)

        def note(request: Request) -> None:
            if request.method == "POST":
                sent.append(request.url)

        page.on("request", note)
        page.get_by_role("button", name="Ghi quyết định").dblclick()
        expect_settled(desk, page, place)
    assert sent == [f"{desk.server.url}/attention/conflict/{place}/resolve"]


def test_list_keeps_its_mark_on_the_open_record_while_the_server_is_down(
    desk: Desk, browser: Browser
) -> None:
    names = ("Karaoke Lan Chi (GL-926)", "Karaoke Lan Chi (GL-927)")
    filed = [desk.file(name) for name in names]
    with watched_page(browser, desk.server.url) as watched:
        page = watched.page
        sign_in(page)
        expect(page.locator("#record-title")).to_have_text(names[0])
        with stopped(desk, watched):
            watched.press("j")
            expect(page.get_by_role("alert")).to_contain_text("Máy chủ không trả lời")
            expect(page.locator(".list-item[aria-current]")).to_contain_text(names[0])
        watched.press("j")
        expect(page.locator("#record-title")).to_have_text(names[1])
        expect(page.get_by_role("alert")).to_be_hidden()
    for record_id in filed:
        desk.server.command("review", record_id, "void", "--reason", "hết buổi thử")
