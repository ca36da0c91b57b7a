"""What the office ends, ends at the next request: account, role, scope and password (decision 0060)."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session
from tests.server.office_scene import PASSWORD, UNITS, Office, Tablet, problem_of, record_scopes
from tests.server.pictures import jpeg, sha256
from tests.server.tus_sender import HASH, PICTURE, Sender

from field178_server.accounts import officers
from field178_server.accounts import operations as accounts
from field178_server.api.sync import exchange_of
from field178_server.database.models import Officer, OfficerScope
from field178_server.database.unit_of_work import run_write
from field178_server.office.offline_imports.operations import open_offline_export, take_in
from field178_server.office.tablets import operations as tablets
from field178_shared.crypto.signatures import decode
from field178_shared.offline_export import ExportOrigin, write_offline_export

UNIT = f"unit:{UNITS[0]}"
BLOB = f"/api/v1/blobs/{HASH}"
SECOND = jpeg(160, 120, seed=2)
THIRD = jpeg(160, 120, seed=3)
FOURTH = jpeg(160, 120, seed=4)
Act = Callable[[Office, Tablet], None]


def named(*pictures: bytes) -> dict[str, dict[str, object]]:
    return {
        f"a{place}": {"sha256": sha256(data), "size": len(data), "content_type": "image/jpeg"}
        for place, data in enumerate(pictures)
    }


def office_does(office: Office, work: Callable[[Session], object]) -> None:
    run_write(office.engine, lambda session: (work(session), None)[1])


def officer(office: Office, session: Session) -> Officer:
    return officers.by_login_or_id(session, office.settings.tenant, "an")


def disable(office: Office, _tablet: Tablet) -> None:
    office_does(office, lambda session: accounts.disable(session, office.context, "an"))


def enable(office: Office, _tablet: Tablet) -> None:
    office_does(office, lambda session: setattr(officer(office, session), "disabled_at", None))


def change_role(office: Office, _tablet: Tablet) -> None:
    office_does(office, lambda session: setattr(officer(office, session), "role", "reviewer"))


def remove_scope(office: Office, _tablet: Tablet) -> None:
    office_does(
        office, lambda session: session.execute(delete(OfficerScope).where(OfficerScope.scope == UNIT))
    )


def reset_password(office: Office, _tablet: Tablet) -> None:
    stored = office.runtime.passwords.hash(PASSWORD)
    office_does(office, lambda session: accounts.set_password(session, office.context, "an", stored))


def sign_in(_office: Office, tablet: Tablet) -> None:
    assert tablet.sign_in().status_code == 200


@dataclass(frozen=True)
class Expected:
    """What a tablet may do then: what it reads, what becomes of changes, and of files no change names."""

    reads: bool
    result: tuple[str, str | None]
    free_upload: int
    asks_sign_in: bool = False


ALIVE = Expected(True, ("applied", None), 201)
DEAD = Expected(False, ("quarantined", "user_unknown"), 403, asks_sign_in=True)
WITHOUT_SCOPE = Expected(False, ("quarantined", "scope_not_granted"), 201)
MATRIX: dict[str, tuple[tuple[Act, ...], Expected]] = {
    "untouched": ((), ALIVE),
    "disabled": ((disable,), DEAD),
    "role changed": ((change_role,), DEAD),
    "scope removed": ((remove_scope,), WITHOUT_SCOPE),
    "password reset": ((reset_password,), DEAD),
    "enabled again": ((disable, enable), ALIVE),
    "signed in again": ((reset_password, sign_in), ALIVE),
}


@pytest.fixture
def owner(office: Office) -> Sender:
    """A tablet that has filed a record with two photos, one of them sent."""
    owner = Sender(Tablet(office).ready())
    owner.tablet.frames(
        push=[owner.tablet.change(record=owner.record, attachments=named(PICTURE, SECOND, FOURTH))]
    )
    owner.sent()
    return owner


def result_of(frames: list[dict[str, Any]], change: dict[str, Any]) -> tuple[str, str | None]:
    [result] = [frame for frame in frames if frame.get("change_id") == change["change_id"]]
    return result["status"], result.get("reason")


def imported(office: Office, owner: Sender, change: dict[str, Any]) -> None:
    """Take a file with one change in, as the office does with what is carried by hand."""
    tablet, runtime, written = owner.tablet, office.runtime, io.BytesIO()
    origin = ExportOrigin(
        office.settings.tenant, tablet.device, "0197a000-0000-4000-8000-000000000002", "2026-11-24T08:00:00Z"
    )
    sealing_key = decode(runtime.keyring.sealing_key) or b""
    write_offline_export(written, origin, [change], sealing_key, tablet.key.private_bytes_raw())
    exchange = exchange_of(runtime)
    take_in(exchange, office.context, open_offline_export(exchange, runtime.keyring.sealings, written))


@pytest.mark.parametrize("case", MATRIX)
def test_ended_binding_takes_effect_at_the_next_request(office: Office, owner: Sender, case: str) -> None:
    acts, expected = MATRIX[case]
    tablet = owner.tablet
    half_sent = owner.begun(SECOND)
    for act in acts:
        act(office, tablet)

    pulled = tablet.frames(cursors={UNIT: 0})
    assert (owner.record in [frame["id"] for frame in pulled if frame["frame"] == "rec"]) is expected.reads
    assert (UNIT in pulled[0]["scopes"]) is expected.reads
    assert pulled[0].get("sign_in", False) is expected.asks_sign_in
    assert owner.ask("GET", BLOB).status_code == owner.ask("HEAD", BLOB).status_code
    assert owner.ask("GET", BLOB).status_code == (200 if expected.reads else 404)

    change = tablet.change(2, attachments=named(THIRD))
    assert result_of(tablet.frames(push=[change]), change) == expected.result
    # What was pushed may bring its files, whatever became of it; what was begun is finished.
    assert Sender(tablet, str(change["record_id"])).create(THIRD).status_code == 201
    assert owner.create(FOURTH).status_code == 201
    assert owner.patch(half_sent, 0, SECOND).status_code == 204
    assert Sender(tablet).create(jpeg(160, 120, seed=9)).status_code == expected.free_upload
    assert owner.create(jpeg(160, 120, seed=9)).status_code == expected.free_upload

    carried = tablet.change(1, attachments=named(jpeg(160, 120, seed=5)))
    imported(office, owner, carried)
    assert result_of(tablet.frames(push=[carried]), carried) == expected.result


def test_changes_that_wait_for_an_officer_run_at_the_sign_in(office: Office, owner: Sender) -> None:
    reset_password(office, owner.tablet)
    change = owner.tablet.change(2)
    owner.tablet.frames(push=[change])
    sign_in(office, owner.tablet)
    assert result_of(owner.tablet.frames(), change) == ("applied", None)


def test_beside_a_living_officer_the_others_changes_wait(office: Office, owner: Sender) -> None:
    tablet = owner.tablet
    assert tablet.sign_in("binh").status_code == 200
    office_does(
        office, lambda session: tablets.grant_without_officer(session, office.context, tablet.device, UNIT)
    )
    disable(office, tablet)
    ended, living = tablet.change(2), tablet.change(3) | {"user": office.officer_id("binh")}
    frames = tablet.frames(push=[ended, living])
    assert result_of(frames, ended) == ("quarantined", "user_unknown")
    assert result_of(frames, living) == ("applied", None)
    # What the operator granted to the tablet itself is read, what rested on the ended account is not.
    assert record_scopes(frames[0]) == ["ref", UNIT]
    assert "sign_in" not in frames[0]


def test_a_new_password_of_ones_own_is_no_reset(office: Office, owner: Sender) -> None:
    with_cost = office.runtime.passwords.hash(PASSWORD)
    office_does(office, lambda session: setattr(officer(office, session), "password_hash", with_cost))
    assert UNIT in owner.tablet.frames()[0]["scopes"]


@pytest.mark.parametrize("act", [disable, reset_password])
def test_a_browser_session_ends_at_the_next_request_too(office: Office, owner: Sender, act: Act) -> None:
    browser = office.app.test_client()
    answer = browser.post("/sign-in", data={"login": "an", "password": PASSWORD})
    assert answer.status_code == 303
    assert browser.get("/account").status_code == 200
    act(office, owner.tablet)
    answer = browser.get("/account")
    assert answer.status_code in (302, 303)
    assert "/sign-in" in answer.headers["Location"]


def test_an_account_that_ended_signs_in_on_no_tablet(office: Office, owner: Sender) -> None:
    change_role(office, owner.tablet)
    assert problem_of(owner.tablet.sign_in()) == (403, "forbidden")
    disable(office, owner.tablet)
    assert problem_of(owner.tablet.sign_in()) == (403, "sign_in_refused")
