from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape

import pytest
from sqlalchemy import select, update
from tests.server.console.conftest import Browser, FieldWork
from tests.server.office_scene import PASSWORD, TEAM, Office
from werkzeug.test import TestResponse

from field178_server.accounts import teams
from field178_server.database.models import Mail, Notice, Officer, Record
from field178_server.database.unit_of_work import snapshot

LINK = re.compile(r"http://127\.0\.0\.1:8178(/choose-password/[^\s\"<]+)")
NEW = "ba con voi di qua cau"


@pytest.fixture
def admin(signed_in: Callable[[str], Browser]) -> Browser:
    return signed_in("admin")


def team_id(office: Office) -> str:
    with snapshot(office.engine) as session:
        return teams.by_names(session, "main", [TEAM])[0].id


def members(office: Office) -> set[str]:
    with snapshot(office.engine) as session:
        row = session.get_one(Record, ("main", team_id(office)))
        return set(json.loads(row.body)["members"])


def account_of(office: Office, **over: object) -> dict[str, object]:
    made = {"login": "dung", "name": "Phạm Dũng", "role": "inspector", "team": team_id(office)}
    return made | {"agency": "commune_culture_social", "password": PASSWORD} | over


def seen(admin: Browser, path: str) -> str:
    field = re.search(r'name="seen" value="([0-9a-f]+)"', admin.text(path))
    assert field is not None
    return field[1]


def follow(admin: Browser, answer: TestResponse) -> str:
    """Return the link of the page behind a redirect; the page shows it once."""
    location = answer.headers["Location"]
    link = LINK.search(unescape(admin.text(location)))
    assert link is not None
    assert LINK.search(admin.text(location)) is None
    return link[1]


def signs_in(office: Office, login: str, password: str) -> bool:
    answer = office.app.test_client().post("/sign-in", data={"login": login, "password": password})
    return answer.status_code == 303


def test_new_officer_chooses_a_password_by_a_link_that_is_shown_once(
    office: Office, admin: Browser, stranger: Browser
) -> None:
    answer = admin.post("/people/new", account_of(office))
    assert answer.status_code == 303
    link = follow(admin, answer)
    assert not signs_in(office, "dung", "")
    short = stranger.client.post(link, data={"password": "ngan", "again": "ngan"})
    assert (short.status_code, "ngắn hơn 12" in short.get_data(as_text=True)) == (422, True)
    assert stranger.client.post(link, data={"password": NEW, "again": NEW + "!"}).status_code == 422
    assert stranger.client.post(link, data={"password": NEW, "again": NEW}).status_code == 303
    assert not signs_in(office, "dung", NEW)
    assert office.officer_id("dung") not in members(office)
    assert office.confirm_access() == 1
    assert signs_in(office, "dung", NEW)
    assert office.app.test_client().get(link).status_code == 404
    assert office.officer_id("dung") in members(office)


def test_link_ends_after_three_days_and_by_a_later_reset(
    office: Office, admin: Browser, stranger: Browser
) -> None:
    binh = office.officer_id("binh")
    first = follow(admin, admin.post(f"/people/{binh}/reset", {"password": PASSWORD}))
    second = follow(admin, admin.post(f"/people/{binh}/reset", {"password": PASSWORD}))
    assert [stranger.get(link).status_code for link in (first, second)] == [404, 200]
    assert stranger.get(second.replace(binh, office.officer_id("an"))).status_code == 404
    office.clock.move(days=3)
    assert stranger.get(second).status_code == 404


def test_invalid_form_shows_field_errors_and_keeps_the_input(office: Office, admin: Browser) -> None:
    wrong = account_of(office, login="Dũng", name=" ", role="commune_reporter", agency="ministry_labour")
    wrong["email"] = "dung"
    answer = admin.post("/people/new", wrong)
    page = unescape(answer.get_data(as_text=True))
    assert answer.status_code == 422
    for name in ("login", "name", "agency", "unit", "email"):
        assert f'href="#field-{name}"' in page
    assert 'value="Dũng"' in page
    assert 'value="dung"' in page
    assert "<title>Lỗi:" in page
    taken = admin.post("/people/new", account_of(office, login="an"))
    assert (taken.status_code, "đã có người dùng" in taken.get_data(as_text=True)) == (422, True)


def test_change_moves_an_officer_between_teams_and_a_late_form_is_refused(
    office: Office, admin: Browser, signed_in: Callable[[str], Browser], in_the_field: FieldWork
) -> None:
    binh, team = office.officer_id("binh"), team_id(office)
    path = f"/people/{binh}"
    form = {"name": "Lê Bình", "role": "inspector", "agency": "commune_police", "team": team}
    late = seen(admin, path)
    answer = admin.post(path, form | {"seen": late, "password": PASSWORD})
    assert answer.status_code == 303
    assert "Lê Bình" in admin.text(path)
    assert binh not in members(office)
    assert office.confirm_access() == 1
    assert binh in members(office)
    assert "Công an cấp xã" in admin.text("/people?q=le+binh")
    assert admin.post(path, form | {"seen": late}).status_code == 409
    form |= {"role": "commune_reporter", "team": "", "unit": "c11629_v2", "seen": seen(admin, path)}
    del form["team"]
    assert admin.post(path, form).status_code == 303
    # What is taken away is gone before the other role is confirmed.
    assert binh not in members(office)
    assert office.confirm_access() == 1
    assert signed_in("binh").get("/reviews").status_code == 404


