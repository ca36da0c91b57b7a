"""A reviewer at the keyboard: nothing is approved by accident, and the focus is where the next key counts."""

from __future__ import annotations

import io
import uuid

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader
from tests.e2e.browser import DESK, NARROW, Watched, watched_page
from tests.e2e.test_console import NAMES, PASSWORD, Desk, check_page, desk, filed, sign_in
from tests.e2e.test_uploads import metadata, stock_client
from tests.server.pictures import jpeg, sha256
from tests.shared import builders

__all__ = ["desk", "filed"]

pytestmark = pytest.mark.browser

SCROLLED = "() => document.getElementById('detail').scrollTop > 100"


def hold(page: Page, key: str, times: int) -> None:
    """Hold a key down: the first press and its repeats, as a keyboard sends them."""
    page.wait_for_load_state("load")
    for _ in range(times):
        page.keyboard.down(key)
        page.wait_for_timeout(50)
    page.keyboard.up(key)


def tabs_to(page: Page, name: str) -> int:
    """Press Tab until the button of this name has the focus; return how often."""
    for count in range(1, 20):
        page.keyboard.press("Tab")
        if name in page.evaluate("document.activeElement.textContent"):
            return count
    raise AssertionError(f"no {name}")


def expect_record(watched: Watched, name: str) -> None:
    """Expect a record with the focus on its heading."""
    expect(watched.page.locator("#record-title")).to_have_text(name)
    expect(watched.page.locator("#record-title")).to_be_focused()


def test_held_key_approves_one_record(desk: Desk, browser: Browser, filed: tuple[str, str, str]) -> None:
    with watched_page(browser, desk.server.url) as watched:
        sign_in(watched.page)
        watched.page.locator("[data-record][data-seen]").wait_for()
        hold(watched.page, "a", 60)
        expect_record(watched, NAMES[1])
    assert [(desk.review_of(record_id) or {}).get("state") for record_id in filed] == ["approved", None, None]


def test_key_on_a_record_that_has_just_come_up_decides_nothing(
    desk: Desk, browser: Browser, filed: tuple[str, str, str]
) -> None:
    with watched_page(browser, desk.server.url) as watched:
        page = watched.page
        sign_in(page)
        watched.decide("a")
        expect(page.get_by_role("status")).to_contain_text("Đã duyệt")
        page.keyboard.press("a")
        page.evaluate("document.querySelector('[data-action=approve]').click()")
        expect_record(watched, NAMES[1])
        page.locator("[data-record][data-seen]").wait_for()
    assert desk.review_of(filed[1]) is None


def test_unsent_comment_needs_confirmation_and_is_kept(
    desk: Desk, browser: Browser, filed: tuple[str, str, str]
) -> None:
    with watched_page(browser, desk.server.url) as watched:
        page = watched.page
        sign_in(page)
        watched.press("c")
        page.keyboard.type("Chụp lại lối thoát nạn")
        watched.press("Escape")
        watched.decide("a")
        expect(page.locator("#confirm-title")).to_be_focused()
        expect(page.locator("#confirm-title")).to_have_text("Duyệt phiếu này?")
        expect(page.get_by_text("Chụp lại lối thoát nạn")).to_be_visible()
        page.get_by_role("button", name="Về phiếu").press("Enter")
        expect(page.get_by_label("Cần sửa gì ở mục này?").first).to_have_value("Chụp lại lối thoát nạn")
    assert desk.review_of(filed[0]) is None


def test_reviewer_works_through_the_queue_by_keys_alone(
    desk: Desk, browser: Browser, filed: tuple[str, str, str]
) -> None:
    with watched_page(browser, desk.server.url) as watched:
        page = watched.page
        sign_in(page)
        expect_record(watched, NAMES[0])
        watched.press("n")
        expect(page.locator(":focus")).to_have_attribute("data-path", "answers.fire_exits_clear")
        watched.press("c")
        page.keyboard.type("Chụp lại lối thoát nạn")
        watched.press("Control+Enter")
        expect_record(watched, NAMES[1])
        assert tabs_to(page, "Duyệt") <= 6
        watched.press("j")
        expect_record(watched, NAMES[2])
        expect(page).to_have_url(f"{desk.server.url}/reviews/{filed[2]}")
        expect(page.locator(".list-item[aria-current]")).to_contain_text(NAMES[2])
        watched.press("?")
        expect(page.get_by_role("dialog")).to_be_visible()
        watched.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()
        expect(page.locator("#announce")).to_contain_text(NAMES[2])
        watched.press("Space")
        page.wait_for_function(SCROLLED)
        watched.press("k")
        expect_record(watched, NAMES[1])
        watched.decide("a")
        expect_record(watched, NAMES[2])
        watched.press("PageDown")
        page.wait_for_function(SCROLLED)
    states = [(desk.review_of(record_id) or {}).get("state") for record_id in filed]
    assert states == ["returned", "approved", None]


