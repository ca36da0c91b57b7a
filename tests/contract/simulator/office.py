"""The real server core on one store file: the exchange, the office's acts, backup and restore."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session
from tests.contract.simulator.clocks import TrueClock
from tests.contract.simulator.content import SCOPES
from tests.contract.simulator.server_state import Window
from tests.shared import builders

from field178_server.accounts import roster
from field178_server.audit.operation_context import OperationContext
from field178_server.database import migrations
from field178_server.database.engine import create_engine_for
from field178_server.database.models import Device, DeviceOfficer, Officer, Tenant
from field178_server.database.unit_of_work import run_write
from field178_server.office.erasure import operations as erasure
from field178_server.office.records import operations as records
from field178_server.office.reviews.operator_decision import OperatorDecision, decide
from field178_server.office.reviews.queue import review_revisions
from field178_server.office.tablets import operations as tablets
from field178_server.records import scopes
from field178_server.replication.compaction import compact
from field178_server.replication.exchange import Exchange
from field178_server.replication.policy.record_validation import declared_types
from field178_server.replication.request_reader import read_request
from field178_shared.codelists import load
from field178_shared.errors import AppError
from field178_shared.ids import IdSource
from field178_shared.wire.protocol import MAX_RECORDS

TENANT = "main"
USERS = builders.USERS
STRANGER = "5f0b1a3e-0000-4000-8000-0000000001ff"
DEVICES = tuple(f"0197dddd-0000-4000-8000-00000000000{number}" for number in (1, 2, 3))
GRANTS = {
    DEVICES[0]: ("ref", SCOPES[1], SCOPES[2], SCOPES[4]),
    DEVICES[1]: ("ref", SCOPES[1], SCOPES[4]),
    DEVICES[2]: ("ref", SCOPES[2], SCOPES[3], SCOPES[5]),
}
PRIVACY_OFFICERS = ("5f0b1a3e-0000-4000-8000-0000000001f1", "5f0b1a3e-0000-4000-8000-0000000001f2")
# What a tablet is called when it is enrolled again: the office knows it as another device.
SPARES = {device: f"{device[:-2]}1{device[-1]}" for device in DEVICES}


class ServerCrash(BaseException):
    """The server process ends here; nothing may catch it and tidy up."""


@dataclass
class Shelf:
    """One engine for all worlds of a process: its store is replaced by a fresh copy for each of them.

    Compiled statements live with the engine, so a new one for each world would be most of the run.
    """

    folder: Path

    def __post_init__(self) -> None:
        self.path = self.folder / "store.sqlite"
        self.prepared = self.folder / "prepared.sqlite"
        self.window = Window(self.path)
        self.engine = create_engine_for(f"sqlite:///{self.path}")
        migrations.upgrade(self.engine)
        _furnish(self.engine)
        self.copy_to(self.prepared)

    def copy_to(self, target: Path) -> None:
        """Copy the store as it stands."""
        self.close()  # the last connection to close folds the log into the file
        shutil.copy(self.path, target)

    def put_back(self, source: Path) -> None:
        """Replace the store."""
        self.close()
        for suffix in ("-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        shutil.copy(source, self.path)

    def close(self) -> None:
        """Let go of the file; the next look or act opens it again."""
        self.window.close()
        self.engine.dispose()


class Office:
    """The server of one world."""

    # How many records go into one answer at most: few, so that most scopes take several pages.
    page = MAX_RECORDS

    def __init__(self, shelf: Shelf, store: Path, clock: TrueClock, rng: random.Random) -> None:
        shelf.put_back(store)
        self.shelf = shelf
        self.engine = shelf.engine
        self.clock = clock
        self.ids = IdSource(clock, rng)
        self.crash_at: str | None = None
        self.crash_points: set[str] = set()
        self.context = OperationContext(TENANT, clock, self.ids, load())
        self.exchange = Exchange(self.engine, TENANT, clock, self.ids, declared_types(), self._pass)
        self.has_backup = False

    def answer(self, body: bytes) -> list[bytes]:
        """Answer one request as the HTTP edge does, line by line."""
        request = read_request(body)
        request = replace(request, max_records=min(request.max_records, self.page))
        parts = self.exchange.run(request.device, request)
        return b"".join(parts).splitlines()

    def grant(self, device: str, scope: str) -> None:
        self._act(lambda session: tablets.grant_without_officer(session, self.context, device, scope))

    def ungrant(self, device: str, scope: str) -> bool:
        return self._act(lambda session: tablets.ungrant(session, self.context, device, scope))

    def revoke(self, device: str) -> None:
        self._act(lambda session: tablets.revoke(session, self.context, device))

    def move(self, record_id: str, scope: str) -> bool:
        return self._act(lambda session: records.move(session, self.context, record_id, scope))

    def review(self, record_id: str, kind: str) -> bool:
        def work(session: Session) -> object:
            seen = review_revisions(session, self.context.tenant_id, [record_id])[record_id]
            remarks = (kind, "Bổ sung.", "unit_id", "Kiểm tra lại.")
            return decide(session, self.context, OperatorDecision(record_id, *remarks, None, None, seen))

        return self._act(work)

    def merge(self, record_id: str, into: str) -> bool:
        return self._act(lambda session: records.merge(session, self.context, record_id, into))

    def unmerge(self, record_id: str) -> bool:
        return self._act(lambda session: records.unmerge(session, self.context, record_id))

    def purge(self, record_id: str) -> bool:
        """Remove a record's content for good: one officer asks, another one confirms."""
        first, second = PRIVACY_OFFICERS
        rules = declared_types()

        def both(session: Session) -> None:
            erasure.request(session, self.context, rules, record_id, first, "person_identified")
            erasure.confirm(session, self.context, rules, record_id, second)

        return self._act(both)

    def compact(self, scope: str) -> None:
        self._act(lambda session: compact(session, TENANT, scope))

    def new_epoch(self) -> None:
        self._act(lambda session: tablets.new_epoch(session, self.context))

    def back_up(self, *, verified: bool) -> None:
        """Copy the store away; a backup proved by restoring it lets tablets forget what it holds."""
        self.shelf.copy_to(self.shelf.folder / "backup.sqlite")
        self.has_backup = True
        if verified:
            self._act(lambda session: tablets.mark_backed_up(session, self.context))

    def restore(self) -> None:
        """Restore the last backup; later changes are lost."""
        self.shelf.put_back(self.shelf.folder / "backup.sqlite")

    def grant_all(self, granted: Mapping[str, frozenset[str]], revoked: frozenset[str]) -> None:
        """Give every tablet exactly these scopes."""
        held = self.shelf.window.state().granted
        for device in sorted(granted.keys() | held.keys()):
            for scope in sorted(held.get(device, frozenset()) - granted.get(device, frozenset())):
                self.ungrant(device, scope)
            for scope in sorted(granted.get(device, frozenset()) - held.get(device, frozenset())):
                self.grant(device, scope)
        for device in sorted(revoked):
            self.revoke(device)

    def _act(self, work: Callable[[Session], object]) -> bool:
        """Do one office act; false when the office was refused it (closed, gone, nothing to take)."""
        try:
            run_write(self.engine, work)
        except AppError:
            return False
        return True

    def _pass(self, name: str) -> None:
        self.crash_points.add(name)
        if name == self.crash_at:
            self.crash_at = None
            raise ServerCrash(name)


