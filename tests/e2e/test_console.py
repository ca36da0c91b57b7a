"""The office's desk in a real browser, on a real server, with records that a tablet has sent."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect
from tests.e2e.browser import DESK, PHONE, HeldLine, Watched, watched_page
from tests.e2e.foreign_client import ForeignClient, Json, enrolment_code
from tests.e2e.server_process import ServerProcess, running_server
from tests.shared import builders

from field178_shared.ids import review_id

pytestmark = pytest.mark.browser

UNIT = "c11629_v1"
PASSWORD = "con-trau-gam-co-chi-1"
NAMES = ("Karaoke Hoa Phượng (GL-901)", "Nhà nghỉ Bình Minh (GL-902)", "Karaoke Trúc Khê (GL-903)")
LIGHT, DARK = "rgb(243, 246, 248)", "rgb(13, 20, 23)"

# Names and sizes of all that can be pressed, as a person with a screen reader or a thumb meets them.
UNNAMED = """() => Array.from(document.querySelectorAll("a, button, input, textarea, summary"))
  .filter(one => one.type !== "hidden")
  .filter(one => one.checkVisibility() && !(one.textContent.trim() || one.getAttribute("aria-label")
    || (one.labels && one.labels.length)))
  .map(one => one.outerHTML.slice(0, 120))"""
SMALL = """() => Array.from(document.querySelectorAll("button, summary, .chip, .segment, .rail-item, .tab"))
  .filter(one => one.checkVisibility())
  .map(one => [one.getBoundingClientRect(), one])
  .filter(([box]) => box.width < 24 || box.height < 24)
  .map(([box, one]) => `${box.width}x${box.height} ${one.outerHTML.slice(0, 80)}`)"""
FINDING = {
    "violation_id": "kd_door_latch",
    "occurred_on": builders.VISIT_DATE,
    "frame": {
        "src": "nd_38_2021",
        "art": "15",
        "min": 15_000_000,
        "max": 20_000_000,
        "valid_from": "2021-06-01",
        "org_multiplier": 2,
    },
    "note": "Chốt trong phòng số 3, đã yêu cầu tháo ngay.",
}

# What is set in a column too narrow for it: terms that take two lines, remarks as wide as a word, cut names.
BROKEN_TERMS = """() => Array.from(document.querySelectorAll(".finding dt"))
  .filter(one => one.getBoundingClientRect().height > 26).map(one => one.textContent)"""
NARROWEST_REMARK = """() => Math.min(...Array.from(document.querySelectorAll(".finding > p"))
  .map(one => one.getBoundingClientRect().width))"""
CUT_NAMES = """() => Array.from(document.querySelectorAll(".list-title"))
  .filter(one => one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight + 1)
  .map(one => one.textContent)"""


@dataclass
class Desk:
    """A server, its address, and the tablet that feeds it."""

    server: ServerProcess
    tablet: ForeignClient
    team: str

    def file(self, name: str, **over: object) -> str:
        """Send an establishment and a visit to it; returns the visit's id."""
        place = str(uuid.uuid4())
        # A distinct number: with an equal one each form would ask whether both are duplicates.
        data = builders.establishment(name=name, unit_id=UNIT, registration_number=f"GL-{place[:10]}")
        self._create("establishment", f"unit:{UNIT}", data, place)
        return self.visit(place, **over)

    def visit(self, place: str, **over: object) -> str:
        """Send a visit to an establishment; returns its id."""
        data = builders.inspection(establishment_id=place, team_id=self.team.removeprefix("team:"), **over)
        return self._create("inspection", self.team, data)

    def review_of(self, record_id: str) -> Json | None:
        """Return what the tablet knows of the office's decision after a sync."""
        self.tablet.pull_all()
        reviews = (
            record["data"]
            for record in self.tablet.base.values()
            if record["type"] == "review" and not record["deleted"]
        )
        return next((data for data in reviews if data["record"] == record_id), None)

    def close_visits(self) -> None:
        """Take every visit that no decision has closed out of the queue."""
        self.tablet.pull_all()
        visits = [key for key, record in self.tablet.base.items() if record["type"] == "inspection"]
        for record_id in visits:
            review = self.tablet.base.get(review_id(record_id))
            # An approval that was taken back has left a deleted review.
            if review is None or review["deleted"] or review["data"].get("state") not in ("approved", "void"):
                seen = () if review is None else ("--review", str(review["rev"]))
                self.server.command("review", record_id, "void", "--reason", "hết buổi thử", *seen)

    def _create(self, type_: str, scope: str, data: Json, record_id: str = "") -> str:
        record_id = record_id or str(uuid.uuid4())
        change = self.tablet.change(record_id, type_, scope, data, create=True)
        self.tablet.sync([change])
        receipt = self.tablet.receipts[change["change_id"]]
        assert receipt["status"] == "applied", receipt
        return record_id


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder: Path = tmp_path_factory.mktemp("console")
    with running_server(folder) as server:
        server.command(
            "user", "add", "an", "--role", "team_lead", "--team", "Đội 178", stdin="con-trau-gam-co-an-1\n"
        )
        server.command("user", "add", "chi", "--role", "reviewer", stdin=f"{PASSWORD}\n")
        tablet = ForeignClient(server.url)
        tablet.enrol(enrolment_code(server.command("enrol-code", "--user", "an")))
        yield Desk(server, tablet, next(scope for scope in tablet.granted() if scope.startswith("team:")))


