"""Orders of the office: a real server, a real tablet with its threads, and the bytes of its folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.e2e.field_tablet import PASSWORD, Field, link_of
from tests.e2e.server_process import ServerProcess, running_server
from tests.mobile.screens.fakes import PIN

from field178_mobile.replication.events import Closed, SyncState
from field178_mobile.tablet import FirstEnrolment


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    with running_server(tmp_path / "server") as running:
        options = ("an", "--role", "team_lead", "--team", "Đội 178")
        running.command("user", "add", *options, stdin=f"{PASSWORD}\n")
        yield running


@pytest.fixture
def field(server: ServerProcess, tmp_path: Path) -> Iterator[Field]:
    made = Field(server, tmp_path / "tablet")
    yield made
    made.close()


def closed(how: Closed) -> Callable[[SyncState], bool]:
    return lambda state: state.closed is how


def test_locked_tablet_opens_after_the_office_has_lifted_the_order(field: Field) -> None:
    field.file("Trước")
    field.order("lock")
    field.until(closed(Closed.ORDERED))
    field.close()
    # After a restart it is closed before any contact.
    assert field.reopened().runner.state().closed is Closed.ORDERED
    field.until(lambda state: field.orders()[0]["outcome"] == "done")
    assert len(field.opened.store.views("establishment")) == 1
    field.order("open")
    field.until(closed(Closed.NO))
    field.until(lambda state: field.orders()[0]["outcome"] == "done")
    field.file("Sau")
    field.until(lambda state: field.opened.store.status().in_sync)


def test_read_wipe_sends_unsent_work_and_a_new_load_brings_the_records_back(
    server: ServerProcess, field: Field
) -> None:
    field.file("đã gửi")
    field.until(lambda state: field.opened.store.status().in_sync)
    server.command("mark-backed-up")
    field.until(lambda state: not field.opened.store.unsent() and field.opened.store.status().in_sync)
    field.order("read-wipe")
    unsent = field.file("chưa gửi")
    field.until(lambda state: field.orders()[0]["outcome"] == "done")
    assert field.opened.runner.state().closed is Closed.ORDERED
    assert [view.id for view in field.opened.store.views("establishment")] in ([], [unsent])
    assert field.orders()[0]["records"] >= 1
    field.order("open")
    field.until(lambda state: field.opened.store.status().in_sync)
    names = {view.data["name"] for view in field.opened.store.views("establishment")}
    assert names == {"đã gửi", "chưa gửi"}


def test_full_wipe_sends_what_it_can_and_leaves_nothing(server: ServerProcess, field: Field) -> None:
    field.file("canary-178 đã gửi")
    field.until(lambda state: field.opened.store.status().in_sync)
    # Filed before the order: what is filed while a wipe runs may be lost, and is counted.
    field.file("canary-178 chưa gửi")
    field.order("full-wipe")
    field.until(closed(Closed.WIPED))
    assert [path.name for path in field.folder.iterdir()] == ["wiped.json"]
    tablet = field.started()
    tablet.answer_wipe()
    (order,) = field.orders()
    assert (order["outcome"], order["lost_changes"]) == ("done", 0)
    assert json.loads(server.command("devices", "--json"))[0]["state"] == "revoked"
    note = tablet.wiped.note
    assert note is not None
    assert (note.reason, note.receipt) == ("Mất ở bến xe", None)
    # The folder is a bare tablet's: it is enrolled again.
    tablet.wiped.forget()
    again = FirstEnrolment(tablet)
    again.register(link_of(server))
    again.sign_in("an", PASSWORD, "")
    opened = again.set_up(field.officer, PIN)
    opened.close()


def test_revoked_tablet_obeys_its_wipe(server: ServerProcess, field: Field) -> None:
    field.file("bị giữ lại")
    server.command("revoke", field.device)
    field.order("full-wipe")
    field.until(closed(Closed.WIPED))
    field.started().answer_wipe()
    assert field.orders()[0]["outcome"] == "done"


def test_withdrawn_order_does_nothing(server: ServerProcess, field: Field) -> None:
    server.stop()
    field.order("full-wipe")
    server.command("withdraw-order", field.device)
    server.start(int(field.tablet.vault.enrolment(field.opened.key).url.rsplit(":", 1)[1]))
    field.file("ở lại")
    field.until(lambda state: field.opened.store.status().in_sync)
    assert field.opened.runner.state().closed is Closed.NO
    assert field.orders()[0]["withdrawn"]
