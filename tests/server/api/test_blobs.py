"""Stored files are sent unchanged to tablets whose scopes reference them, and are absent for others."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from sqlalchemy import select
from tests.server.office_scene import UNITS, Office, Tablet, problem_of
from tests.server.tus_sender import HASH, PICTURE, Sender

from field178_server.database.models import Attachment, Audit, DeviceOfficer
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.devices import orders
from field178_server.office.tablets import operations as tablets
from field178_shared.device_orders import OrderKind

UNIT, OTHER_UNIT = (f"unit:{unit}" for unit in UNITS)
BLOB = f"/api/v1/blobs/{HASH}"
NAMING = {"attachments": {"a1": {"sha256": HASH, "size": len(PICTURE), "content_type": "image/jpeg"}}}
PLACE = {
    "name": "Nhà nghỉ Hoa Phượng",
    "establishment_type_id": "guesthouse",
    "address_line": "Thôn Trung",
    "operating_status_id": "operating",
}


def sender_of(office: Office, *scopes: str) -> Sender:
    return Sender(Tablet(office).ready(*scopes))


def user_of(sender: Sender) -> str:
    with snapshot(sender.tablet.office.engine) as session:
        query = select(DeviceOfficer.officer_id).where(DeviceOfficer.device_id == sender.tablet.device)
        return str(session.scalars(query).one())


def push(sender: Sender, n: int, set_: dict[str, Any], scope: str = UNIT, **more: Any) -> None:
    change = {
        "change_id": str(uuid.uuid4()),
        "n": n,
        "record_id": sender.record,
        "type": "establishment",
        "scope": scope,
        "op": "put",
        "create": n == 1,
        "schema": 1,
        "at": "2026-11-24T08:00:00Z",
        "user": user_of(sender),
        "set": set_,
        **more,
    }
    answer = sender.tablet.sync(push=[change])
    assert '"status":"applied"' in answer.get_data(as_text=True).replace(" ", "")


def name_it(sender: Sender, scope: str = UNIT) -> None:
    push(sender, 1, {**PLACE, "unit_id": scope.removeprefix("unit:"), **NAMING}, scope)


@pytest.fixture
def owner(office: Office) -> Sender:
    owner = sender_of(office, UNIT)
    name_it(owner)
    owner.sent()
    return owner


def test_a_file_comes_back_as_it_was_sent(owner: Sender) -> None:
    answer = owner.ask("GET", BLOB)
    assert (answer.status_code, answer.get_data()) == (200, PICTURE)
    assert answer.content_type == "image/jpeg"
    assert answer.headers["ETag"] == f'"{HASH}"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert owner.ask("GET", BLOB, If_None_Match=f'"{HASH}"').status_code == 304


def test_a_part_of_a_file_comes_back(owner: Sender) -> None:
    answer = owner.ask("GET", BLOB, Range="bytes=10-19")
    assert (answer.status_code, answer.get_data()) == (206, PICTURE[10:20])
    assert answer.headers["Content-Range"] == f"bytes 10-19/{len(PICTURE)}"
    beyond = owner.ask("GET", BLOB, Range=f"bytes={len(PICTURE)}-")
    assert beyond.status_code == 416
    assert beyond.headers["Content-Range"] == f"bytes */{len(PICTURE)}"


def test_the_head_tells_that_it_is_stored_and_that_no_backup_holds_it(owner: Sender) -> None:
    answer = owner.ask("HEAD", BLOB)
    assert (answer.status_code, answer.get_data()) == (200, b"")
    assert "F178-Backed-Up" not in answer.headers


def test_another_tablet_of_the_scope_reads_it(office: Office, owner: Sender) -> None:
    assert sender_of(office, UNIT).ask("GET", BLOB).get_data() == PICTURE


def test_outside_the_scope_there_is_nothing(office: Office, owner: Sender) -> None:
    other = sender_of(office, OTHER_UNIT)
    for method in ("GET", "HEAD"):
        assert other.ask(method, BLOB).status_code == 404
    assert problem_of(other.ask("GET", BLOB)) == problem_of(other.ask("GET", "/api/v1/blobs/" + "0" * 64))
    assert problem_of(other.ask("GET", "/api/v1/blobs/..%2f..%2fkeys"))[0] == 404


def test_a_hash_alone_opens_nothing(office: Office, owner: Sender) -> None:
    other = sender_of(office, OTHER_UNIT)
    name_it(other, OTHER_UNIT)
    assert other.ask("HEAD", BLOB).status_code == 404
    assert "Upload-Offset" not in other.create(F178_Protocol="1").headers
    other.sent()
    assert other.ask("HEAD", BLOB).status_code == 200


def test_known_bytes_need_not_be_sent_again(office: Office, owner: Sender) -> None:
    other = sender_of(office, UNIT)
    answer = other.create(F178_Protocol="1")
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (201, str(len(PICTURE)))
    assert other.offset(answer.headers["Location"]) == len(PICTURE)
    assert "Upload-Offset" not in other.create().headers


def test_a_scope_that_was_taken_away_closes_it(office: Office, owner: Sender) -> None:
    run_write(
        office.engine, lambda session: tablets.ungrant(session, office.context, owner.tablet.device, UNIT)
    )
    assert owner.ask("GET", BLOB).status_code == 404


def test_tablet_with_an_order_of_the_office_reads_no_file(office: Office, owner: Sender) -> None:
    device, key = owner.tablet.device, office.runtime.keyring.receipt
    run_write(
        office.engine,
        lambda session: orders.give(session, office.context, device, OrderKind.LOCK, "Mất", key),
    )
    assert owner.ask("GET", BLOB).status_code == 404


def test_a_revoked_tablet_is_refused(office: Office, owner: Sender) -> None:
    run_write(office.engine, lambda session: tablets.revoke(session, office.context, owner.tablet.device))
    assert problem_of(owner.ask("GET", BLOB)) == (403, "device_revoked")


def test_file_that_no_record_names_is_not_found(office: Office, owner: Sender) -> None:
    push(owner, 2, {"attachments": None}, was=NAMING)
    assert owner.ask("GET", BLOB).status_code == 404
    with snapshot(office.engine) as session:
        assert session.scalars(select(Attachment)).all() == []


def test_first_owner_of_a_file_stays(office: Office, owner: Sender) -> None:
    other = sender_of(office, UNIT)
    other.record = owner.record
    push(other, 2, {"attachments.a1.caption": "Biển hiệu"}, create=False)
    with snapshot(office.engine) as session:
        row = session.scalars(select(Attachment)).one()
    assert (row.device_id, row.scope, row.size) == (owner.tablet.device, UNIT, len(PICTURE))
    assert owner.ask("GET", BLOB).status_code == 200


def test_lost_file_is_not_found(office: Office, owner: Sender) -> None:
    for path in (office.settings.data_dir / "blobs").rglob(HASH):
        path.unlink()
    assert owner.ask("GET", BLOB).status_code == 404
    owner.sent()
    assert owner.ask("GET", BLOB).get_data() == PICTURE


def looks(office: Office) -> list[tuple[str, str | None, str]]:
    with snapshot(office.engine) as session:
        entries = session.scalars(select(Audit).where(Audit.action == "file_viewed"))
        return [(entry.actor_kind, entry.actor_id, entry.object_id or "") for entry in entries]


def test_each_reading_of_a_signed_page_is_written_down(office: Office, owner: Sender) -> None:
    push(owner, 2, {"attachments.a1.evidence_kind": "scan_minutes_first_page"})
    assert owner.ask("HEAD", BLOB).status_code == 200
    assert looks(office) == []
    for _ in range(2):
        assert owner.ask("GET", BLOB).get_data() == PICTURE
    assert looks(office) == [("device", owner.tablet.device, owner.record)] * 2


def test_reading_another_photo_leaves_no_trace(office: Office, owner: Sender) -> None:
    owner.ask("GET", BLOB)
    assert looks(office) == []