@pytest.fixture
def filed(desk: Desk) -> tuple[str, str, str]:
    """Three waiting visits, oldest first, and no other: what another test left open is closed before them."""
    desk.close_visits()
    answers = builders.answers() | {"fire_exits_clear": {"v": "no", "note": "Hàng hóa chắn lối ra"}}
    first = desk.file(NAMES[0], answers=answers, overall_result="minor_shortcomings")
    return first, desk.file(NAMES[1]), desk.file(NAMES[2])


def sign_in(page: Page, login: str = "chi") -> None:
    page.goto("/reviews")
    page.get_by_label("Tên đăng nhập").fill(login)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Duyệt phiếu")).to_be_visible()


def test_key_pressed_between_two_answers_counts_from_the_row_asked_for(
    desk: Desk, browser: Browser, filed: tuple[str, str, str]
) -> None:
    fourth = desk.file("Karaoke Trúc Khê (GL-906)")
    with watched_page(browser, desk.server.url) as watched:
        page = watched.page
        line = HeldLine(page, f"**/reviews/{filed[2]}")
        sign_in(page)
        expect(page.locator("#record-title")).to_have_text(NAMES[0])
        for _ in range(2):
            watched.press("j")
        expect(page.locator("#record-title")).to_have_text(NAMES[1])
        expect(page.locator("#detail.htmx-settling, #detail.htmx-added")).to_have_count(0)
        watched.press("j")
        line.let_go()
        expect(page.locator("#record-title")).to_have_text("Karaoke Trúc Khê (GL-906)")
    desk.server.command("review", fourth, "void", "--reason", "hết buổi thử")


def test_approval_waits_for_the_record_that_was_asked_for(
    desk: Desk, browser: Browser, filed: tuple[str, str, str]
) -> None:
    with watched_page(browser, desk.server.url) as watched:
        page = watched.page
        line = HeldLine(page, f"**/reviews/{filed[1]}")
        sign_in(page)
        expect(page.locator("#record-title")).to_have_text(NAMES[0])
        watched.press("j")
        expect(page.locator(".list-item[aria-current]")).to_contain_text(NAMES[1])
        watched.press("a")
        line.let_go()
        expect(page.locator("#record-title")).to_have_text(NAMES[1])
        watched.decide("a")
        expect(page.get_by_role("status")).to_contain_text(f"Đã duyệt: {NAMES[1]}")
        page.get_by_role("button", name="Hoàn tác (30 giây)").click()
        expect(page.locator("#record-title")).to_have_text(NAMES[1])
        expect(page.get_by_role("status")).to_contain_text("Đã hoàn tác")
    assert [desk.review_of(record_id) for record_id in filed[:2]] == [None, None]


def test_typed_reason_is_kept_while_another_record_is_shown(
    desk: Desk, browser: Browser, filed: tuple[str, str, str]
) -> None:
    with watched_page(browser, desk.server.url) as watched:
        page = watched.page
        sign_in(page)
        watched.press("r")
        page.keyboard.type("Chưa rõ mức độ")
        watched.press("Escape")
        watched.press("j")
        expect(page.locator("#record-title")).to_have_text(NAMES[1])
        expect(page.get_by_label("Lý do trả lại")).to_have_value("")
        watched.press("k")
        expect(page.get_by_label("Lý do trả lại")).to_have_value("Chưa rõ mức độ")
        page.reload()
        expect(page.get_by_label("Lý do trả lại")).to_have_value("Chưa rõ mức độ")
        page.get_by_role("button", name="Trả lại máy tính bảng").click()
        expect(page.get_by_role("status")).to_contain_text(NAMES[0])
        page.wait_for_function("!Object.keys(sessionStorage).some(key => key.startsWith('draft:'))")


def test_appearance_follows_the_system_until_the_other_is_chosen(desk: Desk, browser: Browser) -> None:
    with watched_page(browser, desk.server.url, color_scheme="dark") as watched:
        page = watched.page
        ground = page.locator("html")
        page.goto("/sign-in")
        expect(ground).to_have_css("background-color", DARK)
        sign_in(page)
        expect(page.get_by_role("button", name="Tối")).to_be_hidden()
        page.get_by_role("button", name="Sáng").click()
        expect(page.get_by_role("button", name="Tối")).to_be_visible()
        expect(ground).to_have_css("background-color", LIGHT)
        page.emulate_media(color_scheme="light")
        page.get_by_role("button", name="Tối").click()
        expect(ground).to_have_css("background-color", DARK)
        page.goto("/attention")
        expect(ground).to_have_css("background-color", DARK)


