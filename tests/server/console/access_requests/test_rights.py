"""Accounts and rights that give access take effect after a second person confirmed them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from tests.server.console.access_requests.test_passwords import (
    LINK,
    NEW,
    actions,
    choose,
    digits_of,
    path_of,
    request_of,
    signs_in,
)
from tests.server.console.conftest import Browser
from tests.server.office_scene import PASSWORD, TEAM, Office

from field178_server.accounts import officers, operations, teams
from field178_server.accounts.memberships import follow_day
from field178_server.accounts.operations import AccountRequest
from field178_server.database.models import Audit, Notice
from field178_server.database.tables.notice import INFO, MAX_SHOWN
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.notices.operations import Announcement, NoticeText, announce
from field178_server.office.teams import operations as team_operations
from field178_server.office.teams.operations import SeenTeam
from field178_shared.records.teams import Membership
from field178_shared.time.clock import local_date

UNIT_ID, OTHER_UNIT_ID = "c11629_v2", "c11635_v2"


@pytest.fixture
def admin(signed_in: Callable[[str], Browser]) -> Browser:
    return signed_in("admin")


@pytest.fixture
def leader(signed_in: Callable[[str], Browser]) -> Browser:
    return signed_in("leader_viewer")


def team_id(office: Office) -> str:
    with snapshot(office.engine) as session:
        return teams.by_names(session, "main", [TEAM])[0].id


def add(admin: Browser, role: str, **more: object) -> str:
    """Add an account as the administrator; return the link for its password."""
    form = {"login": "moi", "name": "Phạm Mới", "role": role, "agency": "commune_culture_social"}
    answer = admin.post("/people/new", form | {"password": PASSWORD} | more)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    link = LINK.search(unescape(admin.text(answer.headers["Location"])))
    assert link is not None
    return link[1]


def save(office: Office, admin: Browser, login: str, role: str, **more: object) -> int:
    path = f"/people/{office.officer_id(login)}"
    seen = re.search(r'name="seen" value="([0-9a-f]+)"', admin.text(path))
    assert seen is not None
    form = {"name": login, "role": role, "agency": "commune_culture_social", "seen": seen[1]}
    return admin.post(path, form | {"password": PASSWORD} | more).status_code


def rights_of(office: Office, login: str) -> tuple[str, set[str]]:
    with snapshot(office.engine) as session:
        officer = officers.by_login_or_id(session, "main", login)
        return officer.role, set(officers.scopes_of(session, "main", officer.officer_id))


def set_units(office: Office, login: str, *units: str) -> None:
    def write(session: object) -> None:
        officer = officers.by_login_or_id(session, "main", login)
        officers.set_scopes(session, officer, {f"unit:{unit}" for unit in units})

    run_write(office.engine, write)


def test_link_of_a_new_account_speaks_of_no_present_password(office: Office, admin: Browser) -> None:
    form = {"login": "moi", "name": "Phạm Mới", "role": "reviewer", "agency": "commune_culture_social"}
    answer = admin.post("/people/new", form | {"password": PASSWORD})
    page = unescape(admin.text(answer.headers["Location"]))
    assert "mật khẩu hiện tại" not in page
    assert "đọc cho họ sáu số" in page
    account = unescape(admin.text(f"/people/{office.officer_id('moi')}"))
    assert "Chờ người thứ hai: Mở tài khoản" in account
    assert "Liên kết khác cho tài khoản này" in account
    assert "Mở lại tài khoản này" not in account


@pytest.mark.parametrize("role", ["reviewer", "admin", "privacy_officer", "leader_viewer", "city_viewer"])
def test_new_account_waits_for_a_second_person(
    office: Office, admin: Browser, leader: Browser, stranger: Browser, role: str
) -> None:
    link = add(admin, role)
    answer = choose(stranger, link)
    assert not signs_in(office, "moi", NEW)
    assert "Chờ người thứ hai" in admin.text("/people?q=moi")
    code = digits_of(stranger, answer)
    assert "Phạm Mới" in leader.text("/access-requests")
    sent = {"check_code": code, "password": PASSWORD}
    assert leader.post(path_of(office, "confirm"), sent).status_code == 303
    assert signs_in(office, "moi", NEW)
    assert actions(office) == ["access_requested", "access_confirmed"]


def test_role_that_reads_nothing_is_no_way_into_a_closed_account(
    office: Office, admin: Browser, leader: Browser, stranger: Browser
) -> None:
    """An administrator who closes an account, lowers its role and opens it gets no password for it."""
    path = f"/people/{office.officer_id('chi')}"
    assert admin.post(f"{path}/close", {"password": PASSWORD}).status_code == 303
    assert save(office, admin, "chi", "city_viewer") == 303
    answer = admin.post(f"{path}/reopen", {"password": PASSWORD})
    link = LINK.search(unescape(admin.text(answer.headers["Location"])))
    assert link is not None
    code = digits_of(stranger, choose(stranger, link[1]))
    assert not signs_in(office, "chi", NEW)
    wrong = {"check_code": "000000" if code != "000000" else "111111", "password": PASSWORD}
    assert leader.post(path_of(office, "confirm"), wrong).status_code in (400, 403, 422)
    assert not signs_in(office, "chi", NEW)
    assert leader.post(path_of(office, "confirm"), wrong | {"check_code": code}).status_code == 303
    assert signs_in(office, "chi", NEW)


def test_requests_of_a_closed_administrator_are_withdrawn(
    office: Office, admin: Browser, leader: Browser
) -> None:
    assert save(office, admin, "city_viewer", "reviewer") == 303
    path = path_of(office, "confirm")
    run_write(office.engine, lambda session: operations.disable(session, office.context, "admin"))
    assert leader.post(path, {"password": PASSWORD}).status_code == 404
    assert rights_of(office, "city_viewer")[0] == "city_viewer"


def test_requests_of_a_lowered_administrator_are_withdrawn(
    office: Office, signed_in: Callable[[str], Browser], admin: Browser, leader: Browser
) -> None:
    other = AccountRequest("admin2", "Cán bộ admin2", "admin", None, ())
    stored = office.runtime.passwords.hash(PASSWORD)
    run_write(office.engine, lambda session: operations.add(session, office.context, other, (), stored))
    assert save(office, signed_in("admin2"), "city_viewer", "reviewer") == 303
    path = path_of(office, "confirm")
    assert save(office, admin, "admin2", "city_viewer") == 303
    assert leader.post(path, {"password": PASSWORD}).status_code == 404
    assert rights_of(office, "city_viewer")[0] == "city_viewer"


def test_account_that_changes_after_it_was_read_is_not_confirmed(
    office: Office, admin: Browser, leader: Browser, stranger: Browser
) -> None:
    """Another name or address after the second person's look: the page is read once more."""
    code = digits_of(stranger, choose(stranger, add(admin, "reviewer")))
    path = path_of(office, "confirm")
    page = path.rsplit("/", 1)[0]
    sent = {"check_code": code, "password": PASSWORD, "seen": seen_on(leader, page)}
    assert save(office, admin, "moi", "reviewer", name="Người khác") == 303
    assert leader.post(path, sent).status_code == 409
    assert not signs_in(office, "moi", NEW)
    assert leader.post(path, sent | {"seen": seen_on(leader, page)}).status_code == 303
    assert signs_in(office, "moi", NEW)