def _furnish(engine: Engine) -> None:
    """Fill the store with a tenant, scopes, two officers and three tablets."""
    clock = TrueClock()
    context = OperationContext(TENANT, clock, IdSource(clock, random.Random(178)), load())
    now = clock.now()

    def work(session: Session) -> None:
        session.add(
            Tenant(
                tenant_id=TENANT,
                name="An Lão",
                epoch="0197eeee-0000-4000-8000-000000000001",
                payload_key=b"k" * 32,
                created_at=now,
            )
        )
        session.flush()
        scopes.ensure(session, TENANT, SCOPES, context.lists)
        for number, user in enumerate(USERS):
            officer = Officer(
                tenant_id=TENANT,
                officer_id=user,
                login=f"can-bo-{number}",
                name=f"Cán bộ GL-0{number}",
                agency="commune_police",
                role="inspector",
                created_at=now,
            )
            session.add(officer)
            session.flush()
            roster.list_officer(session, context, officer, [])
        for officer_id in PRIVACY_OFFICERS:
            officer = Officer(
                tenant_id=TENANT,
                officer_id=officer_id,
                login=officer_id,
                name="",
                agency="commune_police",
                role="privacy_officer",
                created_at=now,
            )
            session.add(officer)
        session.flush()
        spares = {SPARES[device_id]: granted for device_id, granted in GRANTS.items()}
        for device_id, granted in (GRANTS | spares).items():
            device = Device(
                tenant_id=TENANT,
                device_id=device_id,
                label="",
                public_key="",
                user_id=USERS[0],
                enrolled_at=now,
            )
            session.add(device)
            session.flush()
            for user in USERS:
                session.add(
                    DeviceOfficer(tenant_id=TENANT, device_id=device_id, officer_id=user, bound_at=now)
                )
            scopes.grant(session, device, dict.fromkeys(granted), now)

    run_write(engine, work)
