"""Rotation of keys with a real server and an enrolled tablet in the field."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.e2e.field_tablet import PASSWORD, Field
from tests.e2e.real_tablet import enrolled
from tests.e2e.server_process import ServerProcess, running_server

from field178_mobile.replication.events import Closed, SyncMessage, SyncState
from field178_mobile.vault import Enrolment


def test_a_tablet_goes_on_after_a_rotation_without_another_enrolment(tmp_path: Path) -> None:
    with running_server(tmp_path / "server") as server:
        options = ("an", "--role", "team_lead", "--team", "Đội 178")
        server.command("user", "add", *options, stdin="con-trau-gam-co-an-1\n")
        tablet = enrolled(server, "an", tmp_path / "tablet")
        try:
            tablet.file(tablet.ids.time_ordered(), name="Trước")
            assert tablet.sync() is SyncMessage.IN_SYNC
            server.command("rotate-keys")
            tablet.file(tablet.ids.time_ordered(), name="Trước khi khởi động lại")
            assert tablet.sync() is SyncMessage.IN_SYNC
            port = server.port
            server.stop()
            server.start(port)
            tablet.file(tablet.ids.time_ordered(), name="Sau khi khởi động lại")
            assert tablet.sync() is SyncMessage.IN_SYNC
            assert {status for status, _, _ in tablet.receipts().values()} == {"applied"}
            server.command("tidy")
            assert [path.name for path in (server.folder / "keys/main").glob("server-*")] == ["server-2.key"]
            assert server.command("check") == "Mọi thứ đều ổn.\n"
        finally:
            tablet.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    with running_server(tmp_path / "server", FIELD178_URL="https://localhost") as running:
        options = ("an", "--role", "team_lead", "--team", "Đội 178")
        running.command("user", "add", *options, stdin=f"{PASSWORD}\n")
        yield running


@pytest.fixture
def field(server: ServerProcess, tmp_path: Path) -> Iterator[Field]:
    made = Field(server, tmp_path / "tablet")
    yield made
    made.close()


def restart(server: ServerProcess) -> None:
    port = server.port
    server.stop()
    server.start(port)


def is_in_sync(field: Field) -> Callable[[SyncState], bool]:
    return lambda _state: field.opened.store.status().in_sync


def enrolment_of(field: Field) -> Enrolment:
    return field.tablet.vault.enrolment(field.opened.key)


def test_tablet_follows_each_key_without_another_enrolment(server: ServerProcess, field: Field) -> None:
    before = enrolment_of(field)
    field.file("Trước")
    field.until(is_in_sync(field))
    for number, kind in enumerate(("receipt", "sealing", "tls"), start=1):
        server.command("rotate-keys", "--kind", kind)
        field.file(f"chưa gửi {kind}")
        restart(server)
        field.until(lambda _state: not field.opened.store.unsent())
        # The push may end on a connection that was open before the restart.
        field.until(lambda _state, number=number: enrolment_of(field).key_number == number)
        field.until(is_in_sync(field))
    after = enrolment_of(field)
    assert (after.key_number, after.device) == (3, before.device)
    for name in ("receipt_key", "sealing_key", "pin"):
        assert getattr(after, name) != getattr(before, name)
    assert after.former_receipt_keys == before.receipt_key
    # The next start knows them, and the office knows which tablets follow.
    field.close()
    field.reopened()
    field.until(is_in_sync(field))
    assert enrolment_of(field) == after
    assert field.tablet.vault.locked_enrolment() == after
    assert json.loads(server.command("devices", "--json"))[0]["keys"] == 3
    assert server.command("check") == "Mọi thứ đều ổn.\n"


def test_tablet_that_was_away_over_two_rotations_follows_the_chain(
    server: ServerProcess, field: Field, tmp_path: Path
) -> None:
    before = enrolment_of(field)
    field.until(is_in_sync(field))
    field.close()
    for _round in range(2):
        for kind in ("receipt", "sealing", "tls"):
            server.command("rotate-keys", "--kind", kind)
    restart(server)
    field.reopened()
    field.file("sau hai lần thay khóa")
    field.until(is_in_sync(field))
    after = enrolment_of(field)
    assert after.key_number == 6
    assert after.former_receipt_keys.split()[-1] == before.receipt_key
    # What it writes for the office is sealed for the newest key, an earlier file for a former one.
    export = field.tablet.exporter(field.opened, lambda: tmp_path)()
    assert export.changes
    server.command("rescue-import", str(export.path))
    server.command("rotate-keys", "--kind", "sealing")
    assert "dry_run" in server.command("rescue-import", "--dry-run", str(export.path), "--json")


def test_order_given_before_a_rotation_is_obeyed_after_it(server: ServerProcess, field: Field) -> None:
    field.until(is_in_sync(field))
    field.close()
    field.order("lock")
    server.command("rotate-keys", "--kind", "receipt")
    restart(server)
    field.reopened()
    field.until(lambda state: state.closed is Closed.ORDERED)
    field.until(lambda _state: field.orders()[0]["outcome"] == "done")


def test_server_with_another_authority_that_announces_nothing_is_refused(
    server: ServerProcess, field: Field
) -> None:
    field.until(is_in_sync(field))
    for name in ("ca.crt", "ca.key", "server.crt", "server.key"):
        (server.folder / "tls" / name).unlink()
    server.command("init")
    restart(server)
    field.until(lambda state: state.message is SyncMessage.NOT_OUR_SERVER)
    assert enrolment_of(field).key_number == 0


def test_tablet_enrolled_after_a_rotation_trusts_what_was_signed_before(
    server: ServerProcess, tmp_path: Path
) -> None:
    server.command("rotate-keys", "--kind", "receipt")
    restart(server)
    field = Field(server, tmp_path / "tablet")
    enrolment = enrolment_of(field)
    assert enrolment.key_number == 1
    assert len(enrolment.receipt_keys.split()) == 2
    field.close()