def seen_on(browser: Browser, page: str) -> str:
    stated = re.search(r'name="seen" value="([0-9a-f]+)"', browser.text(page))
    assert stated is not None
    return stated[1]


def test_last_account_of_oversight_is_neither_closed_nor_lowered(
    office: Office, admin: Browser, leader: Browser
) -> None:
    """One account of oversight stays open, for the notices of what an administrator does alone."""
    privacy = f"/people/{office.officer_id('privacy_officer')}"
    assert admin.post(f"{privacy}/close", {"password": PASSWORD}).status_code == 303
    first_page = unescape(leader.text("/"))
    assert (
        "nay đã đóng tài khoản hoặc có vai trò khác: Cán bộ privacy_officer (privacy_officer)" in first_page
    )
    assert "Người thực hiện: Quản trị hệ thống" in first_page
    refused = admin.post(f"/people/{office.officer_id('leader_viewer')}/close", {"password": PASSWORD})
    assert refused.status_code == 403
    assert "Khi đó không còn ai xác nhận được" in unescape(refused.get_data(as_text=True))
    assert save(office, admin, "leader_viewer", "city_viewer") == 403
    assert rights_of(office, "leader_viewer")[0] == "leader_viewer"
    assert save(office, admin, "leader_viewer", "leader_viewer", name="Tên khác") == 303


def test_administrator_neither_ends_nor_keeps_back_what_oversight_is_told(
    office: Office, admin: Browser, leader: Browser
) -> None:
    for number in range(MAX_SHOWN):
        wording = NoticeText(f"Thông báo {number}", f"Notice {number}")
        until = office.clock.now() + timedelta(days=9)
        notice = Announcement(INFO, wording, until, audience="role:inspector")
        run_write(office.engine, lambda session, each=notice: announce(session, office.context, each))
    assert save(office, admin, "city_viewer", "reviewer") == 303
    waits = "đang chờ người thứ hai"
    assert waits in leader.text("/")
    with snapshot(office.engine) as session:
        notices = session.scalars(select(Notice).where(Notice.audience == "role:leader_viewer")).all()
    for each in notices:
        assert admin.post(f"/notices/{each.notice_id}/end").status_code == 403
        assert "Máy chủ hoặc người vận hành" in unescape(admin.text(f"/notices/{each.notice_id}"))
    assert waits in leader.text("/")