def test_office_corrects_a_broken_sum_and_sees_the_sum_of_the_parts(desk: Desk, browser: Browser) -> None:
    counts = {"workers_total": {"v": 15}, "workers_female": {"v": 9}, "workers_male": {"v": 3}}
    visit = builders.inspection(answers=builders.answers() | counts, team_id=desk.team.removeprefix("team:"))
    record_id = str(uuid.uuid4())
    bad = desk.tablet.change(record_id, "inspection", desk.team, visit, create=True)
    desk.tablet.sync([bad])
    with watched_page(browser, desk.server.url) as watched:
        page = watched.page
        sign_in(page)
        check_page(watched, "/attention?show=quarantine")
        page.get_by_role("link", name="Lượt kiểm tra (Bị giữ lại)").press("Enter")
        total = page.locator("[data-sum]")
        expect(total).to_contain_text("12")
        page.get_by_role("textbox", name="Nam").fill("6")
        expect(total).to_contain_text("15")
        check_page(watched, page.url.removeprefix(desk.server.url))
        page.get_by_role("textbox", name="Nam").fill("6")
        page.get_by_label("Lý do để riêng").fill("Của anh Lê Văn Tám, gọi 0912345678")
        page.get_by_role("button", name="Để riêng").press("Enter")
        expect(page.get_by_role("heading", level=1)).to_be_focused()
        expect(page.get_by_role("heading", level=1)).to_have_text("Lời ghi này có nêu tên ai không?")
        page.go_back()
        page.get_by_role("button", name="Áp dụng bản đã sửa").press("Enter")
        expect(page.get_by_text("Đã sửa và áp dụng")).to_be_visible()
    desk.tablet.pull_all()
    assert desk.tablet.base[record_id]["data"]["answers"]["workers_male"] == {"v": 6}


def test_reviewer_opens_prints_turns_a_photo_and_approves_two_at_once(desk: Desk, browser: Browser) -> None:
    picture = jpeg(320, 240)
    photo = {"sha256": sha256(picture), "size": len(picture), "content_type": "image/jpeg"}
    places = ["Karaoke Sóng Biển (GL-941)", "Nhà nghỉ Bình Minh (GL-942)"]
    filed = [desk.file(name, attachments={"a1": photo}) for name in places]
    for record_id in filed:
        sent = stock_client(desk.tablet).uploader(
            file_stream=io.BytesIO(picture), metadata=metadata(picture, record_id), chunk_size=1 << 20
        )
        sent.upload()
    with watched_page(browser, desk.server.url) as watched:
        page = watched.page
        sign_in(page)
        for record_id in filed:
            watched.go(f"/reviews/{record_id}")
            box = page.locator(f".pick input[value^='{record_id}']")
            expect(box).to_be_visible()
        check_page(watched, f"/reviews/{filed[1]}")
        with_photo = page.locator("[data-photo]")
        with_photo.press("Enter")
        expect(page.locator("#lightbox img")).to_be_visible()
        watched.press("r")
        expect(page.locator("#lightbox img")).to_have_class("turn-1")
        watched.press("a")
        watched.press("Escape")
        expect(page.locator("#lightbox")).to_be_hidden()
        assert len(PdfReader(io.BytesIO(page.pdf(format="A4"))).pages) <= 5
        watched.press("x")
        expect(page.locator(f".pick input[value^='{filed[1]}']")).to_be_checked()
        page.locator(f".pick input[value^='{filed[0]}']").check()
        page.get_by_role("button", name="Duyệt các phiếu đã chọn").press("Enter")
        expect(page.get_by_role("heading", level=1, name="Duyệt 2 phiếu này?")).to_be_visible()
        page.get_by_role("button", name="Duyệt 2 phiếu").press("Enter")
        expect(page.get_by_role("status").first).to_contain_text("Đã duyệt: 2 phiếu")
    assert [(desk.review_of(record_id) or {}).get("state") for record_id in filed] == ["approved", "approved"]


def test_decisions_of_a_record_fit_a_phone_and_are_printed(
    desk: Desk, browser: Browser, filed: tuple[str, str, str]
) -> None:
    desk.server.command("user", "add", "dung", "--role", "reviewer", stdin=f"{PASSWORD}\n")
    review = ("review", filed[0])
    desk.server.command(*review, "return", "--reason", "Thiếu số biên bản", "--by", "dung")
    desk.server.command(*review, "approve", "--by", "dung", "--review", "1")
    desk.server.command(*review, "reopen", "--reason", "Sai số người", "--by", "chi", "--review", "2")
    with watched_page(browser, desk.server.url) as watched:
        page = watched.page
        sign_in(page)
        check_page(watched, f"/reviews/{filed[0]}", NARROW, DESK)
        paper = PdfReader(io.BytesIO(page.pdf(format="A4")))
        # Without blanks: a reader of PDF sets some beside letters with marks.
        text = "".join("".join(page.extract_text() for page in paper.pages).split())
        lines = ("Mởlạichi", "Đãduyệtdung", "Trảlạidung")
        assert [line in text for line in lines] == [True] * 3
