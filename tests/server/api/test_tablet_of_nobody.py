"""An enrolment code alone: the tablet reads and files nothing until its officer signs in (protocol §9)."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from sqlalchemy import func, select
from tests.server.office_scene import UNITS, Office, Tablet, problem_of, record_scopes
from tests.server.tus_sender import HASH, PICTURE, Sender

from field178_server.database.models import Blob, Record
from field178_server.database.unit_of_work import snapshot

UNIT = f"unit:{UNITS[0]}"
BLOB = f"/api/v1/blobs/{HASH}"
NAMING = {"a1": {"sha256": HASH, "size": len(PICTURE), "content_type": "image/jpeg"}}


def count(office: Office, table: type, *conditions: Any) -> int:
    with snapshot(office.engine) as session:
        return session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0


@pytest.fixture
def owner(office: Office) -> Sender:
    """A tablet of officer `an` that has filed a record with its photo."""
    owner = Sender(Tablet(office).ready())
    owner.tablet.frames(push=[owner.tablet.change(record=owner.record, attachments=NAMING)])
    owner.sent()
    return owner


@pytest.fixture
def bare(office: Office, owner: Sender) -> Tablet:
    """Another tablet, of an administrator who has the code and no password of `an`."""
    assert owner.ask("GET", BLOB).status_code == 200
    bare = Tablet(office)
    assert bare.enrol(office.code("an")).status_code == 201
    assert bare.open_session().status_code == 200
    return bare


def assert_reads_and_files_nothing(office: Office, owner: Sender, bare: Tablet) -> None:
    """Try with all an exchange offers, and with files."""
    before = count(office, Record)
    change = bare.change(attachments=NAMING)
    frames = bare.frames(push=[change], cursors={UNIT: 0}, want=[owner.record], repair={UNIT: {}})
    assert record_scopes(frames[0]) == []
    assert frames[0]["sign_in"] is True
    assert frames[0]["notices"] == []
    assert not [frame for frame in frames if frame["frame"] in ("rec", "leave", "snapshot", "repair")]
    [result] = [frame for frame in frames if frame["frame"] == "res"]
    assert (result["status"], result["reason"]) == ("quarantined", "user_unknown")
    assert count(office, Record) == before
    sender = Sender(bare, str(change["record_id"]))
    assert sender.ask("GET", BLOB).status_code == 404
    assert problem_of(sender.create()) == (403, "sign_in_needed")
    assert problem_of(Sender(bare, owner.record).create()) == (403, "sign_in_needed")
    assert count(office, Blob) == 1


def test_a_code_and_another_account_read_and_file_nothing(
    office: Office, owner: Sender, bare: Tablet
) -> None:
    assert problem_of(bare.sign_in("binh")) == (403, "officer_mismatch")
    assert problem_of(bare.sign_in("chi")) == (403, "forbidden")
    assert_reads_and_files_nothing(office, owner, bare)


def test_officer_signs_in_and_waiting_changes_run(office: Office, bare: Tablet) -> None:
    change = bare.change()
    bare.frames(push=[change])
    answer = bare.sign_in()
    assert answer.get_json()["user"]["id"] == office.officer_id("an")
    frames = bare.frames()
    team = next(scope for scope in frames[0]["scopes"] if scope.startswith("team:"))
    assert record_scopes(frames[0]) == ["ref", team, UNIT, f"unit:{UNITS[1]}"]
    assert "sign_in" not in frames[0]
    [result] = [frame for frame in frames if frame["frame"] == "res"]
    assert (result["change_id"], result["status"]) == (change["change_id"], "applied")
    assert change["record_id"] in [frame["id"] for frame in frames if frame["frame"] == "rec"]
    # Once the tablet is theirs, others of the team join it.
    assert bare.sign_in("binh").status_code == 200


def test_agreement_never_hides_that_a_sign_in_is_needed(bare: Tablet) -> None:
    assert "agreed" not in bare.frames(state="0" * 32)[0]


def test_a_picture_of_a_record_that_was_never_pushed_is_refused(owner: Sender, bare: Tablet) -> None:
    assert problem_of(Sender(bare, str(uuid.uuid4())).create()) == (403, "sign_in_needed")