def test_longer_place_in_a_team_waits(office: Office, admin: Browser, leader: Browser) -> None:
    officer_id, today = office.officer_id("binh"), local_date(office.clock.now())
    confirmed = Membership(valid_from=today, valid_to=today + timedelta(days=1))

    def join(session: Session) -> None:
        (team, *_) = teams.everyone(session, office.settings.tenant)
        seen = SeenTeam(team.id, team_operations.revision_of(session, office.context, team.id))
        team_operations.set_member(session, office.context, seen, officer_id, confirmed)

    def asks(membership: Membership) -> bool:
        with snapshot(office.engine) as session:
            (team, *_) = teams.everyone(session, office.settings.tenant)
            seen = SeenTeam(team.id, team_operations.revision_of(session, office.context, team.id))
            return team_operations.gives_access(session, office.context, seen, officer_id, membership)

    assert asks(confirmed)
    run_write(office.engine, join)
    assert not asks(confirmed)
    assert not asks(Membership(valid_from=today, valid_to=today))
    assert asks(Membership(valid_from=today, valid_to=today + timedelta(days=2)))
    assert asks(Membership(valid_from=today))


def test_end_of_a_membership_gives_nobody_the_whole_area(office: Office) -> None:
    """A reviewer of one team: without any scope the account would read every team."""
    of_team = AccountRequest("gioihan", "Cán bộ giới hạn", "reviewer", None, ())

    def add_for_today(session: Session) -> None:
        (team, *_) = teams.everyone(session, office.settings.tenant)
        officer_id = operations.add(session, office.context, of_team, (team.id,), "not a hash")
        seen = SeenTeam(team.id, team_operations.revision_of(session, office.context, team.id))
        day = local_date(office.clock.now())
        membership = Membership(valid_from=day, valid_to=day)
        team_operations.set_member(session, office.context, seen, officer_id, membership)

    run_write(office.engine, add_for_today)
    before = rights_of(office, "gioihan")
    assert before[1]
    office.clock.move(days=1)
    for _ in range(2):
        assert run_write(office.engine, lambda session: follow_day(session, office.context)) == 0
    assert rights_of(office, "gioihan") == before


def test_team_of_a_lowered_closed_account_does_not_come_back(
    office: Office, signed_in: Callable[[str], Browser], stranger: Browser
) -> None:
    """What the second person saw is what the account has, also after the next hour's memberships."""
    path = f"/people/{office.officer_id('an')}"
    assert any(scope.startswith("team:") for scope in rights_of(office, "an")[1])
    office.clock.move(days=2)
    admin, leader = signed_in("admin"), signed_in("leader_viewer")
    assert admin.post(f"{path}/close", {"password": PASSWORD}).status_code == 303
    assert save(office, admin, "an", "reviewer", unit=UNIT_ID) == 303
    answer = admin.post(f"{path}/reopen", {"password": PASSWORD})
    link = LINK.search(unescape(admin.text(answer.headers["Location"])))
    assert link is not None
    code = digits_of(stranger, choose(stranger, link[1]))
    sent = {"check_code": code, "password": PASSWORD}
    assert leader.post(path_of(office, "confirm"), sent).status_code == 303
    run_write(office.engine, lambda session: follow_day(session, office.context))
    assert rights_of(office, "an") == ("reviewer", {f"unit:{UNIT_ID}"})


def test_account_whose_rights_changed_since_it_was_asked_for_is_not_confirmed(
    office: Office, admin: Browser, leader: Browser, stranger: Browser
) -> None:
    code = digits_of(stranger, choose(stranger, add(admin, "commune_reporter", unit=UNIT_ID)))
    assert save(office, admin, "moi", "reviewer") == 303
    sent = {"check_code": code, "password": PASSWORD}
    assert leader.post(path_of(office, "confirm"), sent).status_code == 409
    assert not signs_in(office, "moi", NEW)


def test_raised_role_waits_and_the_asker_cannot_confirm(
    office: Office, admin: Browser, leader: Browser, signed_in: Callable[[str], Browser]
) -> None:
    assert save(office, admin, "city_viewer", "reviewer") == 303
    assert rights_of(office, "city_viewer")[0] == "city_viewer"
    assert signed_in("city_viewer").get("/reviews").status_code == 404
    page = unescape(leader.text(f"/access-requests/{request_of(office).request_id}"))
    assert "Cán bộ duyệt (đầu mối), đến nay là Cơ quan cấp trên (Sở)" in page
    assert "toàn địa bàn" in page
    assert admin.post(path_of(office, "confirm"), {"password": PASSWORD}).status_code == 404
    assert leader.post(path_of(office, "confirm"), {"password": PASSWORD}).status_code == 303
    assert rights_of(office, "city_viewer")[0] == "reviewer"


