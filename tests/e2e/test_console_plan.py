"""The plan in a real browser: all of a kind by keyboard, quotas, one click to a re-inspection."""

from __future__ import annotations

import os
import uuid
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from tests.e2e.browser import DESK, Watched, watched_page
from tests.e2e.test_console import UNIT, Desk, check_page, desk, sign_in
from tests.shared import builders

__all__ = ["desk"]

pytestmark = pytest.mark.browser
YEAR = 2026
NARROW = {"width": 320, "height": 640}
# A folder to look at the pages in; nothing is kept without it.
PICTURES = os.environ.get("FIELD178_PLAN_PICTURES", "")


def picture(watched: Watched, name: str) -> None:
    if PICTURES:
        watched.page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def test_office_plans_and_the_tablet_gets_it(desk: Desk, browser: Browser) -> None:
    for number in range(4):
        data = builders.establishment(name=f"Karaoke Kế Hoạch {number}", unit_id=UNIT)
        desk._create("establishment", f"unit:{UNIT}", data, str(uuid.uuid4()))
    follow_ups = {"exit": {"text": "Dọn lối thoát nạn", "due_on": "2026-11-22", "status": "open"}}
    desk.file("Karaoke Tái Kiểm", follow_ups=follow_ups)
    with watched_page(browser, desk.server.url, viewport=DESK) as watched:
        page = watched.page
        sign_in(page)
        page.goto(f"/plan/{YEAR}")
        page.get_by_role("link", name="Thêm lượt kiểm tra").first.press("Enter")
        page.get_by_label("Tên hoặc địa chỉ").fill("ke hoach")
        watched.press("Enter")
        expect(page.get_by_role("heading", name="Tìm thấy: 4")).to_be_visible()
        page.get_by_role("checkbox", name="Karaoke Kế Hoạch 3").press("Space")
        picture(watched, "add-1440")
        page.get_by_role("button", name="Thêm các cơ sở đã chọn").press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("Đội")
        expect(page.get_by_role("checkbox", name="Karaoke Kế Hoạch 3")).not_to_be_checked()
        picture(watched, "refused-1440")
        watched.complaints.clear()  # the browser's own word about the 422
        page.get_by_role("combobox", name="Đội kiểm tra").select_option(label="Đội 178")
        page.get_by_role("button", name="Thêm các cơ sở đã chọn").press("Enter")
        expect(page.get_by_role("status")).to_contain_text("Đã đưa vào kế hoạch")
        expect(page.get_by_role("link", name="Karaoke Kế Hoạch")).to_have_count(3)
        page.goto(f"/plan/{YEAR}/quotas")
        page.get_by_label("Định mức 1: Loại hình").select_option(label="Karaoke")
        page.get_by_label("Định mức 1: Số lượt").fill("130")
        picture(watched, "quotas-1440")
        watched.press("Enter")
        expect(page.get_by_role("link", name="Karaoke", exact=True)).to_be_visible()
        page.goto("/follow-ups?tab=overdue")
        page.get_by_role("button", name="Lên kế hoạch kiểm tra lại").first.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("Đã lên kế hoạch kiểm tra lại")
        picture(watched, "follow-ups-1440")
        page.get_by_role("link", name="Đã lên kế hoạch kiểm tra lại").press("Enter")
        expect(page.get_by_role("heading", name="Karaoke Tái Kiểm")).to_be_visible()
        item = page.url.removeprefix(desk.server.url)
    desk.tablet.pull_all()
    planned = [record for record in desk.tablet.base.values() if record["type"] == "plan_item"]
    assert sorted(record["data"]["inspection_kind"] for record in planned) == ["planned"] * 3 + ["recheck"]
    pages = {
        "year": f"/plan/{YEAR}",
        "calendar": f"/plan/calendar?year={YEAR}",
        "add": f"/plan/{YEAR}/add?q=ke+hoach",
        "quotas": f"/plan/{YEAR}/quotas",
        "item": item,
    }
    for size in (DESK, NARROW):
        with watched_page(browser, desk.server.url, viewport=size) as watched:
            sign_in(watched.page)
            for name, path in pages.items():
                check_page(watched, path)
                picture(watched, f"{name}-{size['width']}")
