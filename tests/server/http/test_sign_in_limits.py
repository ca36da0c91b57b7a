"""Limits of sign-ins: guesses are slowed down, and no stranger keeps an officer out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from tests.server.office_scene import PASSWORD, Office, copy_of

from field178_server.accounts import one_time_codes
from field178_server.accounts import operations as accounts
from field178_server.database.models import AttemptCount
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.http.sign_in import SPRAYED
from field178_server.security import totp

SignIn = Callable[..., int]
GUESS = "doan-mo-mat-khau-{}"


@pytest.fixture
def office(furnished: Path, tmp_path: Path) -> Iterator[Office]:
    scene = Office(copy_of(furnished, tmp_path / "data"))
    yield scene
    scene.close()


@pytest.fixture
def limit(office: Office) -> int:
    return office.settings.sign_in_attempts_per_login


def sign_in(browser: FlaskClient, password: str, address: str, login: str = "chi", code: str = "") -> int:
    """Send the form from an address and return the status: 303 for a sign-in."""
    fields = {"login": login, "password": password, "totp": code}
    return browser.post("/sign-in", data=fields, environ_base={"REMOTE_ADDR": address}).status_code


def test_guesses_of_a_stranger_lock_nobody_out(office: Office, limit: int) -> None:
    stranger = office.app.test_client()
    answers = [sign_in(stranger, GUESS.format(n), "203.0.113.9") for n in range(limit + 1)]
    assert answers == [403] * limit + [429]
    assert sign_in(office.app.test_client(), PASSWORD, "198.51.100.7") == 303


def test_guesses_from_a_hundred_addresses_do_not_lock_out_a_known_browser(office: Office, limit: int) -> None:
    browser = office.app.test_client()
    assert sign_in(browser, PASSWORD, "198.51.100.7") == 303
    browser.delete_cookie("field178")
    answers = {
        sign_in(office.app.test_client(), GUESS.format(f"{host}-{n}"), f"203.0.113.{host}")
        for host in range(100)
        for n in range(2)
    }
    assert answers == {403, 429}, "the login has a limit over all addresses"
    assert sign_in(office.app.test_client(), PASSWORD, "198.51.100.8") == 429
    assert sign_in(browser, PASSWORD, "203.0.113.1") == 303
    browser.delete_cookie("field178")
    assert [sign_in(browser, "sai", "203.0.113.1") for _ in range(limit + 1)] == [403] * limit + [429]


def test_a_known_browser_is_known_for_its_own_officer_only(office: Office, limit: int) -> None:
    browser = office.app.test_client()
    assert sign_in(browser, PASSWORD, "198.51.100.7", login="an") == 303
    cookie = next(cookie for cookie in browser._cookies.values() if "known" in cookie.key)
    stranger = office.app.test_client()
    for n in range(limit):
        sign_in(stranger, GUESS.format(n), "198.51.100.7")
    browser.delete_cookie("field178")
    assert sign_in(browser, PASSWORD, "198.51.100.7") == 429, "the cookie of `an` says nothing of `chi`"
    browser.set_cookie(cookie.key, cookie.value[:-1] + ("0" if cookie.value[-1] != "0" else "1"))
    for n in range(limit):
        sign_in(stranger, GUESS.format(n), "198.51.100.7", login="an")
    assert sign_in(browser, PASSWORD, "198.51.100.7", login="an") == 429, "a forged cookie is none"
    browser.set_cookie(cookie.key, cookie.value)
    assert sign_in(browser, PASSWORD, "198.51.100.7", login="an") == 303


def test_a_password_tried_for_many_logins_is_slowed_down(office: Office) -> None:
    answers = [
        sign_in(office.app.test_client(), "HaiPhong2026!!", f"203.0.113.{n}", login=f"canbo{n}")
        for n in range(SPRAYED + 1)
    ]
    assert answers == [403] * SPRAYED + [429]
    assert sign_in(office.app.test_client(), PASSWORD, "198.51.100.7") == 303


def test_a_right_one_time_code_passes_the_limit_of_its_login(office: Office, limit: int) -> None:
    secret, box = (
        totp.encode_secret(b"12345678901234567890"),
        one_time_codes.secret_box(office.runtime.keyring),
    )
    run_write(office.engine, lambda s: accounts.require_one_time_codes(s, office.context, box, "chi", secret))
    stranger = office.app.test_client()
    assert [sign_in(stranger, GUESS.format(n), "198.51.100.7") for n in range(limit + 1)][-1] == 429
    code = totp.code_of_step(secret, int(office.clock.now().timestamp()) // totp.STEP_S)
    assert sign_in(stranger, PASSWORD, "198.51.100.7", code="000000") == 429
    assert sign_in(stranger, PASSWORD, "198.51.100.7", code=code) == 303


def test_the_store_keeps_no_guess_and_no_address(office: Office) -> None:
    sign_in(office.app.test_client(), "HaiPhong2026!!", "203.0.113.9")
    with snapshot(office.engine) as session:
        keys = session.scalars(select(AttemptCount.key)).all()
    # Four limits, and the count of refusals.
    assert len(keys) == 5
    assert all(len(key) == 32 and int(key, 16) for key in keys)