def test_closed_account_refuses_sign_in_until_a_link_reopens_it(
    office: Office, admin: Browser, stranger: Browser
) -> None:
    binh = office.officer_id("binh")
    assert admin.post(f"/people/{binh}/close", {"password": "falsch"}).status_code == 403
    assert admin.post(f"/people/{binh}/close", {"password": PASSWORD}).status_code == 303
    assert not signs_in(office, "binh", PASSWORD)
    assert "Cán bộ binh" not in admin.text("/people")
    assert "Cán bộ binh" in admin.text("/people?state=closed")
    link = follow(admin, admin.post(f"/people/{binh}/reopen"))
    assert stranger.client.post(link, data={"password": NEW, "again": NEW}).status_code == 303
    assert not signs_in(office, "binh", NEW)
    assert office.confirm_access() == 1
    assert signs_in(office, "binh", NEW)


def test_administrator_neither_closes_nor_demotes_the_own_account(office: Office, admin: Browser) -> None:
    own = office.officer_id("admin")
    assert admin.post(f"/people/{own}/close", {"password": PASSWORD}).status_code == 422
    form = {"name": "Cán bộ admin", "role": "reviewer", "agency": "commune_culture_social"}
    answer = admin.post(f"/people/{own}", form | {"seen": seen(admin, f"/people/{own}")})
    assert answer.status_code == 422
    assert "Đóng tài khoản" not in admin.text(f"/people/{own}")


def test_administrator_cannot_change_own_rights_and_other_changes_are_announced(
    office: Office, admin: Browser, signed_in: Callable[[str], Browser]
) -> None:
    own, watching = office.officer_id("admin"), signed_in("privacy_officer")
    form = {"name": "Quản trị", "role": "admin", "agency": "commune_culture_social", "password": PASSWORD}
    for more in ({"team": team_id(office)}, {"unit": "c11629_v2"}):
        answer = admin.post(f"/people/{own}", form | more | {"seen": seen(admin, f"/people/{own}")})
        assert answer.status_code == 422
        assert "tài khoản của chính bạn" in answer.get_data(as_text=True)
    assert admin.post(f"/people/{own}", form | {"seen": seen(admin, f"/people/{own}")}).status_code == 303
    waits = "đang chờ người thứ hai"
    assert waits not in watching.text("/")
    path = f"/people/{office.officer_id('city_viewer')}"
    fields = form | {"name": "Đọc", "role": "reviewer", "seen": seen(admin, path)}
    assert admin.post(path, fields).status_code == 303
    assert waits in watching.text("/")


def test_list_marks_accounts_for_the_whole_area(admin: Browser) -> None:
    """An agency reporter without a commune reports for all of them."""
    assert "toàn địa bàn" in unescape(admin.text("/people?role=agency_reporter"))
    assert "toàn địa bàn" not in unescape(admin.text("/people?role=admin"))


def chosen_again(office: Office, admin: Browser, stranger: Browser, login: str) -> Browser:
    """Reset an officer's password as the administrator; return the officer, signed in by the link."""
    answer = admin.post(f"/people/{office.officer_id(login)}/reset", {"password": PASSWORD})
    link = follow(admin, answer)
    assert stranger.client.post(link, data={"password": NEW, "again": NEW}).status_code == 303
    assert office.confirm_access() == 1
    browser = Browser(office.app.test_client())
    answer = browser.client.post("/sign-in", data={"login": login, "password": NEW})
    assert answer.status_code == 303
    return browser


def test_officer_sees_a_reset_until_it_is_acknowledged(
    office: Office, admin: Browser, stranger: Browser, signed_in: Callable[[str], Browser]
) -> None:
    with office.engine.begin() as connection:
        connection.execute(update(Officer).values(email="an@huyen.example"))
    browser = chosen_again(office, admin, stranger, "binh")
    page = unescape(browser.text("/"))
    sentence = re.search(r"Mật khẩu của bạn đã được đặt lại lúc 24/11/2026 \d\d:\d\d, bởi: người", page)
    assert sentence is not None
    notice = re.search(r'action="(/notices/[0-9a-f-]+/read)"', page)
    assert notice is not None
    # Other officers neither see nor acknowledge it; the office's list does not contain it.
    for login in ("an", "chi"):
        other = signed_in(login)
        assert "đã được đặt lại" not in unescape(other.text("/"))
        assert other.post(notice[1]).status_code == 404
    assert "đã được đặt lại" not in unescape(admin.text("/notices"))
    assert browser.post(notice[1]).status_code == 303
    assert "Đã đọc" in unescape(browser.text("/"))
    with snapshot(office.engine) as session:
        # This office sends no e-mail: none waits for the day on which it does.
        assert session.scalars(select(Mail)).all() == []


def test_own_change_is_no_news(office: Office, admin: Browser) -> None:
    own = office.officer_id("admin")
    assert admin.post(f"/people/{own}/drop-codes", {"password": PASSWORD}).status_code == 303
    with snapshot(office.engine) as session:
        assert session.scalars(select(Notice).where(Notice.officer_id == own)).all() == []
