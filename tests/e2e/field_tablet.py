"""A tablet in the field: the application without its screens, with its sync thread, at a real server."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

from tests.e2e.real_tablet import UNIT
from tests.e2e.server_process import ServerProcess
from tests.mobile.screens.fakes import CHEAP, PIN
from tests.mobile.support import SystemKeyStore

from field178_mobile.replication.enrolment import EnrolLink, read_link
from field178_mobile.replication.events import SyncState
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


class Field:
    """A tablet in the field: enrolled, opened by PIN, with its sync thread."""

    def __init__(self, server: ServerProcess, folder: Path) -> None:
        self.server, self.folder = server, folder
        self.tablet = self.started()
        way = FirstEnrolment(self.tablet)
        way.register(link_of(server))
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


def link_of(server: ServerProcess) -> EnrolLink:
    """Return the link of a new enrolment code."""
    printed = server.command("enrol-code", "--user", "an", "--url", server.url, "--json")
    link = read_link(json.loads(printed)["link"])
    assert link is not None
    return link
