"""Access given alone in an emergency: somebody of oversight is told, and not the person of the request."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape

import pytest
from sqlalchemy import select, update
from tests.server.console.access_requests.test_passwords import (
    NEW,
    ask,
    choose,
    digits_of,
    path_of,
    request_of,
    signs_in,
)
from tests.server.console.access_requests.test_rights import save, seen_on
from tests.server.console.conftest import Browser
from tests.server.office_scene import PASSWORD, Office

from field178_server.database.models import Mail, Officer
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.mail.operations import claim_next

ALONE = {"reason": "gấp, không ai liên lạc được", "password": PASSWORD}


@pytest.fixture
def admin(signed_in: Callable[[str], Browser]) -> Browser:
    return signed_in("admin")


def close(office: Office, admin: Browser, login: str) -> int:
    return admin.post(f"/people/{office.officer_id(login)}/close", {"password": PASSWORD}).status_code


def take_over(office: Office, admin: Browser, stranger: Browser, login: str) -> int:
    """Ask for another password, choose it by the link, and put it into effect alone."""
    choose(stranger, ask(office, admin, login))
    return admin.post(path_of(office, "alone"), ALONE).status_code


def test_last_person_of_oversight_is_not_taken_over_alone(
    office: Office, admin: Browser, stranger: Browser
) -> None:
    assert close(office, admin, "privacy_officer") == 303
    assert take_over(office, admin, stranger, "leader_viewer") == 403
    assert not signs_in(office, "leader_viewer", NEW)
    page = unescape(admin.text(f"/access-requests/{request_of(office).request_id}"))
    assert "/alone" not in page
    assert "không ai khác thuộc lãnh đạo hoặc bảo vệ dữ liệu" in page


def test_account_taken_over_alone_confirms_nothing_and_is_no_oversight(
    office: Office, admin: Browser, stranger: Browser, signed_in: Callable[[str], Browser]
) -> None:
    assert take_over(office, admin, stranger, "leader_viewer") == 303
    assert close(office, admin, "privacy_officer") == 403
    assert save(office, admin, "privacy_officer", "city_viewer") == 403
    taken = signed_in("leader_viewer")
    assert save(office, admin, "city_viewer", "reviewer") == 303
    page = f"/access-requests/{request_of(office).request_id}"
    assert "Tài khoản của bạn có hiệu lực mà không qua người thứ hai" in unescape(taken.text(page))
    assert taken.post(path_of(office, "confirm"), {"password": NEW}).status_code == 403
    assert taken.post(path_of(office, "refuse"), {"password": NEW, "reason": "không"}).status_code == 403


def test_confirmed_password_ends_what_an_emergency_left(
    office: Office, admin: Browser, stranger: Browser, signed_in: Callable[[str], Browser]
) -> None:
    assert take_over(office, admin, stranger, "leader_viewer") == 303
    code = digits_of(stranger, choose(stranger, ask(office, admin, "leader_viewer")))
    privacy = signed_in("privacy_officer")
    sent = {"check_code": code, "password": PASSWORD}
    page = path_of(office, "confirm").rsplit("/", 1)[0]
    assert privacy.post(f"{page}/confirm", sent | {"seen": seen_on(privacy, page)}).status_code == 303
    assert close(office, admin, "privacy_officer") == 303


def test_right_given_alone_is_no_oversight(
    office: Office, admin: Browser, signed_in: Callable[[str], Browser]
) -> None:
    assert save(office, admin, "city_viewer", "leader_viewer") == 303
    assert admin.post(path_of(office, "alone"), ALONE).status_code == 303
    assert close(office, admin, "privacy_officer") == 303
    assert close(office, admin, "leader_viewer") == 403


def test_account_without_a_password_is_no_oversight(office: Office, admin: Browser) -> None:
    with office.engine.begin() as connection:
        of_privacy = update(Officer).where(Officer.login == "privacy_officer")
        connection.execute(of_privacy.values(password_hash=None))
    assert close(office, admin, "leader_viewer") == 403


def test_password_that_nobody_chose_is_not_put_into_effect(office: Office, admin: Browser) -> None:
    ask(office, admin)
    assert admin.post(path_of(office, "alone"), ALONE).status_code == 409
    assert signs_in(office, "binh", PASSWORD)


def test_closed_person_of_oversight_and_the_others_get_an_email(
    office: Office, admin: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(office.settings), "sends_mail", True)
    with office.engine.begin() as connection:
        connection.execute(update(Officer).values(email="x@huyen.example"))
    assert close(office, admin, "privacy_officer") == 303
    with snapshot(office.engine) as session:
        query = select(Officer.login, Mail.text).join(Mail, Mail.officer_id == Officer.officer_id)
        rows = session.execute(query).all()
    told_logins = {login for login, text in rows if "(privacy_officer)" in text}
    assert told_logins == {"leader_viewer", "privacy_officer"}
    now = office.clock.now()
    addresses = []
    while (mail := run_write(office.engine, lambda s: claim_next(s, "main", now))) is not None:
        addresses.append(mail.address)
    assert addresses == ["x@huyen.example"] * len(rows)
