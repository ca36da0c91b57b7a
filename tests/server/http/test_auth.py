"""Sign-in to the console, the end of sessions, and the refusal of forged forms."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select, update
from tests.server.office_scene import PASSWORD, MovedClock, Office, furnish, settings_of
from werkzeug.test import TestResponse

from field178_server.accounts import officers, one_time_codes, sessions
from field178_server.accounts import operations as accounts
from field178_server.database.models import Audit, ConsoleSession
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.http import auth, browser_session
from field178_server.security import totp
from field178_server.security.passwords import Passwords
from field178_server.security.secret_box import SecretBox

COOKIE = "field178"


def probe(app: Flask) -> None:
    """Views that tell what the guards let through."""
    bp = Blueprint("probe", __name__)
    bp.before_request(browser_session.check_csrf)

    @bp.post("/probe/in")
    def enter() -> str:
        from flask import request

        form = request.form
        return browser_session.sign_in(form["login"], form["password"], form.get("totp", "")).login

    @bp.post("/probe/out")
    def leave() -> str:
        browser_session.sign_out()
        return "out"

    @bp.post("/probe/confirm")
    def confirm() -> str:
        from flask import request

        browser_session.confirm(request.form["password"])
        return str(browser_session.is_confirmed())

    @bp.get("/probe/token")
    def token() -> str:
        return browser_session.csrf_token()

    @bp.get("/probe/who")
    def who() -> str:
        return f"{auth.current_officer().login} {browser_session.is_confirmed()}"

    @bp.post("/probe/form")
    def form() -> str:
        return "taken"

    app.register_blueprint(bp)


@pytest.fixture
def office(engine: Engine, tmp_path: Path) -> Iterator[Office]:
    settings = settings_of(tmp_path / "data", database_url=engine.url.render_as_string(hide_password=False))
    furnish(settings, MovedClock())
    office = Office(settings)
    probe(office.app)
    yield office
    office.close()


@pytest.fixture
def browser(office: Office) -> FlaskClient:
    return office.app.test_client()


def codes_box(office: Office) -> SecretBox:
    return one_time_codes.secret_box(office.runtime.keyring)


def enter(browser: FlaskClient, login: str = "chi", password: str = PASSWORD, **more: str) -> TestResponse:
    form = {"login": login, "password": password, **more}
    # A browser that is signed in already sends the token of the form it shows.
    form["csrf_token"] = browser.get("/probe/token").get_data(as_text=True)
    return browser.post("/probe/in", data=form)


def who(browser: FlaskClient) -> str | None:
    answer = browser.get("/probe/who")
    return answer.get_data(as_text=True) if answer.status_code == 200 else None


def test_an_officer_signs_in_and_out(browser: FlaskClient) -> None:
    assert who(browser) is None
    assert enter(browser).status_code == 200
    assert who(browser) == "chi False"
    token = browser.get("/probe/token").get_data(as_text=True)
    assert browser.post("/probe/out", headers={"X-CSRF-Token": token}).status_code == 200
    assert who(browser) is None


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(browser: FlaskClient) -> None:
    cookie = enter(browser).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
    assert "Expires" not in cookie


def test_a_session_that_was_put_into_the_store_opens_nothing(office: Office, browser: FlaskClient) -> None:
    enter(browser)
    cookie = browser.get_cookie(COOKIE)
    assert cookie is not None
    own, forged = sessions.hash_token(cookie.value.partition(".")[0]), "f" * 43
    row, columns = row_of(office, own), ConsoleSession.__table__.columns
    added = {column.name: getattr(row, column.name) for column in columns}
    run_write(
        office.engine,
        lambda session: session.add(ConsoleSession(**added | {"token_hash": sessions.hash_token(forged)})),
    )
    thief = office.app.test_client()
    for value in (forged, f"{forged}.", f"{forged}.{cookie.value.partition('.')[2]}"):
        thief.set_cookie(COOKIE, value)
        assert who(thief) is None
    assert who(browser) == "chi False"


def test_a_session_that_was_given_to_another_officer_in_the_store_opens_nothing(
    office: Office, browser: FlaskClient
) -> None:
    enter(browser)
    an = office.officer_id("an")
    run_write(office.engine, lambda session: session.execute(update(ConsoleSession).values(officer_id=an)))
    assert who(browser) is None


def row_of(office: Office, token_hash: str) -> ConsoleSession:
    with snapshot(office.engine) as session:
        return session.get_one(ConsoleSession, (office.settings.tenant, token_hash))


def test_on_https_the_cookie_is_secure_and_named_so(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "data", url="https://so178.example")
    furnish(settings, MovedClock())
    office = Office(settings)
    probe(office.app)
    cookie = enter(office.app.test_client()).headers["Set-Cookie"]
    assert cookie.startswith("__Host-field178=")
    assert "Secure" in cookie
    assert office.client.get("/healthz").headers["Strict-Transport-Security"] == "max-age=31536000"
    office.close()


@pytest.mark.parametrize(
    ("login", "password"), [("chi", "sai mật khẩu rồi"), ("khong-co", PASSWORD), ("", "")]
)
def test_a_wrong_sign_in_opens_nothing(browser: FlaskClient, login: str, password: str) -> None:
    assert enter(browser, login, password).status_code == 403
    assert who(browser) is None


def test_a_session_ends_after_thirty_idle_minutes(office: Office, browser: FlaskClient) -> None:
    enter(browser)
    for _ in range(3):
        office.clock.move(minutes=29)
        assert who(browser) is not None
    office.clock.move(minutes=30)
    assert who(browser) is None


def test_a_session_ends_after_twelve_hours_however_busy(office: Office, browser: FlaskClient) -> None:
    enter(browser)
    for _ in range(12 * 4 - 1):
        office.clock.move(minutes=15)
        assert who(browser) is not None
    office.clock.move(minutes=15)
    assert who(browser) is None


def test_a_session_planted_before_signing_in_is_worth_nothing_after_it(
    office: Office, browser: FlaskClient
) -> None:
    enter(browser, "an")
    planted = browser.get_cookie(COOKIE)
    assert planted is not None
    enter(browser, "chi")
    thief = office.app.test_client()
    thief.set_cookie(COOKIE, planted.value)
    assert who(thief) is None
    assert who(browser) == "chi False"


def test_the_oldest_of_more_than_three_sessions_ends(office: Office) -> None:
    browsers = [office.app.test_client() for _ in range(4)]
    for browser in browsers:
        office.clock.move(minutes=1)
        enter(browser)
    assert [who(browser) is not None for browser in browsers] == [False, True, True, True]


@pytest.mark.parametrize("act", ["password", "disable", "totp"])
def test_sessions_end_when_the_account_changes(office: Office, browser: FlaskClient, act: str) -> None:
    enter(browser)
    acts = {
        "password": lambda session: accounts.set_password(session, office.context, "chi", "other"),
        "disable": lambda session: accounts.disable(session, office.context, "chi"),
        "totp": lambda session: accounts.require_one_time_codes(
            session, office.context, codes_box(office), "chi", "JBSWY3DP"
        ),
    }
    run_write(office.engine, acts[act])
    assert who(browser) is None


def test_store_contains_no_session_token(office: Office, browser: FlaskClient) -> None:
    enter(browser)
    cookie = browser.get_cookie(COOKIE)
    with snapshot(office.engine) as session:
        hashes = session.scalars(select(ConsoleSession.token_hash)).all()
    assert cookie is not None
    assert len(hashes) == 1
    assert cookie.value not in hashes


@pytest.mark.parametrize("method", ["POST"])
@pytest.mark.parametrize("token", [None, "", "0" * 64, "é"])
def test_a_form_without_the_sessions_token_is_refused(
    browser: FlaskClient, method: str, token: str | None
) -> None:
    enter(browser)
    form = {} if token is None else {"csrf_token": token}
    assert browser.open("/probe/form", method=method, data=form).status_code == 403


def test_a_token_of_another_session_is_refused(office: Office, browser: FlaskClient) -> None:
    other = office.app.test_client()
    enter(other, "an"), enter(browser)
    token = other.get("/probe/token").get_data(as_text=True)
    assert browser.post("/probe/form", data={"csrf_token": token}).status_code == 403
    own = browser.get("/probe/token").get_data(as_text=True)
    assert browser.post("/probe/form", data={"csrf_token": own}).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://localhost"}, 200),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 200),
    ],
)
def test_a_form_from_another_site_is_refused_even_when_nobody_is_signed_in(
    browser: FlaskClient, headers: dict[str, str], status: int
) -> None:
    form = {"login": "chi", "password": PASSWORD}
    assert browser.post("/probe/in", data=form, headers=headers).status_code == status


def test_the_password_typed_again_opens_ten_minutes(office: Office, browser: FlaskClient) -> None:
    enter(browser)
    token = browser.get("/probe/token").get_data(as_text=True)
    head = {"X-CSRF-Token": token}
    assert browser.post("/probe/confirm", data={"password": "sai"}, headers=head).status_code == 403
    assert browser.post("/probe/confirm", data={"password": PASSWORD}, headers=head).text == "True"
    office.clock.move(minutes=9, seconds=59)
    assert who(browser) == "chi True"
    office.clock.move(seconds=1)
    assert who(browser) == "chi False"


def test_with_one_time_codes_a_password_alone_is_not_enough(office: Office, browser: FlaskClient) -> None:
    secret = totp.encode_secret(b"12345678901234567890")
    box = codes_box(office)
    run_write(
        office.engine,
        lambda session: accounts.require_one_time_codes(session, office.context, box, "chi", secret),
    )
    step = int(office.clock.now().timestamp()) // 30
    code = totp.code_of_step(secret, step)
    assert enter(browser).status_code == 403
    assert enter(browser, totp="000000").status_code == 403
    assert enter(browser, totp=code).status_code == 200
    assert enter(office.app.test_client(), totp=code).status_code == 403


def test_every_attempt_to_sign_in_is_written_down_without_the_login(
    office: Office, browser: FlaskClient
) -> None:
    office.clock.move(seconds=1)
    enter(browser, "khong-co-ai")
    office.clock.move(seconds=1)
    enter(browser, "chi", "sai mật khẩu rồi")
    office.clock.move(seconds=1)
    enter(browser, "chi")
    with snapshot(office.engine) as session:
        chi = officers.by_login_or_id(session, "main", "chi").officer_id
        rows = session.scalars(select(Audit).order_by(Audit.audit_id)).all()[-3:]
    assert [(row.action, row.actor_id, row.details) for row in rows] == [
        ("sign_in_refused", None, None),
        ("sign_in_refused", chi, None),
        ("sign_in_accepted", chi, None),
    ]


def test_password_hash_of_another_cost_is_replaced_at_the_next_sign_in(
    office: Office, browser: FlaskClient
) -> None:
    costly = Passwords().hash(PASSWORD)
    run_write(office.engine, lambda session: accounts.set_password(session, office.context, "chi", costly))
    assert enter(browser).status_code == 200
    assert who(browser) is not None
    with snapshot(office.engine) as session:
        stored = officers.by_login_or_id(session, "main", "chi").password_hash
    assert stored is not None
    assert not Passwords("test").is_outdated(stored)


def test_sign_ins_are_limited_for_a_login_and_return_the_wait(office: Office, browser: FlaskClient) -> None:
    limit = office.settings.sign_in_attempts_per_login
    answers = [enter(browser, "chi", "sai mật khẩu rồi") for _ in range(limit + 1)]
    assert [answer.status_code for answer in answers] == [403] * limit + [429]
    assert enter(browser, "chi").status_code == 429
    assert enter(browser, "an").status_code == 200
    office.clock.move(minutes=10)
    assert enter(browser, "chi").status_code == 200


def test_a_password_has_no_end_by_age(office: Office, browser: FlaskClient) -> None:
    office.clock.move(days=3 * 365)
    assert enter(browser).status_code == 200
    assert who(browser) == "chi False"
