"""Sessions of tablets: nonce, signature, fifteen minutes (docs/sync-protocol.md §10.3)."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from tests.server.office_scene import Office, Tablet, problem_of

from field178_server.database.models import Challenge, DeviceSession
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.tablets import operations as operating

NOBODY = "0197a000-0000-7000-8000-000000000009"


def test_a_signed_nonce_opens_a_session_of_fifteen_minutes(office: Office, tablet: Tablet) -> None:
    tablet.enrol()
    answer = tablet.open_session()
    assert answer.status_code == 200
    assert answer.get_json()["expires_in_s"] == 900
    office.clock.move(minutes=14, seconds=59)
    assert tablet.sync().status_code == 200
    office.clock.move(seconds=1)
    refused = tablet.sync()
    assert problem_of(refused) == (401, "session_expired")
    assert refused.headers["WWW-Authenticate"] == "Bearer"


def test_an_unknown_device_gets_a_nonce_too_and_no_session(office: Office, tablet: Tablet) -> None:
    tablet.device = NOBODY
    assert problem_of(tablet.open_session()) == (403, "signature_refused")


def test_a_nonce_is_good_once_even_after_a_wrong_signature(office: Office, tablet: Tablet) -> None:
    tablet.enrol()
    nonce = tablet.challenge()
    wrong = tablet.open_session(nonce, signature=tablet.sign("something else"))
    assert problem_of(wrong) == (403, "signature_refused")
    assert problem_of(tablet.open_session(nonce)) == (403, "signature_refused")


def test_a_nonce_ends_after_two_minutes(office: Office, tablet: Tablet) -> None:
    tablet.enrol()
    nonce = tablet.challenge()
    office.clock.move(minutes=2)
    assert problem_of(tablet.open_session(nonce)) == (403, "signature_refused")


def test_a_nonce_of_another_device_opens_nothing(office: Office, tablet: Tablet) -> None:
    other = Tablet(office)
    tablet.enrol(), other.enrol()
    assert problem_of(tablet.open_session(other.challenge())) == (403, "signature_refused")


def test_a_signature_by_another_key_opens_nothing(office: Office, tablet: Tablet) -> None:
    tablet.enrol()
    nonce = tablet.challenge()
    forged = Tablet(office).sign(f"field178-session-v1|{nonce}|{tablet.device}")
    assert problem_of(tablet.open_session(nonce, signature=forged)) == (403, "signature_refused")


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer nobody-gave-this", "Bearer é"]
)
def test_without_a_token_of_this_server_there_is_no_session(
    office: Office, tablet: Tablet, header: str
) -> None:
    tablet.ready()
    answer = office.post("/api/v1/sync", {}, Authorization=header)
    assert problem_of(answer) == (401, "session_unknown")


def test_a_token_of_one_device_does_not_speak_for_another(office: Office, tablet: Tablet) -> None:
    other = Tablet(office).ready()
    tablet.ready()
    tablet.device = other.device
    assert problem_of(tablet.sync()) == (403, "device_mismatch")


def test_sessions_end_when_the_operator_says_so(office: Office, tablet: Tablet) -> None:
    tablet.ready()
    run_write(office.engine, lambda session: operating.expire_sessions(session, office.context))
    assert problem_of(tablet.sync()) == (401, "session_expired")
    assert tablet.open_session().status_code == 200
    assert tablet.sync().status_code == 200


def test_a_revoked_device_opens_sessions_and_is_told(office: Office, tablet: Tablet) -> None:
    tablet.ready()
    run_write(office.engine, lambda session: operating.revoke(session, office.context, tablet.device))
    assert tablet.open_session().status_code == 200
    answer = tablet.sync()
    assert answer.status_code == 200
    assert b'"revoked":true' in answer.data.replace(b" ", b"")


def test_neither_token_nor_nonce_stands_in_the_store(office: Office, tablet: Tablet) -> None:
    tablet.enrol()
    nonce = tablet.challenge()
    tablet.open_session(nonce)
    with snapshot(office.engine) as session:
        stored = [
            *session.scalars(select(Challenge.nonce_hash)),
            *session.scalars(select(DeviceSession.token_hash)),
        ]
    assert len(stored) == 2
    assert not {nonce, tablet.token} & set(stored)


def test_old_nonces_and_sessions_are_forgotten(office: Office, tablet: Tablet) -> None:
    tablet.ready()
    tablet.open_session()
    office.clock.move(days=1, minutes=16)
    tablet.open_session()
    with snapshot(office.engine) as session:
        assert len(session.scalars(select(Challenge.nonce_hash)).all()) == 1
        assert len(session.scalars(select(DeviceSession.token_hash)).all()) == 1
