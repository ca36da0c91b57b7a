from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from html import unescape

import pytest
from tests.server.console.conftest import Browser, FieldWork
from tests.server.console.plan.test_pages import add
from tests.server.console.reviews.test_pages import words
from tests.server.office_scene import Office, Tablet
from tests.stores import Statements

from field178_shared.codelists import load
from field178_shared.time.clock import start_of_day

LOGINS = {"reviewer": "chi", "team_lead": "an", "inspector": "binh"}


def today(browser: Browser) -> str:
    return words(unescape(browser.text("/")))


def test_no_role_meets_an_apology_instead_of_work(signed_in: Callable[[str], Browser]) -> None:
    for role in load().roles:
        page = signed_in(LOGINS.get(role, role)).text("/")
        assert '<section class="card"' in page, role
        assert "Chưa có màn hình" not in page, role


def test_reviewer_sees_waiting_work_with_links(reviewer: Browser, in_the_field: FieldWork) -> None:
    in_the_field.visit()
    page = reviewer.text("/")
    assert "1 chờ duyệt phiếu lâu nhất từ 24/11/2026 15:00" in words(unescape(page))
    assert '<a href="/reviews">' in page


def test_office_without_tablets_is_stated(signed_in: Callable[[str], Browser]) -> None:
    """The page said only that no tablet was silent."""
    page = today(signed_in("admin"))
    assert "0 máy đang dùng chưa đăng ký máy nào" in page


def test_contact_of_today_and_unsent_records_of_tablets_are_counted_apart(
    office: Office, signed_in: Callable[[str], Browser], in_the_field: FieldWork
) -> None:
    """The page said that a tablet had synced which still held its visits."""
    in_the_field.visit()
    Tablet(office).enrol()
    in_contact = "2 máy đang dùng 1 máy đã liên lạc hôm nay còn 1 máy chưa"
    as_of = "theo lần báo gần nhất của từng máy"
    assert f"{in_contact} 0 máy còn phiếu hoặc ảnh chưa gửi {as_of}" in today(signed_in("admin"))
    for unsent in ({"unsent": 3}, {"unsent": 0, "unsent_files": 2}):
        in_the_field.tablet.sync(about=unsent)
        page = today(signed_in("admin"))
        assert f"{in_contact} 1 máy còn phiếu hoặc ảnh chưa gửi {as_of}" in page
    in_the_field.tablet.sync(about={"unsent": 0, "unsent_files": 0})
    assert "0 máy còn phiếu hoặc ảnh chưa gửi" in today(signed_in("admin"))


def test_commune_sees_its_reports_by_the_calendar(signed_in: Callable[[str], Browser]) -> None:
    page = today(signed_in("commune_reporter"))
    # The focal agency of 2026 is the commune's own office.
    assert "14/12/2026 Báo cáo năm gửi Ủy ban nhân dân cấp xã còn 20 ngày" in page
    assert "17/06/2027 Báo cáo 6 tháng đầu năm" in page


def test_upper_level_reads_no_count_of_a_few(
    signed_in: Callable[[str], Browser], reviewer: Browser, in_the_field: FieldWork
) -> None:
    reviewer.decide(in_the_field.visit(), "approve")
    assert "1 lượt kiểm tra đã duyệt" in today(signed_in("leader_viewer"))
    assert "dưới 5 lượt kiểm tra đã duyệt" in today(signed_in("city_viewer"))


def test_first_page_costs_the_same_with_many_records(
    office: Office, signed_in: Callable[[str], Browser], in_the_field: FieldWork, statements: Statements
) -> None:
    logins = ("chi", "an", "admin", "leader_viewer", "commune_reporter")
    browsers = [signed_in(login) for login in logins]

    def counted() -> list[int]:
        lengths = []
        for browser in browsers:
            with statements(office.engine) as queries:
                browser.text("/")
            lengths.append(len(queries))
        return lengths

    counted()
    in_the_field.visit()
    few = counted()
    for _ in range(5):
        in_the_field.visit()
        in_the_field.session()
    many, unchanged = counted(), counted()
    assert many == few
    # One query reads the changes since the previous page.
    assert all(after <= before for after, before in zip(unchanged, many, strict=True))
    # Access requests and retention runs that wait for a second person, and the passphrase of the plan.
    assert max(many) <= 22


@pytest.mark.parametrize(
    ("day", "first", "last", "year", "lines"),
    [
        # The window of the old year includes Friday, 1 January.
        (date(2027, 1, 1), "2026-12-20", "2027-01-10", 2026, ("trong tuần này", "trong thời hạn hôm nay")),
        # The week of Thursday, 31 December has three days of the new year.
        (date(2026, 12, 31), "2027-01-02", "2027-01-20", 2027, ("trong tuần này",)),
    ],
)
def test_planned_visits_of_the_week_are_shown_over_new_year(
    office: Office,
    signed_in: Callable[[str], Browser],
    in_the_field: FieldWork,
    day: date,
    first: str,
    last: str,
    year: int,
    lines: tuple[str, ...],
) -> None:
    add(signed_in("chi"), in_the_field.place(), window_from=first, window_to=last, month="")
    office.clock.instant = start_of_day(day)
    page = today(signed_in("chi"))
    for line in lines:
        assert re.search(rf"1 lượt [^0-9]*{line} kế hoạch năm {year}", page), line
        assert re.search(rf"0 lượt [^0-9]*{line} kế hoạch năm {day.year}", page), line


def test_leader_and_city_see_which_targets_are_behind_and_the_city_when_the_others_are_shown(
    signed_in: Callable[[str], Browser],
) -> None:
    leader, city = today(signed_in("leader_viewer")), today(signed_in("city_viewer"))
    for page in (leader, city):
        # November and December are left, and none of the five communes has a plan.
        assert "Mục tiêu chậm tiến độ" in page
        assert "0,0% Tỷ lệ đơn vị hành chính cấp xã ban hành kế hoạch năm cần 3 xã mỗi tháng" in page
        assert "5 mục tiêu của Mẫu cho đơn vị mới" in page
    assert "2 mục tiêu đếm người, cơ sở hoặc vụ việc Hiện sau khi hết năm 2026" in city
    assert "Hiện sau khi hết năm" not in leader
