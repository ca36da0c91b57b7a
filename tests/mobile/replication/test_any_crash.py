"""The process ends between any two commits of a sync: the next one agrees, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from tests.mobile.replication.model_server import ModelServer
from tests.mobile.replication.tablet import RECEIPTS, Tablet, record
from tests.mobile.support import KEY, UNIT, Crash, FrozenClock, seeded_ids

from field178_mobile.store import Store
from field178_mobile.store.outbox.receipt_digests import receipts_digest
from field178_mobile.store.replica.server_records import get_scope
from field178_mobile.store.replication.checkpoint import read_checkpoint

MOST_POINTS = 100


class CrashAfter:
    """Ends the process at a numbered crash point, once armed."""

    def __init__(self) -> None:
        self.left = 0

    def __call__(self, name: str) -> None:
        self.left -= 1
        if self.left == 0:
            raise Crash(name)


class Case:
    """One tablet in sync with its server; `change_ids` of what it filed."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock, self.crash = folder, FrozenClock(), CrashAfter()
        self.server = ModelServer("ref", UNIT)
        self.server.stubs = True
        self.seed = 0
        self.tablet = self._started()
        self.empty = self.server.backup()
        self.server.office_put(record(7), UNIT, name="bảy")
        self.change_ids = [str(self.tablet.file(number, name="một")) for number in range(4)]
        self.tablet.sync()

    def _started(self) -> Tablet:
        self.seed += 1
        store = Store(self.folder, self.clock, seeded_ids(self.clock, self.seed), failpoint=self.crash)
        store.unlock(KEY)
        return Tablet(store, self.clock, self.server)

    def crashes(self, point: int) -> bool:
        """Sync until a crash point; return whether it was reached. The tablet is started again."""
        self.crash.left = point
        with suppress(Crash):
            self.tablet.sync()
        reached = self.crash.left <= 0
        self.crash.left = 0
        self.tablet.store.close()
        self.tablet = self._started()
        return reached

    def check(self, *, pruned: bool = False) -> None:
        for _ in range(4):
            self.tablet.sync()
        assert self.tablet.store.status().in_sync
        assert self.tablet.agrees()
        assert set(self.change_ids) <= self.server.world.receipts.keys()
        stored = self.tablet.store.read(lambda context: get_scope(context, RECEIPTS).digest)
        assert stored == self.tablet.store.read(receipts_digest)
        query = "SELECT id FROM outbox"
        held = self.tablet.store.read(lambda context: context.connection.execute(query).fetchall())
        assert {change_id for (change_id,) in held} == (set() if pruned else set(self.change_ids))


def push(case: Case) -> None:
    case.change_ids += [str(case.tablet.file(number, name="hai")) for number in (1, 9)]


def copy_and_push(case: Case) -> None:
    push(case)
    case.server.add_foreign_receipt(record(99), "another")


def restore(case: Case) -> None:
    push(case)
    case.server.restore(case.empty, "epoch-2")


def prune(case: Case) -> None:
    case.server.backed_up = case.server.world.stamped["device"]


def upgrade(case: Case) -> None:
    delete = "DELETE FROM scope WHERE id = ?"
    case.tablet.store.read(lambda context: context.connection.execute(delete, (RECEIPTS,)))


@pytest.mark.parametrize("begin", [push, copy_and_push, restore, prune, upgrade])
def test_crash_between_any_two_commits_costs_nothing(tmp_path: Path, begin: Callable[[Case], None]) -> None:
    for point in range(1, MOST_POINTS):
        case = Case(tmp_path / str(point))
        begin(case)
        reached = case.crashes(point)
        case.check(pruned=begin is prune)
        case.tablet.store.close()
        if not reached:
            break
    assert 5 < point < MOST_POINTS


def test_copy_that_a_crash_interrupts_begins_an_incarnation_all_the_same(tmp_path: Path) -> None:
    for point in range(1, MOST_POINTS):
        case = Case(tmp_path / str(point))
        before = case.tablet.store.read(read_checkpoint).incarnation
        case.server.add_foreign_receipt(record(99), before)
        reached = case.crashes(point)
        case.check()
        assert case.tablet.store.read(read_checkpoint).incarnation != before
        case.tablet.store.close()
        if not reached:
            break
    assert 1 < point < MOST_POINTS
