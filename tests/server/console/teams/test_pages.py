"""Teams at the office: decision and validity, members by dates, what follows on rights and tablets."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from tests.server.console.conftest import Browser, FieldWork
from tests.server.console.reviews.test_pages import words
from tests.server.office_scene import PASSWORD, TEAM, Office
from tests.shared import builders
from tests.stores import Statements
from werkzeug.datastructures import MultiDict

from field178_server.accounts import memberships, officers, teams
from field178_server.console.shell.policy import may
from field178_server.database.models import Record
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.tablets import operations as operating
from field178_shared.codelists import load
from field178_shared.records.teams import Team

DECISION = {
    "name": TEAM,
    "decision_number": "12/QĐ-UBND",
    "decision_date": "2026-01-05",
    "deciding_agency": "commune_people_committee",
    "valid_from": "2026-01-05",
    "valid_to": "2026-12-31",
    "level": "district",
}


@pytest.fixture
def admin(signed_in: Callable[[str], Browser]) -> Browser:
    return signed_in("admin")


def stored(office: Office) -> Team:
    with snapshot(office.engine) as session:
        return teams.by_names(session, "main", [TEAM])[0]


def path_of(office: Office) -> str:
    return f"/teams/{stored(office).id}"


def seen(browser: Browser, path: str) -> str:
    match = re.search(r'name="seen_rev" value="(\d+)"', browser.text(path))
    assert match is not None
    return match[1]


def page_text(browser: Browser, path: str) -> str:
    return words(unescape(browser.text(path)))


def save(admin: Browser, office: Office, **over: Any) -> Any:
    team, path = stored(office), f"{path_of(office)}/edit"
    form: MultiDict[str, Any] = MultiDict(
        {
            "csrf_token": admin.token(),
            "password": PASSWORD,
            **DECISION,
            "standing_agency": team.standing_agency,
        }
    )
    form["seen_rev"] = seen(admin, path)
    units = over.pop("unit_ids", team.unit_ids)
    for name, value in over.items():
        form[name] = value
    form.setlist("unit_ids", list(units))
    return admin.client.post(path, data=form)


def set_member(admin: Browser, office: Office, login: str, **over: Any) -> Any:
    path = f"{path_of(office)}/member"
    form = {"officer": office.officer_id(login), "position": "secretary", "valid_from": "2026-11-24"}
    rev = seen(admin, f"{path}?officer={form['officer']}")
    return admin.post(path, {**form, "seen_rev": rev, "password": PASSWORD, **over})


def holds_team(office: Office, login: str) -> bool:
    team = stored(office)
    with snapshot(office.engine) as session:
        return team.scope in officers.scopes_of(session, "main", office.officer_id(login))


def of_team(work: FieldWork) -> FieldWork:
    """Return the field work of a tablet that reads the team which the office has set up."""
    office, scope = work.office, stored(work.office).scope
    run_write(
        office.engine, lambda session: operating.grant(session, office.context, work.tablet.device, scope)
    )
    return work


def pulled_members(work: FieldWork) -> dict[str, Any]:
    """Return the members of the team as a tablet of it has them after an exchange."""
    frames = work.tablet.frames(cursors={stored(work.office).scope: 0})
    (row,) = [frame for frame in frames if frame.get("type") == "team"]
    return dict(row["data"]["members"])


def test_decision_is_entered_and_its_end_is_counted_down(
    office: Office, admin: Browser, signed_in: Callable[[str], Browser]
) -> None:
    path = path_of(office)
    assert "Chưa nhập quyết định" in page_text(admin, path)
    assert save(admin, office).status_code == 303
    page = page_text(admin, path)
    assert "Đang có hiệu lực, còn 37 ngày" in page
    assert "12/QĐ-UBND" in page
    assert "Ủy ban nhân dân cấp xã" in page
    assert "Số quyết định thành lập đội: (trống) → 12/QĐ-UBND" in page
    office.clock.move(days=38)
    later = signed_in("admin")
    assert "Hết hiệu lực từ sau 31/12/2026" in page_text(later, path)
    assert TEAM in page_text(later, "/teams?state=expired")
    assert TEAM not in page_text(later, "/teams?state=valid")


def test_number_that_may_name_a_person_is_shown_once_more(office: Office, admin: Browser) -> None:
    confirmation = save(admin, office, decision_number="12/QĐ-UBND 031096012345")
    page = unescape(confirmation.get_data(as_text=True))
    assert (confirmation.status_code, "Có thể là số CCCD" in page, PASSWORD in page) == (200, True, False)
    assert "031096012345" not in page_text(admin, path_of(office))
    # The password was typed with the form before: the session stays confirmed.
    answer = save(admin, office, decision_number="12/QĐ-UBND 031096012345", confirmed="texts", password="")
    assert answer.status_code == 303


def test_invalid_form_shows_field_errors_and_keeps_the_input(office: Office, admin: Browser) -> None:
    assert save(admin, office, password="falsch").status_code == 403
    answer = save(admin, office, name=" ", valid_to="2025-12-31", decision_number="99/QĐ")
    page = unescape(answer.get_data(as_text=True))
    assert (answer.status_code, "<title>Lỗi:" in page) == (422, True)
    assert 'href="#field-name"' in page
    assert 'value="99/QĐ"' in page
    early = save(admin, office, valid_to="2025-12-31")
    assert 'href="#field-valid_to"' in early.get_data(as_text=True)
    late = save(admin, office, seen_rev="1")
    assert late.status_code == 409


def test_new_team_is_set_up_once(office: Office, admin: Browser) -> None:
    form = admin.text("/teams/new")
    match = re.search(r'name="record" value="([^"]+)"', form)
    assert match is not None
    data = MultiDict({"csrf_token": admin.token(), "record": match[1], "password": PASSWORD, **DECISION})
    data["name"], data["standing_agency"] = "Đội hai", "commune_people_committee"
    data.setlist("unit_ids", ["c11629_v2"])
    for _ in range(2):
        assert admin.client.post("/teams/new", data=data).status_code == 303
    with snapshot(office.engine) as session:
        assert [team.name for team in teams.everyone(session, "main")].count("Đội hai") == 1
    data["record"] = office.runtime.ids.random()
    taken = admin.client.post("/teams/new", data=data)
    assert (taken.status_code, 'href="#field-name"' in taken.get_data(as_text=True)) == (422, True)


def test_member_joins_and_leaves_by_the_day_and_keeps_the_visits(
    office: Office, admin: Browser, signed_in: Callable[[str], Browser], in_the_field: FieldWork
) -> None:
    team, work = stored(office), of_team(in_the_field)
    work.file("inspection", team.scope, builders.inspection(team_id=team.id))
    assert not holds_team(office, "binh")
    assert set_member(admin, office, "binh").status_code == 303
    assert not holds_team(office, "binh")
    assert office.confirm_access() == 1
    assert holds_team(office, "binh")
    assert pulled_members(work)[office.officer_id("binh")]["position"] == "secretary"
    assert set_member(admin, office, "an", position="team_leader", valid_to="2026-11-24").status_code == 303
    assert holds_team(office, "an"), "the last day counts"
    office.clock.move(days=1)
    run_write(office.engine, lambda session: memberships.follow_day(session, office.context))
    assert not holds_team(office, "an")
    assert holds_team(office, "binh")
    reviewer = signed_in("chi")
    page = reviewer.text(path_of(office))
    assert "Đã rời đội" in page
    link = f"/visits?team={team.id}&amp;officer={office.officer_id('an')}"
    assert f'<a href="{link}">1' in page
    assert reviewer.text(unescape(link)).count("/reviews/") == 1


def test_later_member_is_marked_and_who_files_nothing_cannot_become_one(
    office: Office, admin: Browser
) -> None:
    assert set_member(admin, office, "binh", valid_from="2026-11-26").status_code == 303
    assert office.confirm_access() == 1
    assert not holds_team(office, "binh")
    assert "Chưa bắt đầu" in page_text(admin, path_of(office))
    answer = set_member(admin, office, "chi")
    assert answer.status_code == 404
    assert office.officer_id("chi") not in stored(office).members


def test_communes_of_the_team_follow_to_members_and_tablets(
    office: Office, admin: Browser, in_the_field: FieldWork
) -> None:
    team, work = stored(office), of_team(in_the_field)
    # Communes that have ended are marked beside the current ones.
    assert "Thị trấn An Lão (đến 30/06/2025)" in unescape(admin.text(f"/teams/{team.id}/edit"))
    assert save(admin, office, unit_ids=[*team.unit_ids, "c11635_v1"]).status_code == 303
    with snapshot(office.engine) as session:
        assert "unit:c11635_v1" in officers.scopes_of(session, "main", office.officer_id("an"))
    assert "unit:c11635_v1" in work.tablet.frames()[0]["scopes"]
    assert save(admin, office, unit_ids=team.unit_ids[:1]).status_code == 303
    with snapshot(office.engine) as session:
        own = officers.scopes_of(session, "main", office.officer_id("an"))
    assert own & {"unit:c11635_v1", f"unit:{team.unit_ids[1]}"} == set()


def test_each_role_sees_its_teams(
    office: Office, signed_in: Callable[[str], Browser], admin: Browser, reviewer: Browser
) -> None:
    path = path_of(office)
    assert "Sửa quyết định" in admin.text(path)
    assert "Kế hoạch và việc còn dở" not in admin.text(path), "an administrator reads no visit"
    for browser in (reviewer, signed_in("an")):
        page = browser.text(path)
        assert "Kế hoạch và việc còn dở" in page
        assert "Sửa quyết định" not in page
        assert browser.get(f"{path}/edit").status_code == 404
    assert signed_in("binh").get(path).status_code == 404
    assert signed_in("leader_viewer").get("/teams").status_code == 404


def test_rights() -> None:
    lists = load()
    readers = {role for role in lists.roles if may(role, "console.teams.detail", lists)}
    writers = {role for role in lists.roles if may(role, "console.teams.save", lists)}
    assert readers == {"admin", "inspector", "team_lead", "reviewer"}
    assert writers == {"admin"}


def test_pages_cost_the_same_for_many_members(
    office: Office, admin: Browser, reviewer: Browser, statements: Statements
) -> None:
    def counted() -> list[int]:
        lines = []
        for browser, path in ((admin, path_of(office)), (reviewer, path_of(office)), (admin, "/teams")):
            browser.text(path)
            with statements(office.engine) as made:
                browser.text(path)
            lines.append(len(made))
        return lines

    few = counted()
    for login in ("binh",):
        set_member(admin, office, login)
    save(admin, office)
    assert counted() == few
    assert max(few) <= 24


def test_team_record_holds_no_name(office: Office, admin: Browser) -> None:
    set_member(admin, office, "binh")
    assert office.confirm_access() == 1
    with snapshot(office.engine) as session:
        body = json.loads(session.get_one(Record, ("main", stored(office).id)).body)
    assert set(body["members"][office.officer_id("binh")]) == {"position", "valid_from"}
