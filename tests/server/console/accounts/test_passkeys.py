"""Passkeys beside one-time codes: added, asked at sign-in and confirmations, refused when not right."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from tests.server.console.conftest import Browser, open_session
from tests.server.office_scene import PASSWORD, Office, copy_of
from tests.server.passkey_device import PasskeyDevice
from werkzeug.test import TestResponse

from field178_server.accounts import officers
from field178_server.accounts import operations as accounts
from field178_server.database.models import Audit, Passkey
from field178_server.database.unit_of_work import run_write, snapshot

HOST, ORIGIN = "so178.test", "http://so178.test:8178"


@pytest.fixture
def office(staffed: Path, tmp_path: Path) -> Iterator[Office]:
    office = Office(copy_of(staffed, tmp_path / "data", url=ORIGIN, second_factor="required"))
    yield office
    office.close()


@pytest.fixture
def device() -> PasskeyDevice:
    return PasskeyDevice(ORIGIN, HOST)


def options(browser: Browser, path: str) -> dict[str, Any]:
    answer = browser.client.post(path, headers={"X-CSRF-Token": browser.token()})
    assert answer.status_code == 200
    return dict(answer.get_json())


def add(browser: Browser, device: PasskeyDevice, name: str = "Máy ở cơ quan", **more: str) -> TestResponse:
    """Add a passkey of a device as the browser's script does."""
    asked_for = options(browser, "/account/passkeys/options")
    fields = {"new_passkey": device.create(asked_for), "new_passkey_challenge": asked_for["challenge"]}
    return browser.post("/account/passkeys", fields | {"name": name, "password": PASSWORD} | more)


def confirmed_by(browser: Browser, device: PasskeyDevice) -> dict[str, str]:
    """Return the fields by which a passkey confirms a form."""
    asked_for = options(browser, "/account/passkeys/challenge")
    return {"passkey": device.get(asked_for), "passkey_challenge": asked_for["challenge"]}


def begin_sign_in(office: Office, login: str = "chi", **more: str) -> tuple[Browser, dict[str, Any]]:
    """Type login and password; return the browser and the options that its page asks the passkey."""
    browser = Browser(office.app.test_client())
    answer = browser.client.post("/sign-in", data={"login": login, "password": PASSWORD} | more)
    assert answer.status_code == 200
    stated = re.search(r'data-options="([^"]+)"', answer.get_data(as_text=True))
    assert stated is not None
    assert browser.get("/account").status_code == 302
    return browser, json.loads(unescape(stated[1]))


def end_sign_in(browser: Browser, asked_for: dict[str, Any], answer: str) -> int:
    sent = {"passkey": answer, "passkey_challenge": asked_for["challenge"]}
    return browser.client.post("/sign-in/passkey", data=sent).status_code


def trail(office: Office, action: str) -> int:
    with snapshot(office.engine) as session:
        return len(session.scalars(select(Audit).where(Audit.action == action)).all())


def test_passkey_is_asked_after_the_password(office: Office, device: PasskeyDevice) -> None:
    assert add(open_session(office, "chi"), device).status_code == 303
    browser, asked_for = begin_sign_in(office)
    device.count = 1
    assert end_sign_in(browser, asked_for, device.get(asked_for)) == 303
    assert browser.get("/account").status_code == 200
    assert "Máy ở cơ quan" in browser.text("/account")


def test_code_is_offered_to_who_has_an_authenticator(office: Office, device: PasskeyDevice) -> None:
    add(open_session(office, "chi"), device)
    code = "Quay lại đăng nhập để nhập mã"
    assert code not in asked_after_password(office)
    assert "/help/emergency/lost-key" in asked_after_password(office)

    def give_codes(session: Session) -> None:
        officers.by_login_or_id(session, "main", "chi").totp_secret = "JBSWY3DPEHPK3PXP"

    run_write(office.engine, give_codes)
    assert code in asked_after_password(office)


def asked_after_password(office: Office) -> str:
    """Return the page that asks for the passkey."""
    sent = {"login": "chi", "password": PASSWORD}
    return office.app.test_client().post("/sign-in", data=sent).get_data(as_text=True)


def test_sign_in_that_waits_for_a_passkey_ends_with_the_password(
    office: Office, device: PasskeyDevice
) -> None:
    """Who typed the former password, and holds the passkey's device, is not let in after a reset."""
    assert add(open_session(office, "chi"), device).status_code == 303
    browser, asked_for = begin_sign_in(office)
    run_write(
        office.engine, lambda session: accounts.set_password(session, office.context, "chi", "new hash")
    )
    device.count = 1
    assert end_sign_in(browser, asked_for, device.get(asked_for)) == 403
    assert browser.get("/account").status_code == 302