def test_everything_works_without_javascript(
    desk: Desk, browser: Browser, filed: tuple[str, str, str]
) -> None:
    with watched_page(browser, desk.server.url, java_script_enabled=False) as watched:
        page = watched.page
        sign_in(page)
        page.get_by_role("link", name=NAMES[1]).click()
        expect(page.locator("#record-title")).to_have_text(NAMES[1])
        row = page.locator('[data-path="minutes_number"]')
        row.locator("summary").click()
        row.get_by_role("textbox").fill("Ghi số đầy đủ")
        page.locator(".decide").get_by_role("link", name="Trả lại").click()
        page.get_by_label("Lý do trả lại").fill("Thiếu số")
        page.get_by_role("button", name="Trả lại máy tính bảng").click()
        expect(page.locator("#record-title")).to_have_text(NAMES[2])
        page.get_by_role("button", name="Duyệt").click()
        expect(page.get_by_role("status")).to_contain_text("Đã duyệt")
    returned = desk.review_of(filed[1])
    assert returned is not None
    assert [comment["path"] for comment in returned["comments"].values()] == ["minutes_number"]


def test_phone_shows_the_list_then_the_record_and_leads_back(
    desk: Desk, browser: Browser, filed: tuple[str, str, str]
) -> None:
    with watched_page(browser, desk.server.url, viewport=PHONE, has_touch=True) as watched:
        page = watched.page
        sign_in(page)
        expect(page.locator("#record-title")).to_be_hidden()
        page.get_by_role("link", name=NAMES[1]).tap()
        expect(page.locator("#record-title")).to_be_visible()
        expect(page.locator("#list-title")).to_be_hidden()
        expect(page.get_by_role("button", name="Duyệt")).to_be_in_viewport()
        page.get_by_role("link", name="Về danh sách").tap()
        expect(page.locator("#list-title")).to_be_visible()


def test_violation_reads_in_whole_lines(desk: Desk, browser: Browser) -> None:
    record_id = desk.file(
        "Karaoke Hoa Phượng Đỏ Trường Sơn (GL-904)",
        findings={"f1": FINDING},
        overall_result="violation_recorded",
    )
    with watched_page(browser, desk.server.url) as watched:
        page = watched.page
        sign_in(page)
        for size in (DESK, PHONE):
            page.set_viewport_size(size)
            watched.go("/reviews?state=all")
            assert page.evaluate(CUT_NAMES) == []
            watched.go(f"/reviews/{record_id}")
            expect(page.locator(".finding dt")).not_to_have_count(0)
            assert page.evaluate(BROKEN_TERMS) == []
            assert page.evaluate(NARROWEST_REMARK) > 200
    desk.server.command("review", record_id, "void", "--reason", "hết buổi thử")


def test_english_pages_fit_name_and_offer_targets_to_everyone(
    desk: Desk, browser: Browser, filed: tuple[str, str, str]
) -> None:
    with watched_page(browser, desk.server.url) as watched:
        sign_in(watched.page)
        watched.page.goto("/account")
        watched.page.locator('button[name="language"][value="en"]').click()
        # The next navigation would cancel the answer of the form, and the language with it.
        expect(watched.page.locator("html")).to_have_attribute("lang", "en")
        paths = (
            "/reviews",
            f"/reviews/{filed[0]}",
            "/reviews/threads",
            "/attention",
            "/establishments",
            "/account",
        )
        for path in paths:
            check_page(watched, path, DESK, PHONE)


# Entries of the menu that run into each other, as they did once there were seven of them on a phone.
OVERLAPPING = """() => {
  const shown = Array.from(document.querySelectorAll(".rail .rail-item > span:last-child"))
    .map(one => [one.textContent.trim(), one.getBoundingClientRect()]).filter(([, box]) => box.width);
  return shown.flatMap(([name, a], i) => shown.slice(i + 1)
    .filter(([, b]) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
    .map(([other]) => `${name} / ${other}`));
}"""


def check_page(watched: Watched, path: str, *sizes: ViewportSize) -> None:
    """Open a page and check it at its size, or at each of these sizes."""
    watched.go(path)
    for size in sizes:
        watched.page.set_viewport_size(size)
        check_layout(watched.page, path)
    if not sizes:
        check_layout(watched.page, path)


def check_layout(page: Page, path: str) -> None:
    """Check width, names, menu and targets of the open page."""
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
    assert page.evaluate(UNNAMED) == [], path
    assert page.evaluate(OVERLAPPING) == [], path
    assert page.evaluate(SMALL) == [], path
    assert page.locator("h1:visible, h2:visible").count() >= 1, path
