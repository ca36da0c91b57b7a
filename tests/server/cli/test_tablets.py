"""`enrol-code`, `devices`, `revoke`, `grant`, `ungrant`, `expire-sessions`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from sqlalchemy import select
from tests.server.cli.command import Command
from tests.server.console.conftest import Browser
from tests.server.office_scene import PASSWORD, MovedClock, Office, Tablet, problem_of

from field178_server.database.models import Notice
from field178_server.database.unit_of_work import snapshot
from field178_server.settings import Settings
from field178_shared.time.clock import SystemClock


@pytest.fixture
def office(field178: Command) -> Iterator[Office]:
    settings = Settings.from_environment(
        {"FIELD178_DATA_DIR": str(field178.folder), "FIELD178_PASSWORD_COST": "test"}
    )
    office = Office(settings, MovedClock(SystemClock().now()))
    yield office
    office.close()


@pytest.fixture
def tablet(field178: Command, office: Office) -> Tablet:
    tablet = Tablet(office)
    assert tablet.enrol(str(field178.json("enrol-code", "--user", "an")["code"])).status_code == 201
    assert tablet.open_session().status_code == 200
    assert tablet.sign_in().status_code == 200
    return tablet


def sent_scopes(tablet: Tablet) -> list[str]:
    hello = tablet.sync().get_data(as_text=True).splitlines()[0]
    return re.findall(r'"((?:unit|team):[^"]+|ref)"', hello)


def test_code_is_printed_on_the_first_line_and_in_the_link(field178: Command) -> None:
    lines = field178("enrol-code", "--user", "an", "--no-qr").splitlines()
    code = re.fullmatch(r"code: ([0-9A-HJKMNP-TV-Z]{16})", lines[0])
    assert code is not None
    assert lines[1].startswith(f"link: field178:enrol?u=http://127.0.0.1:8178&c={code[1]}&k=")


def test_link_is_drawn_as_a_qr_code_on_request(field178: Command) -> None:
    assert "█" in field178("enrol-code", "--user", "an", "--qr")


def test_explicit_scopes_replace_the_officers_own(field178: Command) -> None:
    output = field178.json("enrol-code", "--user", "an", "--scope", "unit:c11635_v1", "--scope", "ref")
    assert output["scopes"] == ["ref", "unit:c11635_v1"]


def test_a_code_that_cannot_be_is_refused(field178: Command) -> None:
    for arguments in [
        ("--user", "nobody"),
        ("--user", "an", "--scope", "office"),
        ("--user", "an", "--scope", "unit:c99999_v1"),
        ("--user", "an", "--scope", "team:none"),
        ("--user", "an", "--scope", "everything"),
    ]:
        result = field178.run("enrol-code", *arguments)
        assert result.exit_code == 1
        assert "code:" not in result.stdout


def test_tablets_are_listed_with_their_readable_scopes(field178: Command, tablet: Tablet) -> None:
    row = field178.rows("devices")[0]
    assert row[:2] == [tablet.device, "Máy 1"]
    assert "unit:c11629_v1" in row[3]
    assert row[6] == "active"


def test_a_tablet_waits_for_the_sign_in_of_its_officer(
    field178: Command, office: Office, tablet: Tablet
) -> None:
    bare = Tablet(office)
    assert bare.enrol(str(field178.json("enrol-code", "--user", "an")["code"])).status_code == 201
    assert [row[6] for row in field178.rows("devices")] == ["active", "sign_in"]
    field178("user", "password", "an", "--generate")
    assert [row[6] for row in field178.rows("devices")] == ["sign_in", "sign_in"]


def access_notices(office: Office) -> dict[str, str]:
    """Return the notices of access that was given without a second person, id to audience."""
    with snapshot(office.engine) as session:
        notices = session.scalars(select(Notice)).all()
    return {
        notice.notice_id: notice.audience for notice in notices if "without a second person" in notice.text_en
    }


def test_a_grant_reaches_the_tablet_and_oversight_and_its_withdrawal_the_tablet(
    office: Office, field178: Command, tablet: Tablet
) -> None:
    before = sent_scopes(tablet)
    before_grant = access_notices(office)
    field178("grant", tablet.device, "unit:c11635_v1")
    field178("grant", tablet.device, "unit:c11635_v1")
    assert set(sent_scopes(tablet)) == {*before, "unit:c11635_v1"}
    new = access_notices(office).items() - before_grant.items()
    assert {audience for _, audience in new} >= {"role:privacy_officer", "role:leader_viewer"}
    field178("ungrant", tablet.device, "unit:c11635_v1")
    assert sent_scopes(tablet) == before
    assert field178.run("ungrant", tablet.device, "unit:c11635_v1").exit_code == 1


def test_scope_that_no_tablet_may_read_is_not_granted(field178: Command, tablet: Tablet) -> None:
    for scope in ["office", "unit:none", "x"]:
        assert field178.run("grant", tablet.device, scope).exit_code == 1


def test_a_revoked_tablet_has_no_scope_left(field178: Command, tablet: Tablet) -> None:
    field178("revoke", tablet.device)
    assert sent_scopes(tablet) == []
    assert field178.rows("devices")[0][6] == "revoked"
    assert field178.run("revoke", "0197a000-0000-7000-8000-000000000009").exit_code == 1


def test_sessions_end(field178: Command, office: Office, tablet: Tablet) -> None:
    assert field178.json("expire-sessions") == {"generation": 1}
    office.clock.move(minutes=1)
    assert problem_of(tablet.sync()) == (401, "session_expired")
    assert field178.json("expire-sessions") == {"generation": 2}


def test_sessions_of_browsers_end_with_those_of_tablets(field178: Command, office: Office) -> None:
    browser = Browser(office.app.test_client())
    browser.post("/sign-in", {"login": "an", "password": PASSWORD})
    assert browser.get("/account").status_code == 200
    field178("expire-sessions")
    assert browser.get("/account").headers["Location"].startswith("/sign-in")


def test_number_blocks_list_the_owner_of_unused_numbers(field178: Command) -> None:
    settings = Settings.from_environment(
        {"FIELD178_DATA_DIR": str(field178.folder), "FIELD178_PASSWORD_COST": "test"}
    )
    office = Office(settings, MovedClock(SystemClock().now()))
    tablet = Tablet(office)
    tablet.enrol(str(field178.json("enrol-code", "--user", "an")["code"]))
    tablet.open_session()
    tablet.sign_in()
    tablet.sync()
    office.close()
    field178("new-epoch")
    field178("revoke", tablet.device)
    rows = json.loads(field178("minutes-numbers", "--json"))
    this_year = [(row["from"], row["to"], row["used_to"], row["state"]) for row in rows]
    assert this_year == [(1, 50, 0, "revoked"), (51, 1050, 0, "left_out")]
    assert rows[0]["device"] == tablet.device
