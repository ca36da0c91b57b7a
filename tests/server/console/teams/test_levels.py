"""Teams of two levels in one installation: one of the city above, one of a commune below."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape

import pytest
from tests.server.console.conftest import UNIT, Browser, FieldWork
from tests.server.console.reviews.test_pages import words
from tests.server.office_scene import PASSWORD, Office, Tablet
from tests.shared import builders

from field178_server.accounts import operations as accounts
from field178_server.accounts.operations import AccountRequest, TeamRequest
from field178_server.database.unit_of_work import run_write
from field178_server.devices import enrolment
from field178_server.office.tablets import operations as operating
from field178_server.security.passwords import Passwords

COMMUNE, OTHER = "c11629_v2", "c11635_v2"
CITY_TEAM, COMMUNE_TEAM = "Đội 178 thành phố", "Đội 178 xã An Lão"


@dataclass
class Level:
    """A team, its tablet in the field, and its reviewer at the office."""

    scope: str
    work: FieldWork
    reviewer: Browser


def set_up(office: Office, name: str, level: str, units: tuple[str, ...], logins: tuple[str, str]) -> str:
    """Make a team with its lead and a reviewer of its units; return the scope of the team."""
    lead, reviewer = logins
    stored = Passwords("test").hash(PASSWORD)
    team_request = TeamRequest(name, units, level, "commune_people_committee")
    team = run_write(office.engine, lambda session: accounts.add_team(session, office.context, team_request))
    scopes = tuple(f"unit:{unit}" for unit in units)
    for login, role, seen in ((lead, "team_lead", ()), (reviewer, "reviewer", scopes)):
        account = AccountRequest(login, f"Cán bộ {login}", role, None, seen)
        run_write(
            office.engine,
            lambda session, a=account: accounts.add(session, office.context, a, [name], stored),
        )
    return team.scope


def field_work(office: Office, login: str, *scopes: str) -> FieldWork:
    tablet, code = Tablet(office), enrolment.new_code(random.SystemRandom())
    run_write(
        office.engine, lambda session: operating.issue_code(session, office.context, login, scopes, code)
    )
    assert tablet.enrol(code).status_code == 201
    assert tablet.open_session().status_code == 200
    assert tablet.sign_in(login).status_code == 200
    return FieldWork(office, tablet, office.officer_id(login))


@pytest.fixture
def levels(office: Office, signed_in: Callable[[str], Browser]) -> tuple[Level, Level]:
    city = set_up(office, CITY_TEAM, "province", (COMMUNE, OTHER), ("thanh", "thao"))
    commune = set_up(office, COMMUNE_TEAM, "commune", (COMMUNE,), ("xuan", "xa"))
    other = f"unit:{OTHER}"
    return (
        Level(city, field_work(office, "thanh", UNIT, other, city, "ref"), signed_in("thao")),
        Level(commune, field_work(office, "xuan", UNIT, commune, "ref"), signed_in("xa")),
    )


def test_both_teams_work_at_one_place_and_each_office_sees_its_own(
    levels: tuple[Level, Level], signed_in: Callable[[str], Browser]
) -> None:
    city, commune = levels
    place = commune.work.place()
    assert place in {frame.get("id") for frame in city.work.tablet.frames(cursors={UNIT: 0})}
    below = commune.work.file("inspection", commune.scope, builders.inspection(establishment_id=place))
    earlier = {"started_at": "2026-11-05T07:00:00Z", "ended_at": "2026-11-05T08:00:00Z"}
    visit = builders.inspection(establishment_id=place, **earlier)
    above = city.work.file("inspection", city.scope, visit)
    whole = signed_in("chi")
    assert [
        browser.decide(below, "approve").status_code for browser in (city.reviewer, commune.reviewer)
    ] == [
        404,
        303,
    ]
    assert whole.decide(above, "approve").status_code == 303
    seen = [
        {visit for visit in (above, below) if visit in browser.text("/visits?status=all")}
        for browser in (whole, city.reviewer, commune.reviewer)
    ]
    assert seen == [{above, below}, {above}, {below}]


def test_place_of_two_visits_counts_once_for_city_and_commune(
    levels: tuple[Level, Level], signed_in: Callable[[str], Browser]
) -> None:
    city, commune = levels
    place = commune.work.place()
    for level, day in ((city, "05"), (commune, "12")):
        times = {name: f"2026-11-{day}T0{hour}:00:00Z" for name, hour in (("started_at", 7), ("ended_at", 8))}
        visit = level.work.file(
            "inspection", level.scope, builders.inspection(establishment_id=place, **times)
        )
        assert level.reviewer.decide(visit, "approve").status_code == 303
    for reviewer in (signed_in("chi"), city.reviewer, commune.reviewer):
        page = words(unescape(reviewer.text(f"/indicators?area={COMMUNE}&year=2026")))
        once = r"ít nhất một lần 100,0% 1 : số được đếm, [^:]+ trên 1 cơ sở"
        assert re.search(once, page)
        assert "2 lượt kiểm tra" in words(
            unescape(reviewer.text(f"/indicators/visits_total/records?area={COMMUNE}&year=2026"))
        )
