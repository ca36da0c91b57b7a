"""A tablet whose PINs are all forgotten gets its data key back (docs/recovery-formats.md)."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import select
from tests.server.office_scene import PASSWORD, Office, Tablet, problem_of
from werkzeug.test import TestResponse

from field178_server.database.models import Audit
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.tablets import operations as operating
from field178_server.security.keyring import to_base64url
from field178_shared.crypto.sealed_box import DEVICE_KEY, boxed_for, sealed_under, unboxed
from field178_shared.crypto.signatures import decode

KEY = bytes(range(32))
ANSWER = X25519PrivateKey.from_private_bytes(bytes(range(1, 33)))


def some_bytes(count: int) -> bytes:
    return bytes([7]) * count


def plea(office: Office, tablet: Tablet, **changed: str) -> dict[str, str]:
    """Return what a locked tablet of officer `an` sends."""
    sealing = office.runtime.keyring.sealing.public_key().public_bytes_raw()
    return {
        "device": tablet.device,
        "code": office.code("an"),
        "login": "an",
        "password": PASSWORD,
        "box": to_base64url(boxed_for(sealing, KEY, some_bytes)),
        "device_key": to_base64url(sealed_under(KEY, DEVICE_KEY, tablet.key.private_bytes_raw(), some_bytes)),
        "answer_key": to_base64url(ANSWER.public_key().public_bytes_raw()),
        **changed,
    }


def ask(office: Office, tablet: Tablet, body: dict[str, str]) -> TestResponse:
    return office.post("/api/v1/devices/recovery", body)


def test_code_and_password_together_open_the_data_key(office: Office, tablet: Tablet) -> None:
    tablet.ready()
    body = plea(office, tablet)
    answer = ask(office, tablet, body)
    assert answer.status_code == 200
    assert answer.get_json()["user"]["name"] == "Cán bộ an"
    assert unboxed(ANSWER.private_bytes_raw(), decode(answer.get_json()["box"]) or b"") == KEY
    again = ask(office, tablet, body)  # the first answer was lost
    assert unboxed(ANSWER.private_bytes_raw(), decode(again.get_json()["box"]) or b"") == KEY
    with snapshot(office.engine) as session:
        assert "device_recovered" in session.scalars(select(Audit.action)).all()


def test_a_used_code_opens_for_no_other_key(office: Office, tablet: Tablet) -> None:
    tablet.ready()
    body = plea(office, tablet)
    assert ask(office, tablet, body).status_code == 200
    other = X25519PrivateKey.from_private_bytes(bytes(range(2, 34))).public_key().public_bytes_raw()
    assert problem_of(ask(office, tablet, {**body, "answer_key": to_base64url(other)})) == (
        403,
        "enrolment_refused",
    )
    assert problem_of(Tablet(office).enrol(body["code"])) == (403, "enrolment_refused")


def test_neither_code_nor_password_alone_opens(office: Office, tablet: Tablet) -> None:
    tablet.ready()
    wrong = ask(office, tablet, plea(office, tablet, password="mat-khau-doan-mo"))
    assert problem_of(wrong) == (403, "sign_in_refused")
    guessed = ask(office, tablet, plea(office, tablet, code="0000000000000000"))
    assert problem_of(guessed) == (403, "enrolment_refused")
    another = ask(office, tablet, plea(office, tablet, code=office.code("binh")))
    assert problem_of(another) == (403, "enrolment_refused")


def test_an_officer_of_no_use_to_the_tablet_opens_nothing(office: Office, tablet: Tablet) -> None:
    tablet.ready()
    body = plea(office, tablet, login="binh", code=office.code("binh"))
    assert problem_of(ask(office, tablet, body)) == (403, "enrolment_refused")


def test_the_box_of_another_tablet_is_not_opened(office: Office, tablet: Tablet) -> None:
    tablet.ready()
    other = Tablet(office)
    other.ready()
    body = {**plea(office, other), "device": tablet.device}
    assert problem_of(ask(office, tablet, body)) == (403, "enrolment_refused")


def test_invalid_key_is_refused_without_a_server_error(office: Office, tablet: Tablet) -> None:
    tablet.ready()
    for member in ("box", "device_key", "answer_key"):
        answer = ask(office, tablet, plea(office, tablet, **{member: "A" * 43}))
        assert problem_of(answer) == (403, "enrolment_refused"), member


def test_a_revoked_tablet_stays_closed(office: Office, tablet: Tablet) -> None:
    tablet.ready()
    body = plea(office, tablet)
    run_write(office.engine, lambda session: operating.revoke(session, office.context, tablet.device))
    assert problem_of(ask(office, tablet, body)) == (403, "enrolment_refused")
