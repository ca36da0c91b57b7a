"""A second factor is a duty of roles that give access or confirm it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from tests.server.console.conftest import Browser, open_session
from tests.server.office_scene import PASSWORD, Office, copy_of

from field178_server.console.shell.guard import BEFORE_FACTOR
from field178_server.console.shell.routes import all_routes
from field178_server.database.unit_of_work import snapshot
from field178_server.health.checks import CheckName, Level, checks_of
from field178_server.security import totp
from field178_shared.codelists import load

AUTHENTICATOR = "/account/authenticator"
OWING = ("admin", "privacy_officer", "leader_viewer")


@pytest.fixture
def office(staffed: Path, tmp_path: Path) -> Iterator[Office]:
    """Return an office whose server requires the second factor, as it does by default."""
    office = Office(copy_of(staffed, tmp_path / "data", second_factor="required"))
    yield office
    office.close()


def code_of(secret: str, office: Office, *, after_s: int = 0) -> str:
    step = int((office.clock.now() + timedelta(seconds=after_s)).timestamp()) // totp.STEP_S
    return totp.code_of_step(secret, step)


def set_up(office: Office, browser: Browser) -> str:
    """Set an authenticator up as the page asks; return its secret."""
    page = browser.text(AUTHENTICATOR)
    secret = re.search(r'name="secret" value="([A-Z2-7]+)"', page)
    assert secret is not None
    sent = {"secret": secret[1], "code": code_of(secret[1], office), "password": PASSWORD}
    assert browser.post(AUTHENTICATOR, sent).status_code == 303
    return secret[1]


@pytest.mark.parametrize("role", OWING)
def test_nothing_opens_before_the_second_factor_is_set_up(
    office: Office, signed_in: Callable[[str], Browser], role: str
) -> None:
    browser = signed_in(role)
    for path in ("/", "/account", "/people", "/access-requests", "/audit", "/purges", "/exports"):
        answer = browser.get(path)
        expected = [(302, AUTHENTICATOR)] if browser.get(path).status_code != 404 else [(404, None)]
        assert [(answer.status_code, answer.headers.get("Location"))] == expected, path
    shown = unescape(browser.text(AUTHENTICATOR))
    assert "chỉ mật khẩu thì chưa đủ" in shown
    # The page of the account, with its sign-out, is not open yet.
    assert 'action="/sign-out"' in shown
    assert 'class="back-link"' not in shown
    # No entry of the menu: each would lead back here.
    menu = shown[shown.index('<nav class="rail"') : shown.index("</nav>")]
    assert re.findall(r'href="(/[^"#]*)"', menu) == ["/"]
    assert browser.post("/account/password", {"present": PASSWORD}).headers["Location"] == AUTHENTICATOR
    set_up(office, browser)
    assert browser.get("/").status_code == 200


@pytest.mark.parametrize("login", ["chi", "an", "binh", "city_viewer", "agency_reporter", "commune_reporter"])
def test_other_roles_are_not_led_there(
    office: Office, signed_in: Callable[[str], Browser], login: str
) -> None:
    assert signed_in(login).get("/").status_code == 200


def test_every_page_but_those_of_the_setup_waits(office: Office) -> None:
    browser = open_session(office, "admin")
    lists = load()
    for route in all_routes().values():
        if route.method != "GET" or "<" in route.url or route.access.is_public:
            continue
        if not route.access.is_open_to("admin", lists) or route.url in BEFORE_FACTOR:
            continue
        assert browser.get(route.url).headers.get("Location") == AUTHENTICATOR, route.url


def test_sign_in_leads_to_the_setup_and_later_asks_for_the_code(office: Office) -> None:
    client = office.app.test_client()
    typed = {"login": "privacy_officer", "password": PASSWORD}
    assert client.post("/sign-in", data=typed).status_code == 303
    assert client.get("/").headers["Location"] == AUTHENTICATOR
    secret = set_up(office, Browser(client))
    other = office.app.test_client()
    assert other.post("/sign-in", data=typed).status_code == 403
    office.clock.move(seconds=60)
    assert other.post("/sign-in", data=typed | {"totp": code_of(secret, office)}).status_code == 303
    assert other.get("/").status_code == 200


def test_last_one_is_not_removed(office: Office, signed_in: Callable[[str], Browser]) -> None:
    browser = signed_in("admin")
    set_up(office, browser)
    answer = browser.post("/account/authenticator/end", {"password": PASSWORD})
    assert answer.status_code == 422
    assert "Vai trò của bạn phải có bước xác thực thứ hai" in unescape(answer.get_data(as_text=True))
    assert browser.get("/").status_code == 200
    assert "Thôi hỏi mã" not in browser.text("/account")


def test_list_of_accounts_and_health_tell_who_lacks_one(
    office: Office, signed_in: Callable[[str], Browser]
) -> None:
    admin = signed_in("admin")
    set_up(office, admin)
    page = unescape(admin.text("/people"))
    assert page.count("Chưa có bước thứ hai") == len(OWING) - 1

    def check() -> tuple[Level, str, object]:
        with snapshot(office.engine) as session:
            checks = checks_of(session, office.settings, office.clock.now())
        (factor,) = (check for check in checks if check.name is CheckName.SECOND_FACTOR)
        return factor.level, factor.reason, factor.figures["count"]

    assert check() == (Level.ATTENTION, "lacking", 2)
    for role in OWING[1:]:
        set_up(office, signed_in(role))
    assert check() == (Level.OK, "", 0)


def test_dropped_codes_lead_to_the_setup_again(office: Office, signed_in: Callable[[str], Browser]) -> None:
    admin, leader = signed_in("admin"), signed_in("leader_viewer")
    set_up(office, admin)
    set_up(office, leader)
    assert admin.post(f"/people/{office.officer_id('leader_viewer')}/drop-codes", {}).status_code == 303
    assert leader.get("/").headers["Location"] == AUTHENTICATOR
