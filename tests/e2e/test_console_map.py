"""The map of the register and of visits in a real browser: same result as the table, by keyboard, printed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.e2e.browser import PHONE, watched_page
from tests.e2e.foreign_client import ForeignClient, enrolment_code
from tests.e2e.server_process import running_server
from tests.e2e.test_console import PASSWORD, Desk, check_page, sign_in
from tests.server.pictures import jpeg
from tests.server.pmtiles import JPEG, VECTOR, land, pmtiles, tile_at
from tests.shared import builders

pytestmark = pytest.mark.browser

PINS = ".map-icon:has(.map-pin)"
# The colour in the middle of the first tile of a vector map: land, as the light style paints it.
TILE_COLOUR = """() => Array.from(document.querySelector("canvas.leaflet-tile").getContext("2d")
  .getImageData(128, 128, 1, 1).data)"""


@pytest.fixture(scope="module")
def map_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where the office's map file is looked for; a test that wants one puts it there."""
    return tmp_path_factory.mktemp("map") / "an-lao.pmtiles"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, map_file: Path) -> Iterator[Desk]:
    with running_server(tmp_path_factory.mktemp("console"), FIELD178_MAP_FILE=str(map_file)) as server:
        server.command(
            "user", "add", "an", "--role", "team_lead", "--team", "Đội 178", stdin="con-trau-gam-co-an-1\n"
        )
        server.command("user", "add", "chi", "--role", "reviewer", stdin=f"{PASSWORD}\n")
        tablet = ForeignClient(server.url)
        tablet.enrol(enrolment_code(server.command("enrol-code", "--user", "an")))
        yield Desk(server, tablet, next(scope for scope in tablet.granted() if scope.startswith("team:")))


def marks(page: Page) -> int:
    """Return how many marks the map holds once it is drawn, in clusters or alone."""
    drawn = page.locator("[data-map][data-marks]")
    drawn.wait_for()
    return int(drawn.get_attribute("data-marks") or "")


def count(page: Page) -> int:
    status = page.locator("#found .muted[role=status]").text_content() or ""
    return int(re.sub(r"\D", "", status.rpartition(":")[2]))


def test_marks_are_as_many_as_rows_and_open_by_keyboard(desk: Desk, browser: Browser) -> None:
    for name in ("Karaoke Hạ Lam (GL-951)", "Karaoke Hạ Lam (GL-952)"):
        desk.file(name)
    visit = desk.file("Nhà nghỉ Thu Sa (GL-953)", overall_result="violation_recorded")
    with watched_page(browser, desk.server.url) as watched:
        page = watched.page
        sign_in(page)
        page.goto("/establishments")
        page.get_by_role("link", name="Bản đồ và bảng").press("Enter")
        assert marks(page) == count(page) >= 3
        page.get_by_role("searchbox").fill("hạ lam")
        expect(page.locator("#found")).to_contain_text("Tìm thấy: 2")
        expect(page).to_have_url(re.compile(r"view=map.*q=h"))
        assert marks(page) == count(page) == 2
        # Two at one point: the number zooms in completely, then they are shown side by side.
        page.locator(".map-icon").focus()
        watched.press("Enter")
        expect(page.locator(PINS)).to_have_count(2)
        page.locator(PINS).last.focus()
        watched.press("Enter")
        name = page.locator(".map-popup strong").text_content() or ""
        watched.press("Escape")
        expect(page.locator(".map-popup")).to_have_count(0)
        expect(page.locator(PINS).last).to_be_focused()
        watched.press("Enter")
        expect(page.locator(".map-popup a")).to_be_focused()
        watched.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
        page.goto("/visits?view=map&outcome=violation_recorded&q=thu+sa")
        assert marks(page) == count(page) == 1
        expect(page.locator('[data-mark="violation"] [data-count]')).to_have_text("1")
        page.locator(PINS).click()
        page.get_by_role("link", name="Mở lượt kiểm tra").click()
        expect(page).to_have_url(f"{desk.server.url}/reviews/{visit}")


def test_map_fits_a_phone_in_the_dark_and_stays_out_of_print(desk: Desk, browser: Browser) -> None:
    desk.file("Karaoke Thu Phong (GL-954)")
    options = {"viewport": PHONE, "has_touch": True, "color_scheme": "dark"}
    with watched_page(browser, desk.server.url, **options) as watched:
        page = watched.page
        sign_in(page)
        check_page(watched, "/establishments?view=map&q=thu+phong")
        assert marks(page) == count(page) == 1
        page.locator(PINS).tap()
        expect(page.locator(".map-popup strong")).to_have_text("Karaoke Thu Phong (GL-954)")
        page.emulate_media(media="print")
        expect(page.locator(".map-card")).to_be_hidden()
        expect(page.locator("#found table")).to_be_visible()


def test_without_scripts_the_table_stands_under_a_word(desk: Desk, browser: Browser) -> None:
    desk.file("Karaoke Thu Quế (GL-955)")
    with watched_page(browser, desk.server.url, java_script_enabled=False) as watched:
        page = watched.page
        sign_in(page)
        page.goto("/establishments?view=map&q=thu+que")
        expect(page.get_by_text("Bản đồ cần JavaScript")).to_be_visible()
        expect(page.locator(".map-legend")).to_be_hidden()
        expect(page.get_by_role("link", name="Karaoke Thu Quế (GL-955)")).to_be_visible()


def test_map_of_the_office_lies_under_the_marks(desk: Desk, browser: Browser, map_file: Path) -> None:
    desk.file("Karaoke Thu Sương (GL-956)")
    place = builders.establishment()
    tile = tile_at(int(str(place["lat"])) / 1e7, int(str(place["lon"])) / 1e7, 12)
    path = "/establishments?view=map&q=thu+suong"
    try:
        with watched_page(browser, desk.server.url) as watched:
            page = watched.page
            sign_in(page)
            page.goto(path)
            assert marks(page) == 1
            expect(page.locator(".map-grid").first).to_be_attached()
            expect(page.locator(".map-commune")).to_have_text("Thị trấn An Lão")
            map_file.write_bytes(pmtiles({tile: land()}, VECTOR))
            page.goto(path)
            assert marks(page) == 1
            expect(page.locator("canvas.leaflet-tile-loaded").first).to_be_attached()
            assert page.evaluate(TILE_COLOUR) == [0xE2, 0xDF, 0xDA, 0xFF]
            expect(page.locator(".map-legend")).to_contain_text("tệp do cơ quan cài đặt")
            map_file.write_bytes(pmtiles({tile: jpeg(256, 256, seed=3)}, JPEG))
            page.goto(path)
            picture = page.locator("img.leaflet-tile-loaded").first
            picture.wait_for(state="attached")
            assert picture.evaluate("one => one.naturalWidth") == 256
    finally:
        map_file.unlink(missing_ok=True)
