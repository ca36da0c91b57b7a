"""Officers who could have known of an unannounced visit: shown from its day on, to its overseers."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from tests.server.console.conftest import Browser, FieldWork
from tests.server.console.plan.test_pages import add, items, page_text, teams_of
from tests.server.office_scene import Office

from field178_server.accounts import operations as accounts
from field178_server.accounts.operations import AccountRequest
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.maintenance.daily import run_maintenance

SignIn = Callable[[str], Browser]


def officer(office: Office, login: str, role: str, *scopes: str) -> None:
    request = AccountRequest(login, f"Cán bộ {login}", role, None, scopes)
    run_write(office.engine, lambda session: accounts.add(session, office.context, request, (), "no hash"))


def close(office: Office, login: str) -> None:
    run_write(office.engine, lambda session: accounts.disable(session, office.context, login))


@pytest.fixture
def path(office: Office, in_the_field: FieldWork, reviewer: Browser) -> str:
    """Plan a visit for tomorrow, open it, and return the address of its page."""
    officer(office, "gone", "reviewer")
    officer(office, "left", "reviewer")
    close(office, "gone")
    with snapshot(office.engine) as session:
        team = teams_of(session)[0]
    office.clock.move(minutes=1)
    day = {"window_from": "2026-11-25", "window_to": "2026-11-25"}
    place = in_the_field.place()
    assert add(reviewer, place, team_id=team, inspection_kind="unannounced", **day).status_code == 303
    (address,) = items(reviewer)
    reviewer.get(address)
    office.clock.move(minutes=1)
    close(office, "left")
    officer(office, "near", "reviewer", f"team:{team}")
    officer(office, "far", "reviewer", "unit:c11674_v2")
    return f"{address}/known"


def listed(browser: Browser, path: str) -> dict[str, list[str]]:
    """Return the answers of each officer by login."""
    rows = re.findall(
        r"<tr>\s*<td><strong>Cán bộ (\w+)</strong></td>(.*?)</tr>", browser.text(path), re.DOTALL
    )
    return {login: re.findall(r"<td [^>]*>([^<]*)</td>", cells) for login, cells in rows}


def on_the_day(office: Office) -> None:
    office.clock.move(hours=10)
    run_maintenance(office.runtime)


def test_nothing_is_shown_before_the_day(path: str, signed_in: SignIn) -> None:
    for login in ("leader_viewer", "privacy_officer"):
        browser = signed_in(login)
        assert browser.get(path).status_code == 404
        assert "Chưa có lượt đột xuất nào" in page_text(browser, "/plan/begun")


@pytest.mark.parametrize("login", ["leader_viewer", "privacy_officer"])
def test_officers_with_the_right_and_actual_readers_are_listed(
    office: Office, path: str, signed_in: SignIn, login: str
) -> None:
    on_the_day(office)
    officer(office, "late", "reviewer")
    browser = signed_in(login)
    assert path in browser.text("/plan/begun")
    knowers = listed(browser, path)
    assert knowers.keys() == {"chi", "left", "near"}
    assert knowers["chi"] == ["Có", "24/11/2026 15:01", "Có"]
    assert knowers["left"] == knowers["near"] == ["Không", "Không", "Có"]
    assert "Mộc Diệp" not in page_text(browser, path)


def test_reader_without_the_right_on_the_day_is_listed_by_the_trail(
    office: Office, path: str, signed_in: SignIn
) -> None:
    close(office, "chi")
    on_the_day(office)
    assert listed(signed_in("privacy_officer"), path)["chi"] == ["Có", "24/11/2026 15:01", "Có"]


def test_who_plans_is_no_overseer(office: Office, path: str, signed_in: SignIn) -> None:
    on_the_day(office)
    for login in ("an", "admin", "city_viewer"):
        assert signed_in(login).get(path).status_code == 404
    assert signed_in("chi").get("/plan/begun").status_code == 404


def test_visit_planned_on_its_day_opens_and_names_nobody(
    office: Office, in_the_field: FieldWork, reviewer: Browser, signed_in: SignIn
) -> None:
    with snapshot(office.engine) as session:
        team = teams_of(session)[0]
    day = {"window_from": "2026-11-24", "window_to": "2026-11-24"}
    place = in_the_field.place()
    assert add(reviewer, place, team_id=team, inspection_kind="unannounced", **day).status_code == 303
    browser = signed_in("privacy_officer")
    path = re.findall(r'href="(/plan/items/[0-9a-f-]+/known)"', browser.text("/plan/begun"))[0]
    page = page_text(browser, path)
    assert "Lập ngay trong ngày kiểm tra" in page
    assert listed(browser, path) == {}


def test_visit_whose_planning_the_trail_no_longer_has_says_so(
    office: Office, path: str, signed_in: SignIn
) -> None:
    on_the_day(office)
    with office.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE audit SET action = 'plan_item_moved' WHERE action = 'plan_item_added'"
        )
    assert "Không còn biết được" in page_text(signed_in("privacy_officer"), path)