def test_confirmation_without_the_code_is_refused_beside_passkeys(
    office: Office, device: PasskeyDevice
) -> None:
    chi = open_session(office, "chi")
    assert add(chi, device).status_code == 303

    def give_codes(session: Session) -> None:
        officers.by_login_or_id(session, "main", "chi").totp_secret = "JBSWY3DPEHPK3PXP"

    run_write(office.engine, give_codes)
    office.clock.move(minutes=11)
    sent = {"password": PASSWORD, "code": "", "next": "/account"}
    assert open_session(office, "chi").post("/confirm", sent).status_code == 403


def test_wrong_password_reaches_no_passkey(office: Office, device: PasskeyDevice) -> None:
    add(open_session(office, "chi"), device)
    wrong = {"login": "chi", "password": "con meo leo cay cau"}
    assert office.app.test_client().post("/sign-in", data=wrong).status_code == 403


def test_typed_code_does_not_take_the_place_of_a_passkey(office: Office, device: PasskeyDevice) -> None:
    add(open_session(office, "chi"), device)
    begin_sign_in(office, totp="123456")


@pytest.mark.parametrize("answerer", ["origin", "host", "key", "credential", "noise", "nothing"])
def test_answer_of_another_site_or_key_is_refused(
    office: Office, device: PasskeyDevice, answerer: str
) -> None:
    add(open_session(office, "chi"), device)
    browser, asked_for = begin_sign_in(office)
    others = {
        "origin": lambda: PasskeyDevice("https://so178.test.evil", HOST, 9, device.key, device.credential_id),
        "host": lambda: PasskeyDevice(ORIGIN, "evil.test", 9, device.key, device.credential_id),
        "key": lambda: PasskeyDevice(ORIGIN, HOST, 9, credential_id=device.credential_id),
        "credential": lambda: PasskeyDevice(ORIGIN, HOST, 9),
    }
    if answerer in others:
        answer = others[answerer]().get(asked_for)
    else:
        answer = {"noise": '{"id": ["x"], "response": 7}', "nothing": ""}[answerer]
    assert end_sign_in(browser, asked_for, answer) == 403
    assert browser.get("/account").status_code == 302
    assert trail(office, "passkey_refused") == 1


def test_challenge_serves_one_answer_of_its_own_officer_and_use(
    office: Office, device: PasskeyDevice
) -> None:
    own, other = open_session(office, "chi"), PasskeyDevice(ORIGIN, HOST)
    add(own, device)
    add(open_session(office, "an"), other)
    browser, asked_for = begin_sign_in(office)
    # The credential of another officer answers rightly, yet not for this one.
    assert end_sign_in(browser, asked_for, other.get(asked_for)) == 403
    # That answer has used the challenge up, the right one comes too late.
    assert end_sign_in(browser, asked_for, device.get(asked_for)) == 403
    browser, asked_for = begin_sign_in(office)
    answer = device.get(asked_for)
    assert end_sign_in(browser, asked_for, answer) == 303
    assert end_sign_in(Browser(office.app.test_client()), asked_for, answer) == 403
    # A challenge for a confirmation opens no session.
    asked_for = options(own, "/account/passkeys/challenge")
    assert end_sign_in(Browser(office.app.test_client()), asked_for, device.get(asked_for)) == 403


def test_challenge_ends_after_five_minutes_and_with_the_account(
    office: Office, device: PasskeyDevice
) -> None:
    add(open_session(office, "chi"), device)
    browser, asked_for = begin_sign_in(office)
    office.clock.move(minutes=5)
    assert end_sign_in(browser, asked_for, device.get(asked_for)) == 403
    browser, asked_for = begin_sign_in(office)
    run_write(office.engine, lambda session: accounts.disable(session, office.context, "chi"))
    assert end_sign_in(browser, asked_for, device.get(asked_for)) == 403


def test_counter_that_does_not_grow_is_that_of_a_copy(office: Office, device: PasskeyDevice) -> None:
    add(open_session(office, "chi"), device)
    device.count = 5
    browser, asked_for = begin_sign_in(office)
    assert end_sign_in(browser, asked_for, device.get(asked_for)) == 303
    for count in (5, 4, 0):
        device.count = count
        browser, asked_for = begin_sign_in(office)
        assert end_sign_in(browser, asked_for, device.get(asked_for)) == 403
    device.count = 6
    browser, asked_for = begin_sign_in(office)
    assert end_sign_in(browser, asked_for, device.get(asked_for)) == 303


def test_confirmation_needs_password_and_passkey(office: Office, device: PasskeyDevice) -> None:
    add(open_session(office, "chi"), device)
    browser = open_session(office, "chi")
    form = {"password": PASSWORD, "next": "/account"}
    assert browser.post("/confirm", form).status_code == 403
    assert browser.post("/confirm", confirmed_by(browser, device) | {"password": "falsch"}).status_code == 403
    foreign = PasskeyDevice(ORIGIN, HOST)
    assert browser.post("/confirm", form | confirmed_by(browser, foreign)).status_code == 403
    assert browser.post("/confirm", form | confirmed_by(browser, device)).status_code == 303


