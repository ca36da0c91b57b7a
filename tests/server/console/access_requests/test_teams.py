"""A second person reads which communes a team gives, and confirms no others."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from tests.server.console.access_requests.test_passwords import choose, digits_of, path_of, request_of
from tests.server.console.access_requests.test_rights import UNIT_ID, add, rights_of, save, seen_on, team_id
from tests.server.console.conftest import Browser
from tests.server.office_scene import PASSWORD, TEAM, Office

from field178_shared.codelists.loading import released_files
from field178_shared.list_packs import TABLES

OTHER_ID, OTHER_NAME = "c11632_v1", "Xã Bát Trang"


@pytest.fixture
def admin(signed_in: Callable[[str], Browser]) -> Browser:
    return signed_in("admin")


@pytest.fixture
def leader(signed_in: Callable[[str], Browser]) -> Browser:
    return signed_in("leader_viewer")


def save_team(admin: Browser, team: str, name: str, *unit_ids: str) -> None:
    stated = re.search(r'name="seen_rev" value="(\d+)"', admin.text(f"/teams/{team}/edit"))
    assert stated is not None
    form = {"name": name, "level": "district", "standing_agency": "commune_culture_social"}
    more = {"unit_ids": list(unit_ids), "seen_rev": stated[1], "password": PASSWORD}
    answer = admin.post(f"/teams/{team}/edit", form | more)
    assert answer.status_code == 303, answer.get_data(as_text=True)


def new_team(admin: Browser, name: str, *unit_ids: str) -> str:
    record = re.search(r'name="record" value="([^"]+)"', admin.text("/teams/new"))
    assert record is not None
    form = {"name": name, "level": "district", "standing_agency": "commune_culture_social"}
    more = {"record": record[1], "unit_ids": list(unit_ids), "password": PASSWORD}
    assert admin.post("/teams/new", form | more).status_code == 303
    return record[1]


def ask_membership(office: Office, admin: Browser, team: str, login: str) -> None:
    stated = re.search(r'name="seen_rev" value="(\d+)"', admin.text(f"/teams/{team}/member"))
    assert stated is not None
    form = {"officer": office.officer_id(login), "position": "member", "valid_from": "2026-01-01"}
    answer = admin.post(f"/teams/{team}/member", form | {"seen_rev": stated[1], "password": PASSWORD})
    assert answer.status_code == 303, answer.get_data(as_text=True)


def page_of(office: Office) -> str:
    return f"/access-requests/{request_of(office).request_id}"


def test_communes_of_a_place_in_a_team_are_read_and_kept(
    office: Office, admin: Browser, leader: Browser
) -> None:
    team = new_team(admin, "Đội nhỏ", UNIT_ID)
    ask_membership(office, admin, team, "binh")
    assert "Đội nhỏ" in leader.text(page_of(office))
    assert OTHER_NAME not in leader.text(page_of(office))
    sent = {"password": PASSWORD, "seen": seen_on(leader, page_of(office))}
    save_team(admin, team, "Đội nhỏ", UNIT_ID, OTHER_ID)
    assert leader.post(path_of(office, "confirm"), sent).status_code == 409
    assert rights_of(office, "binh")[1] == set()
    assert OTHER_NAME in unescape(leader.text(page_of(office)))
    sent["seen"] = seen_on(leader, page_of(office))
    assert leader.post(path_of(office, "confirm"), sent).status_code == 303
    assert f"unit:{OTHER_ID}" in rights_of(office, "binh")[1]


def test_teams_that_exchange_names_are_read_once_more(
    office: Office, admin: Browser, leader: Browser
) -> None:
    team = new_team(admin, "Đội nhỏ", UNIT_ID)
    assert save(office, admin, "binh", "inspector", team=team) == 303
    sent = {"password": PASSWORD, "seen": seen_on(leader, page_of(office))}
    save_team(admin, team, "Đội khác", UNIT_ID)
    assert leader.post(path_of(office, "confirm"), sent).status_code == 409


def test_communes_of_the_teams_of_a_new_account_are_read_and_kept(
    office: Office, admin: Browser, leader: Browser, stranger: Browser
) -> None:
    team = new_team(admin, "Đội nhỏ", UNIT_ID)
    code = digits_of(stranger, choose(stranger, add(admin, "inspector", team=team)))
    sent = {"password": PASSWORD, "check_code": code, "seen": seen_on(leader, page_of(office))}
    save_team(admin, team, "Đội nhỏ", UNIT_ID, OTHER_ID)
    assert leader.post(path_of(office, "confirm"), sent).status_code == 409
    assert OTHER_NAME in unescape(leader.text(page_of(office)))


def test_commune_is_read_by_the_name_of_the_release(office: Office, admin: Browser, leader: Browser) -> None:
    """A list pack that calls a district by the name of a small commune shows nobody another name."""
    assert save(office, admin, "binh", "inspector", team=team_id(office), unit="d313_v1") == 303
    assert "Huyện An Lão" in unescape(leader.text(page_of(office)))
    rows = TABLES["admin_units.units"].rows(released_files())
    office.publish_lists({"admin_units.units": {"d313_v1": rows["d313_v1"] | {"vi": "Xã Nhỏ"}}})
    page = unescape(leader.text(page_of(office)))
    assert "Huyện An Lão" in page
    assert "Xã Nhỏ" not in page
    assert TEAM in page
