"""Mass deletion guard in the store: how many records may go before the user is asked."""

from __future__ import annotations

import pytest
from tests.mobile.support import UNIT, base_row, server_commits

from field178_mobile.store import Store
from field178_mobile.store.replica.server_records import ScopeCursor, get_scope
from field178_mobile.store.replication.apply_answer import Checkpoint, Greeting, Leave, commit_checkpoint
from field178_mobile.store.replication.checkpoint import read_checkpoint
from field178_mobile.store.replication.mass_deletion_guard import (
    ALLOWED,
    answer_deletion_guard,
    let_go_released,
    read_withheld,
    stops,
)
from field178_mobile.store.replication.repair import RepairPage, commit_repair
from field178_mobile.store.replication.server_state import OfficeNotice
from field178_mobile.store.replication.sync_store import SyncStore
from field178_shared.wire.canonical import Digest

COUNT = 100


def record(number: int) -> str:
    return f"0197aaaa-0000-7000-8000-{number:012x}"


def checkpoint(first: int, last: int, *notices: OfficeNotice) -> Checkpoint:
    leaves = [Leave(record(number), UNIT) for number in range(first, last)]
    return Checkpoint(UNIT, 5, None, leaves, Greeting("e", 0, notices, frozenset({UNIT})))


@pytest.fixture
def full(store: Store) -> SyncStore:
    server_commits(store, *[base_row(record(number), 1, name=f"cơ sở {number}") for number in range(COUNT)])
    return SyncStore(store)


def withheld(full: SyncStore) -> int:
    return full.read(read_checkpoint).scopes[UNIT].withheld


@pytest.mark.parametrize(
    ("here", "gone_before", "leaving", "answer"),
    [
        (1000, 0, 51, False),  # much, but a small part
        (60, 0, 50, False),  # a large part, but not much
        (100, 0, 51, True),
        (255, 0, 51, False),  # exactly a fifth
        (254, 0, 51, True),
        (60, 40, 10, False),
        (60, 40, 11, True),  # the rest of it went before a cut
        (100, 51, 0, False),
    ],
)
def test_much_and_a_large_part_of_it_stops(here: int, gone_before: int, leaving: int, answer: bool) -> None:
    scope = ScopeCursor(UNIT, 1, 0, Digest(here, 0), gone=gone_before)
    assert stops(scope, leaving, is_announced=False) is answer
    assert not stops(scope, leaving, is_announced=True)


def test_withheld_deletions_keep_rows_and_cursor(full: SyncStore) -> None:
    assert full.commit(commit_checkpoint, checkpoint(0, 51)).stopped
    scope = full.read(read_checkpoint).scopes[UNIT]
    assert (scope.cursor, scope.withheld, scope.digest.count) == (1, 51, COUNT)


def test_parts_of_one_removal_are_counted_together(full: SyncStore) -> None:
    assert not full.commit(commit_checkpoint, checkpoint(0, 40)).stopped
    assert full.commit(commit_checkpoint, checkpoint(40, 60)).stopped
    assert withheld(full) == 60


def test_rows_that_live_elsewhere_or_are_gone_already_do_not_count(full: SyncStore, store: Store) -> None:
    moved = [base_row(record(number), 2, "establishment", "unit:c2_v1", name="x") for number in range(30)]
    server_commits(store, *moved)
    assert not full.commit(commit_checkpoint, checkpoint(0, 80)).stopped


def test_deletion_in_another_scope_counts_in_the_last_seen_scope(full: SyncStore, store: Store) -> None:
    # Moved there and deleted since: no `leave` of it need come, and the other scope may be a large one.
    other, greeting = "unit:c2_v1", Greeting("e", 0, (), frozenset({UNIT, "unit:c2_v1"}))
    server_commits(
        store, *[base_row(record(n), 1, "establishment", other, name="x") for n in range(500, 900)]
    )

    def removal(first: int, last: int) -> Checkpoint:
        rows = [
            base_row(record(n), 3, "establishment", other, name="x", deleted=True) for n in range(first, last)
        ]
        return Checkpoint(other, 9, None, rows, greeting)

    assert not full.commit(commit_checkpoint, removal(0, 30)).stopped
    assert full.read(read_checkpoint).scopes[UNIT].gone == 30
    assert full.commit(commit_checkpoint, removal(30, 60)).stopped
    assert full.read(read_checkpoint).scopes[other].withheld == 30
    store.read(lambda context: answer_deletion_guard(context, allow=True))
    full.write(let_go_released)
    assert not full.commit(commit_checkpoint, removal(30, 60)).stopped


def test_settled_conflicts_do_not_count(full: SyncStore, store: Store) -> None:
    server_commits(store, *[base_row(record(n), 1, "conflict", UNIT, path="name") for n in range(200, 290)])
    assert not full.commit(commit_checkpoint, checkpoint(200, 290)).stopped


def test_a_notice_of_the_office_releases_the_brake(full: SyncStore) -> None:
    assert not full.commit(commit_checkpoint, checkpoint(0, 90, OfficeNotice("n1", "reform", {}))).stopped
    assert full.commit(commit_checkpoint, checkpoint(0, 90, OfficeNotice("n1", "demo", {}))).verified is None


def test_the_users_word_holds_until_the_scope_is_proven(full: SyncStore, store: Store) -> None:
    full.commit(commit_checkpoint, checkpoint(0, 60))
    store.read(lambda context: answer_deletion_guard(context, allow=False))
    assert store.read(read_withheld).is_kept
    assert full.commit(commit_checkpoint, checkpoint(0, 60)).stopped
    store.read(lambda context: answer_deletion_guard(context, allow=True))
    assert store.read(read_withheld).count == 0
    # Of an answer that was on its way when the user spoke.
    assert full.commit(commit_checkpoint, checkpoint(0, 60)).stopped
    assert full.read(read_checkpoint).scopes[UNIT].cursor == 1
    full.write(let_go_released)
    assert not full.commit(commit_checkpoint, checkpoint(0, 60)).stopped
    assert full.read(read_checkpoint).scopes[UNIT].answer == ALLOWED
    digest = store.read(lambda context: get_scope(context, UNIT).digest)
    greeting = Greeting("e", 0, (), frozenset({UNIT}))
    assert full.commit(commit_checkpoint, Checkpoint(UNIT, 9, digest, (), greeting)).verified
    scope = full.read(read_checkpoint).scopes[UNIT]
    assert (scope.gone, scope.withheld, scope.answer) == (0, 0, "none")


def test_a_repair_is_held_too(full: SyncStore) -> None:
    buckets = frozenset(f"{number:02x}" for number in range(COUNT))
    page = RepairPage(UNIT, buckets, frozenset(), (), 0)
    assert full.commit(commit_repair, page).stopped
    assert withheld(full) == COUNT
    announced = RepairPage(UNIT, buckets, frozenset(), (), 0, is_announced=True)
    assert not full.commit(commit_repair, announced).stopped
    assert full.read(read_checkpoint).scopes[UNIT].digest.count == 0
