"""Seeded histories of saves, office work, faults and disasters: all end in agreement, nothing is lost."""

from __future__ import annotations

import random
from contextlib import suppress
from pathlib import Path

import pytest
from tests.mobile.replication.model_server import ModelServer
from tests.mobile.replication.tablet import RECEIPTS, Tablet, record
from tests.mobile.support import KEY, UNIT, Crash, FrozenClock, seeded_ids

from field178_mobile.replication.events import Failure, FailureKind
from field178_mobile.store import Store
from field178_mobile.store.outbox.receipt_digests import receipts_digest
from field178_mobile.store.replica.server_records import get_scope, get_server_record, recomputed_digest
from field178_mobile.store.replication.checkpoint import read_checkpoint

OTHER = "unit:a2_v1"
PATHS = ("name", "village", "rooms_total", "note")


class CrashSometime:
    """Ends the process at one of the next crash points, when armed."""

    def __init__(self) -> None:
        self.left = 0

    def __call__(self, name: str) -> None:
        self.left -= 1
        if self.left == 0:
            raise Crash(name)


class History:
    """One tablet, one server, and what was promised to the user."""

    def __init__(self, folder: Path, seed: int, *, calm: bool) -> None:
        self.rng, self.seed, self.calm = random.Random(seed), seed, calm
        self.folder, self.clock, self.crash = folder, FrozenClock(), CrashSometime()
        self.server = ModelServer("ref", UNIT, OTHER)
        self.server.refuse = lambda change: "rule" if self.rng.random() < 0.1 else None
        self.promised: dict[str, tuple[int, dict]] = {}
        self.starts = 0
        self.backup = self.server.backup()
        # What a verified backup holds may be pruned.
        self.backed_up: set[str] = set()
        self.copies = 0
        self.tablet = self._started()

    def _started(self) -> Tablet:
        while True:
            self.starts += 1
            store = Store(
                self.folder,
                self.clock,
                seeded_ids(self.clock, self.seed * 1000 + self.starts),
                failpoint=self.crash,
            )
            try:
                store.unlock(KEY)
            except Crash:
                store.close()
                continue
            return Tablet(store, self.clock, self.server)

    def restart(self) -> None:
        self.crash.left = 0
        self.tablet.store.close()
        self.tablet = self._started()

    def step(self) -> None:
        self.clock.tick(seconds=1)
        acts = [self.file, self.file, self.office, self.move, self.sync, self.sync, self.faulty_sync]
        acts += [self.back_up, self.decide]
        if not self.calm:
            acts += [self.crashing_sync, self.crashing_save, self.restart, self.disaster, self.copy]
        self.rng.choice(acts)()

    def file(self) -> None:
        number = self.rng.randrange(6)
        data = {self.rng.choice(PATHS): self.rng.randrange(1000) for _ in range(self.rng.randrange(1, 3))}
        change_id = self.tablet.file(number, **data)
        if change_id is not None:
            self.promised[change_id] = (number, data)
            shown = self.tablet.data(number)
            assert shown is not None
            assert data.items() <= shown.items()

    def office(self) -> None:
        number = record(self.rng.randrange(8))
        old = self.server.world.records.get(number)
        data = {} if old is None else dict(old.data)
        data[self.rng.choice(PATHS)] = self.rng.randrange(1000)
        self.server.office_put(number, UNIT if old is None else old.scope, **data)

    def move(self) -> None:
        movable = sorted(r.id for r in self.server.world.records.values() if r.type != "conflict")
        if movable:
            chosen = self.rng.choice(movable)
            to = OTHER if self.server.world.records[chosen].scope == UNIT else UNIT
            conflicts = [r.id for r in self.server.world.records.values() if r.data.get("record") == chosen]
            for moved in (chosen, *conflicts):
                self.server.office_move(moved, to)

    def sync(self) -> None:
        self.server.page = self.rng.choice([2, 500])
        self.tablet.sync()

    def faulty_sync(self) -> None:
        cut = self.rng.randrange(12)
        faults = [
            lambda server, request: server.answer(request)[:cut],
            lambda server, request: (server.answer(request), Failure(FailureKind.NO_NETWORK))[1],
            lambda server, request: Failure(FailureKind.NO_NETWORK),
            lambda server, request: (server.answer(request), server.answer(request))[1],
        ]
        self.tablet.faults = [self.rng.choice(faults)]
        self.tablet.sync()
        self.tablet.faults = []

    def crashing_sync(self) -> None:
        self.crash.left = self.rng.randrange(1, 12)
        with suppress(Crash):
            self.tablet.sync()
        self.restart()

    def crashing_save(self) -> None:
        self.crash.left = self.rng.randrange(1, 6)
        with suppress(Crash):
            self.file()
        self.restart()

    def back_up(self) -> None:
        """Make a verified backup of the server."""
        if self.rng.random() < 0.3:
            self.backup = self.server.backup()
            self.backed_up |= set(self.server.world.receipts)
            self.server.backed_up = self.server.world.stamped.get("device", 0)

    def decide(self) -> None:
        """Evaluate a change again that waits in quarantine."""
        waiting = sorted(
            change_id
            for change_id, receipt in self.server.world.receipts.items()
            if receipt["status"] == "quarantined"
        )
        if waiting:
            self.server.decide(self.rng.choice(waiting), "unchanged", "replaced")

    def copy(self) -> None:
        """A copy of the tablet pushes a change of its own."""
        if self.server.world.receipts and self.rng.random() < 0.3:
            self.copies += 1
            life = self.tablet.store.read(read_checkpoint).incarnation
            self.server.add_foreign_receipt(record(9000 + self.copies), life)

    def disaster(self) -> None:
        act = self.rng.randrange(3)
        if act < 2:
            self.server.restore(self.backup, self.rng.choice([None, f"epoch-{self.rng.random()}"]))
            self.server.backed_up = self.server.world.stamped.get("device", 0)
        elif self.rng.random() < 0.3:
            self.tablet.store.close()
            (self.folder / "records" / "store.db").write_bytes(b"not a database, " * 100)
            self.tablet = self._started()

    def check(self) -> None:
        self.server.page = 500
        for _ in range(10):
            self.tablet.sync()
            if self.tablet.store.status().in_sync:
                break
        tablet = self.tablet
        assert tablet.store.status().in_sync
        assert tablet.agrees()
        assert not self.calm or tablet.mismatches() == 0
        held = tablet.store.read(
            lambda context: {row[0] for row in context.connection.execute("SELECT id FROM outbox")}
        )
        assert set(self.promised) <= held | self.backed_up
        assert set(self.promised) <= set(self.server.world.receipts)
        receipts = tablet.store.read(lambda context: get_scope(context, RECEIPTS).digest)
        assert receipts == tablet.store.read(receipts_digest)
        for scope in (UNIT, OTHER):
            kept = tablet.store.read(lambda context, s=scope: get_scope(context, s).digest)
            assert kept == tablet.store.read(lambda context, s=scope: recomputed_digest(context, s))
        refused = {item.record_id for item in tablet.store.inbox() if item.kind == "quarantined"}
        for shown in (record(number) for number in range(8) if record(number) not in refused):
            base, view = tablet.sync_store.read(get_server_record, shown), tablet.store.view(shown)
            assert (None if view is None else view.data) == (None if base is None else base.data)
        self.tablet.store.close()


@pytest.mark.parametrize("calm", [True, False])
@pytest.mark.parametrize("seed", range(5))
def test_every_history_ends_in_agreement(
    tmp_path: Path, seed: int, calm: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = History(tmp_path, seed, calm=calm)
    for _ in range(40):
        history.step()
    history.check()
