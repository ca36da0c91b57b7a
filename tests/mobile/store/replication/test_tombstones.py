"""Tombstones: removed records stay for thirty days; records that the server lost stay until it answers."""

from __future__ import annotations

import pytest
from tests.mobile.support import UNIT, base_row, open_changed_file, server_commits

from field178_mobile.store import Store
from field178_mobile.store.replica.server_records import ServerRecord
from field178_mobile.store.replication.apply_answer import Checkpoint, Greeting, Leave, commit_checkpoint
from field178_mobile.store.replication.lost_scopes import drop_lost_scopes
from field178_mobile.store.replication.repair import RepairPage, commit_repair, repair_scope
from field178_mobile.store.replication.sync_store import SyncStore
from field178_mobile.store.replication.tombstones import KEPT_S, expire_tombstones, lost_records
from field178_shared.wire.canonical import Digest, digest_of

RECORD = "0197aaaa-0000-7000-8000-000000000001"
OTHER_UNIT = "unit:c2_v1"
NOW_S = 1_800_000_000
GREETING = Greeting("epoch", 0, (), frozenset({UNIT, OTHER_UNIT}), at_s=NOW_S)


def arrives(
    store: Store, *items: ServerRecord | Leave, scope: str = UNIT, digest: Digest | None = None
) -> None:
    SyncStore(store).commit(commit_checkpoint, Checkpoint(scope, 9, digest, items, GREETING))


def resting(store: Store) -> list[tuple[str, int, int]]:
    query = "SELECT id, rev, lost FROM removed ORDER BY ordinal"
    return store.read(lambda context: context.connection.execute(query).fetchall())


def lost(store: Store) -> list[ServerRecord]:
    return [lost_record.row for lost_record in store.read(lambda context: lost_records(context, 100))]


def test_a_record_that_leaves_rests_for_thirty_days_and_is_not_offered(store: Store) -> None:
    server_commits(store, base_row(RECORD, 1, name="Ánh Trăng"))
    arrives(store, Leave(RECORD, UNIT))
    assert resting(store) == [(RECORD, 1, 0)]
    assert lost(store) == []
    sync_store = SyncStore(store)
    sync_store.write(expire_tombstones, NOW_S + KEPT_S)
    assert resting(store) == [(RECORD, 1, 0)]
    sync_store.write(expire_tombstones, NOW_S + KEPT_S + 1)
    assert resting(store) == []


@pytest.mark.parametrize("rev", [2, 1])
def test_newer_row_is_kept_when_an_older_revision_arrives(store: Store, rev: int) -> None:
    newer = base_row(RECORD, 2, name="Ánh Sao")
    server_commits(store, newer)
    arrives(store, base_row(RECORD, rev, name="Ánh Trăng"))
    assert lost(store) == [newer]


def test_record_that_leaves_a_scope_in_doubt_is_offered(store: Store) -> None:
    # Another history tells of the leave: of the revision here it may know nothing.
    newer = base_row(RECORD, 3, name="Ánh Sao")
    server_commits(store, newer)
    SyncStore(store).write(repair_scope, UNIT)
    arrives(store, Leave(RECORD, UNIT))
    assert lost(store) == [newer]


@pytest.mark.parametrize(("last_rev", "offered"), [(0, False), (2, True), (3, False), (4, False)])
def test_record_that_left_at_an_older_revision_is_offered(store: Store, last_rev: int, offered: bool) -> None:
    held = base_row(RECORD, 3, name="Ánh Sao")
    server_commits(store, held)
    arrives(store, Leave(RECORD, UNIT, last_rev))
    assert lost(store) == ([held] if offered else [])


def test_records_that_left_since_the_last_agreement_are_offered_after_a_difference(store: Store) -> None:
    rows = [base_row(f"{RECORD[:-1]}{number}", 2, name="Ánh Sao") for number in range(5)]
    server_commits(store, *rows)
    proven, cut, last, deleted, stays = rows
    after_first = digest_of(row.h for row in rows[1:])
    arrives(store, Leave(proven.id, UNIT), digest=after_first)
    arrives(store, Leave(cut.id, UNIT))  # no digest: the answer goes on
    gone = base_row(deleted.id, 3, name="Ánh Sao", deleted=True)
    arrives(store, Leave(last.id, UNIT), gone, digest=digest_of([stays.h, last.h]))
    assert lost(store) == [cut, last]


@pytest.mark.parametrize(("rev", "offered"), [(1, True), (2, True), (3, False)])
def test_record_that_arrives_older_in_another_scope_is_offered(store: Store, rev: int, offered: bool) -> None:
    newer = base_row(RECORD, 2, name="Ánh Sao")
    server_commits(store, newer)
    arrives(store, Leave(RECORD, UNIT))
    arrives(store, base_row(RECORD, rev, "establishment", OTHER_UNIT, name="Ánh Trăng"), scope=OTHER_UNIT)
    assert lost(store) == ([newer] if offered else [])


def test_a_block_of_numbers_that_the_server_lost_is_not_offered_to_people(store: Store) -> None:
    # The server has left its numbers out; nobody at the office could decide anything about it.
    server_commits(store, base_row(RECORD, 1, "number_block", UNIT, year=2026))
    SyncStore(store).commit(commit_repair, RepairPage(UNIT, frozenset({"01"}), frozenset(), (), NOW_S))
    assert store.view(RECORD) is None
    assert resting(store) == []


def test_an_ordinary_edit_and_a_repeated_record_leave_nothing_behind(store: Store) -> None:
    server_commits(store, base_row(RECORD, 1, name="Ánh Trăng"))
    arrives(store, base_row(RECORD, 1, name="Ánh Trăng"))
    arrives(store, base_row(RECORD, 2, name="Ánh Sao"))
    assert resting(store) == []


def test_a_record_that_comes_back_rests_no_more(store: Store) -> None:
    server_commits(store, base_row(RECORD, 1, name="Ánh Trăng"))
    arrives(store, Leave(RECORD, UNIT))
    arrives(store, base_row(RECORD, 1, name="Ánh Trăng"))
    assert resting(store) == []


def test_erased_record_that_left_is_no_tombstone(store: Store) -> None:
    server_commits(store, base_row(RECORD, 1, name="Ánh Trăng"))
    arrives(store, Leave(RECORD, UNIT))
    arrives(store, base_row(RECORD, 3, purged="2026-11-24T15:00:00Z"))
    assert resting(store) == []


def test_nothing_of_a_lost_scope_stays_at_rest(store: Store) -> None:
    server_commits(store, base_row(RECORD, 1, name="Ánh Trăng"))
    SyncStore(store).commit(commit_repair, RepairPage(UNIT, frozenset({"01"}), frozenset(), (), NOW_S))
    assert resting(store) == [(RECORD, 1, 1)]
    SyncStore(store).commit(drop_lost_scopes, frozenset())
    assert resting(store) == []


def test_a_spoiled_row_at_rest_does_not_stop_the_others(store: Store) -> None:
    other = "0197aaaa-0000-7000-8000-000000000101"
    server_commits(store, base_row(RECORD, 1, name="một"), base_row(other, 1, name="hai"))
    SyncStore(store).commit(commit_repair, RepairPage(UNIT, frozenset({"01"}), frozenset(), (), NOW_S))
    spoil = "UPDATE removed SET sealed = zeroblob(64) WHERE id = ?"
    store.read(lambda context: context.connection.execute(spoil, (RECORD,)))
    open_changed_file(store)
    assert [row.id for row in lost(store)] == [other]
