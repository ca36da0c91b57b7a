"""Orders of the office: a real server, a real tablet with its threads, and the bytes of its folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.e2e.foreign_client import enrolment_code
from tests.e2e.real_tablet import UNIT
from tests.e2e.server_process import ServerProcess, running_server
from tests.mobile.screens.fakes import CHEAP, PIN
from tests.mobile.support import SystemKeyStore

from field178_mobile.replication.enrolment import EnrolLink
from field178_mobile.replication.events import Closed, SyncState
from field178_mobile.store import Draft
from field178_mobile.tablet import FirstEnrolment, PinUnlock, Tablet, TabletSession
from field178_shared.time.clock import SystemClock

PASSWORD = "con-trau-gam-co-an-1"
ADDRESS = {
    "establishment_type_id": "guesthouse",
    "unit_id": "c11629_v1",
    "address_line": "Thôn GL-1",
    "operating_status_id": "operating",
}
PATIENCE_S = 30


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    with running_server(tmp_path / "server") as running:
        options = ("an", "--role", "team_lead", "--team", "Đội 178")
        running.command("user", "add", *options, stdin=f"{PASSWORD}\n")
        yield running


class Field:
    """A tablet in the field: enrolled, opened by PIN, with its sync thread."""

    def __init__(self, server: ServerProcess, folder: Path) -> None:
        self.server, self.folder = server, folder
        self.tablet = self.started()
        way = FirstEnrolment(self.tablet)
        way.register(EnrolLink(server.url, enrolment_code(server.command("enrol-code", "--user", "an"))))
        self.officer = way.sign_in("an", PASSWORD, "")
        self.opened = way.set_up(self.officer, PIN)
        self.device = self.tablet.vault.enrolment(self.opened.key).device
        self.until(lambda state: self.opened.store.status().in_sync)

    def started(self) -> Tablet:
        """Start the application on the folder."""
        tablet = Tablet(self.folder, SystemClock(), "máy thử", CHEAP)
        tablet.key_store = SystemKeyStore
        tablet.wiped.finish()
        return tablet

    def reopened(self) -> TabletSession:
        self.tablet = self.started()
        self.opened = PinUnlock(self.tablet).open(self.officer.id, PIN)
        return self.opened

    def file(self, name: str) -> str:
        record_id = self.tablet.ids.time_ordered()
        now = SystemClock().now()
        draft = Draft(
            id=self.tablet.ids.random(),
            type="establishment",
            record_id=record_id,
            scope=UNIT,
            data={**ADDRESS, "name": name},
            seen=None,
            base_rev=0,
            user=self.officer.id,
            saved_at=now,
        )
        self.opened.store.drafts.save(draft)
        self.opened.store.file(draft, draft.user)
        return record_id

    def until(self, is_so: Callable[[SyncState], bool]) -> None:
        """Wake sync until its state is so."""
        import time

        end = time.monotonic() + PATIENCE_S
        while not is_so(self.opened.runner.state()):
            assert time.monotonic() < end, self.opened.runner.state()
            self.opened.runner.wake()
            time.sleep(0.05)

    def order(self, kind: str) -> None:
        self.server.command("order", self.device, kind, "--reason", "Mất ở bến xe")

    def orders(self) -> list[dict]:
        rows: list[dict] = json.loads(self.server.command("orders", self.device, "--json"))
        return rows

    def close(self) -> None:
        self.opened.close()


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
    code = enrolment_code(server.command("enrol-code", "--user", "an"))
    again.register(EnrolLink(server.url, code))
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