def test_new_passkey_needs_the_password_a_name_and_this_origin(office: Office, device: PasskeyDevice) -> None:
    browser = open_session(office, "chi")
    assert add(browser, device, password="falsch").status_code == 403
    assert add(browser, device, name=" ").status_code == 422
    assert add(browser, PasskeyDevice("https://evil.test", HOST)).status_code == 422
    asked_for = options(browser, "/account/passkeys/options")
    fields = {
        "new_passkey": device.create(asked_for),
        "new_passkey_challenge": asked_for["challenge"],
        "name": "x",
    }
    # The challenge of another officer's page.
    assert (
        open_session(office, "an").post("/account/passkeys", fields | {"password": PASSWORD}).status_code
        == 422
    )
    assert add(browser, device).status_code == 303
    assert add(browser, device).status_code == 422, "it is stored already"
    with snapshot(office.engine) as session:
        assert len(session.scalars(select(Passkey)).all()) == 1


def test_passkeys_are_renamed_and_removed_by_their_officer(office: Office, device: PasskeyDevice) -> None:
    browser, other = open_session(office, "chi"), open_session(office, "an")
    add(browser, device)
    with snapshot(office.engine) as session:
        path = f"/account/passkeys/{session.scalars(select(Passkey.passkey_id)).one()}"
    assert other.post(f"{path}/rename", {"name": "của tôi"}).status_code == 404
    assert other.post(f"{path}/remove", {"password": PASSWORD}).status_code == 404
    assert browser.post(f"{path}/rename", {"name": "Điện thoại"}).status_code == 303
    assert "Điện thoại" in browser.text("/account")
    assert browser.post(f"{path}/remove", {}).status_code == 303
    answer = office.app.test_client().post("/sign-in", data={"login": "chi", "password": PASSWORD})
    assert answer.status_code == 303


def test_passkey_is_a_second_factor_that_a_duty_accepts_and_keeps(
    office: Office, device: PasskeyDevice
) -> None:
    admin = open_session(office, "admin")
    assert admin.get("/").headers["Location"] == "/account/authenticator"
    assert "Hoặc thêm khóa truy cập" in admin.text("/account/authenticator")
    assert add(admin, device).headers["Location"] == "/"
    assert admin.get("/").status_code == 200
    with snapshot(office.engine) as session:
        first = session.scalars(select(Passkey.passkey_id)).one()
    assert admin.post(f"/account/passkeys/{first}/remove", {}).status_code == 422
    assert add(admin, PasskeyDevice(ORIGIN, HOST), name="Khóa USB").status_code == 303
    assert admin.post(f"/account/passkeys/{first}/remove", {}).status_code == 303
    assert admin.get("/").status_code == 200


def test_administrator_drops_lost_passkeys(office: Office, device: PasskeyDevice) -> None:
    admin, leader = open_session(office, "admin"), open_session(office, "leader_viewer")
    add(admin, device)
    add(leader, PasskeyDevice(ORIGIN, HOST))
    assert admin.post(f"/people/{office.officer_id('leader_viewer')}/drop-codes", {}).status_code == 303
    assert leader.get("/").headers["Location"] == "/account/authenticator"
    with snapshot(office.engine) as session:
        assert officers.by_login_or_id(session, "main", "leader_viewer").passkey_count == 0


def test_address_that_is_a_number_has_no_passkeys(staffed: Path, tmp_path: Path) -> None:
    office = Office(copy_of(staffed, tmp_path / "number"))
    browser = open_session(office, "chi")
    assert "Địa chỉ máy chủ này là một dãy số" in unescape(browser.text("/account"))
    assert browser.post("/account/passkeys/options").status_code == 404
    office.close()


def test_refused_passkey_marks_its_own_password_and_not_that_of_the_codes(
    office: Office, device: PasskeyDevice
) -> None:
    admin = open_session(office, "admin")
    answer = add(admin, device, password="con meo leo cay cau")
    assert answer.status_code == 403
    fields = re.findall(r'<input[^>]*type="password"[^>]*>', answer.get_data(as_text=True))
    assert [("passkey-password" in field, "aria-invalid" in field) for field in fields] == [
        (False, False),
        (True, True),
    ]


def test_code_is_offered_beside_the_passkey_to_those_who_have_codes(
    office: Office, device: PasskeyDevice
) -> None:
    add(open_session(office, "chi"), device)
    typed = {"login": "chi", "password": PASSWORD}
    page = unescape(office.app.test_client().post("/sign-in", data=typed).get_data(as_text=True))
    assert "Quay lại đăng nhập" in page
    assert "mã của ứng dụng xác thực" not in page
    assert "/help/emergency/lost-key" in page
    with office.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE officer SET totp_secret = 'sealed' WHERE login = 'chi'")
    page = unescape(office.app.test_client().post("/sign-in", data=typed).get_data(as_text=True))
    assert "mã của ứng dụng xác thực" in page