def test_refused_right_changes_nothing(office: Office, admin: Browser, leader: Browser) -> None:
    assert save(office, admin, "city_viewer", "reviewer") == 303
    refusal = {"password": PASSWORD, "reason": "không thuộc phòng"}
    assert leader.post(path_of(office, "refuse"), refusal).status_code == 303
    assert rights_of(office, "city_viewer") == ("city_viewer", set())


def test_wider_area_waits_and_a_narrower_one_does_not(office: Office, admin: Browser) -> None:
    set_units(office, "chi", UNIT_ID)
    # A reviewer without any commune has the whole area: that is more than one.
    assert save(office, admin, "chi", "reviewer") == 303
    assert rights_of(office, "chi")[1] == {f"unit:{UNIT_ID}"}
    assert office.confirm_access() == 1
    assert rights_of(office, "chi")[1] == set()
    assert save(office, admin, "chi", "reviewer", unit=[UNIT_ID, OTHER_UNIT_ID]) == 303
    assert office.confirm_access() == 0
    assert save(office, admin, "chi", "reviewer", unit=[OTHER_UNIT_ID]) == 303
    assert rights_of(office, "chi")[1] == {f"unit:{OTHER_UNIT_ID}"}
    # Another commune: the former is gone at once only if something is left, else the whole area would open.
    assert save(office, admin, "chi", "reviewer", unit=[UNIT_ID]) == 303
    assert rights_of(office, "chi")[1] == {f"unit:{OTHER_UNIT_ID}"}


def test_team_waits_and_a_change_beside_it_does_not(office: Office, admin: Browser) -> None:
    assert save(office, admin, "binh", "inspector", team=team_id(office), email="b@huyen.example") == 303
    assert rights_of(office, "binh")[1] == set()
    with snapshot(office.engine) as session:
        assert officers.by_login_or_id(session, "main", "binh").email == "b@huyen.example"
    assert office.confirm_access() == 1
    assert f"team:{team_id(office)}" in rights_of(office, "binh")[1]


def test_right_is_not_given_to_who_has_another_role_by_then(
    office: Office, admin: Browser, leader: Browser
) -> None:
    assert save(office, admin, "binh", "team_lead", team=team_id(office)) == 303
    path = path_of(office, "confirm")
    with office.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE officer SET role = 'city_viewer' WHERE login = 'binh'")
    assert leader.post(path, {"password": PASSWORD}).status_code == 409
    assert rights_of(office, "binh") == ("city_viewer", set())


def test_reopened_account_waits(office: Office, admin: Browser, leader: Browser, stranger: Browser) -> None:
    binh = office.officer_id("binh")
    assert admin.post(f"/people/{binh}/close", {"password": PASSWORD}).status_code == 303
    answer = admin.post(f"/people/{binh}/reopen")
    link = LINK.search(unescape(admin.text(answer.headers["Location"])))
    assert link is not None
    code = digits_of(stranger, choose(stranger, link[1]))
    assert not signs_in(office, "binh", NEW)
    sent = {"check_code": code, "password": PASSWORD}
    assert leader.post(path_of(office, "confirm"), sent).status_code == 303
    assert signs_in(office, "binh", NEW)


def test_wider_team_is_told_to_oversight(office: Office, admin: Browser, leader: Browser) -> None:
    team = team_id(office)
    fields = {"name": TEAM, "level": "district", "standing_agency": "commune_culture_social"}
    page = admin.text(f"/teams/{team}/edit")
    rev = re.search(r'name="seen_rev" value="(\d+)"', page)
    assert rev is not None
    more = {"unit_ids": ["c11629_v1", "c11632_v1", UNIT_ID], "seen_rev": rev[1], "password": PASSWORD}
    answer = admin.post(f"/teams/{team}/edit", fields | more)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    assert "không qua người thứ hai" in unescape(leader.text("/"))


def test_trail_names_who_asked_and_who_confirmed(office: Office, admin: Browser, leader: Browser) -> None:
    save(office, admin, "city_viewer", "reviewer")
    leader.post(path_of(office, "confirm"), {"password": PASSWORD})
    with snapshot(office.engine) as session:
        query = select(Audit.action, Audit.actor_id, Audit.details).where(Audit.action.startswith("access_"))
        entries = session.execute(query.order_by(Audit.audit_id)).all()
    assert [tuple(entry) for entry in entries] == [
        ("access_requested", office.officer_id("admin"), '{"kind": "rights"}'),
        ("access_confirmed", office.officer_id("leader_viewer"), '{"kind": "rights"}'),
    ]
