"""The tablet's own store, engine, transport and runner, enrolled at a real server, without its thread."""

from __future__ import annotations

import random
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.foreign_client import enrolment_code
from tests.e2e.server_process import ServerProcess

from field178_mobile.replication.engine import SyncEngine, World
from field178_mobile.replication.enrolment import bind_officer, enrol
from field178_mobile.replication.events import SyncMessage, Wake, WakeReason
from field178_mobile.replication.request import Identity
from field178_mobile.replication.runner import SyncRunner
from field178_mobile.replication.transport import HttpTransport
from field178_mobile.store import Draft, Store
from field178_mobile.store.replication.checkpoint import SyncCheckpoint, read_checkpoint
from field178_mobile.store.replication.sync_store import SyncStore
from field178_mobile.vault import Enrolment
from field178_shared.ids import IdSource
from field178_shared.time.clock import SystemClock

UNIT = "unit:c11629_v1"
KEY = bytes(range(32))
_NEW = {
    "establishment_type_id": "guesthouse",
    "unit_id": "c11629_v1",
    "address_line": "Thôn GL-1",
    "operating_status_id": "operating",
}

# Columns of a receipt, in the order of the queries on both sides.
Receipts = dict[str, tuple[str, str | None, int]]


@dataclass
class RealTablet:
    """One tablet of one officer."""

    store: Store
    engine: SyncEngine
    transport: HttpTransport
    ids: IdSource
    enrolment: Enrolment
    key: bytes

    def sync(self) -> SyncMessage:
        """Do what the sync thread does at the user's tap."""
        SyncRunner(self.engine, self.transport).drive(Wake(WakeReason.USER))
        return self.engine.state.message

    def file(self, record_id: str, user: str = "", **data: object) -> str:
        """File an establishment, or an edit of one, by the tablet's own officer or another."""
        view = self.store.view(record_id)
        seen = None if view is None else view.data
        draft = Draft(
            id=self.ids.random(),
            type="establishment",
            record_id=record_id,
            scope=UNIT,
            data={**(seen or _NEW), **data},
            seen=seen,
            base_rev=0 if view is None else view.rev,
            user=user or self.enrolment.user.id,
            saved_at=SystemClock().now(),
        )
        self.store.drafts.save(draft)
        change_id = self.store.file(draft, draft.user)
        assert change_id is not None
        return change_id

    def receipts(self) -> Receipts:
        """What the tablet takes for answered."""
        query = "SELECT id, status, reason, rev FROM outbox WHERE state = 'acknowledged'"
        rows = self.store.read(lambda context: context.connection.execute(query).fetchall())
        return {change_id: (status, reason, rev) for change_id, status, reason, rev in rows}

    def live(self) -> dict[str, tuple[str, int]]:
        """{record: (scope, rev)} of what the server committed to this tablet."""
        query = "SELECT id, scope, rev FROM base WHERE deleted = 0"
        rows = self.store.read(lambda context: context.connection.execute(query).fetchall())
        return {record_id: (scope, rev) for record_id, scope, rev in rows}

    def checkpoint(self) -> SyncCheckpoint:
        return self.store.read(read_checkpoint)

    def close(self) -> None:
        with suppress(OSError):
            self.transport.close()
        self.store.close()


def enrolled(
    server: ServerProcess, user: str, folder: Path, url: str = "", password: str = "", pin: str = ""
) -> RealTablet:
    """Enrol a tablet for an officer; `url` leads to the server by another way, `pin`: of its authority."""
    clock = SystemClock()
    ids = IdSource(clock)
    key = random.SystemRandom().randbytes(32)
    code = enrolment_code(server.command("enrol-code", "--user", user))
    line = HttpTransport(server.url, pin)
    enrolment = enrol(line, code, "máy thử", key)
    line.close()
    signed = HttpTransport(server.url, pin, enrolment.device, key)
    bind_officer(signed, user, password or f"con-trau-gam-co-{user}-1")
    signed.close()
    store = Store(folder, clock, ids)
    store.unlock(KEY)
    world = World(clock, random.SystemRandom(), ids.random, time.monotonic)
    rows = SyncStore(store)
    engine = SyncEngine(rows, Identity(enrolment.device, "test", enrolment=enrolment), world)
    transport = HttpTransport(url or server.url, pin, enrolment.device, key)
    return RealTablet(store, engine, transport, ids, enrolment, key)
