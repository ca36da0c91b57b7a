"""The tablet's side of a repair: only the named buckets change, and the cursor waits for the proof."""

from __future__ import annotations

from tests.mobile.support import UNIT, USER, FrozenClock, base_row, draft_of, server_answers, server_commits

from field178_mobile.store import Store
from field178_mobile.store.database.key_value import put_text
from field178_mobile.store.replica.server_records import get_scope, get_server_record, recomputed_digest
from field178_mobile.store.replication.apply_answer import Checkpoint, Greeting, commit_checkpoint
from field178_mobile.store.replication.checkpoint import read_checkpoint
from field178_mobile.store.replication.repair import (
    RepairPage,
    bucket_digests,
    commit_repair,
    enter_epoch,
    repair_scope,
)
from field178_mobile.store.replication.server_state import own_counts
from field178_mobile.store.replication.sync_store import SyncStore
from field178_mobile.store.session import Unlocked
from field178_shared.wire.canonical import digest_of
from field178_shared.wire.protocol import Receipt, Status

OTHER_UNIT = "unit:c2_v1"
GREETING = Greeting("epoch", 0, (), frozenset({UNIT, OTHER_UNIT}))


def record(tail: str) -> str:
    return f"0197aaaa-0000-7000-8000-0000000000{tail}"


def page(*rows, buckets: set[str]) -> RepairPage:
    return RepairPage(UNIT, frozenset(buckets), frozenset(row.id for row in rows), rows, 0)


def test_buckets_contain_live_records_alone(store: Store) -> None:
    first, second = base_row(record("0a"), 1, name="một"), base_row(record("0b"), 1, name="hai")
    gone = base_row(record("0c"), 2, name="ba", deleted=True)
    elsewhere = base_row(record("0d"), 1, "establishment", OTHER_UNIT, name="bốn")
    server_commits(store, first, second, gone, elsewhere)
    expected = {"0a": digest_of([first.h]), "0b": digest_of([second.h])}
    assert SyncStore(store).read(bucket_digests, UNIT) == expected


def test_other_buckets_and_scopes_are_left_alone(store: Store) -> None:
    elsewhere = "0197aaaa-0000-7000-8000-00000000010a"
    server_commits(
        store,
        base_row(record("0a"), 1, name="một"),
        base_row(record("0b"), 1, name="hai"),
        base_row(elsewhere, 1, "establishment", OTHER_UNIT, name="bốn"),
    )
    SyncStore(store).commit(commit_repair, page(base_row(record("0a"), 2, name="một sửa"), buckets={"0a"}))
    rows = [
        SyncStore(store).read(get_server_record, record_id)
        for record_id in (record("0a"), record("0b"), elsewhere)
    ]
    assert [row.rev for row in rows if row is not None] == [2, 1, 1]


def test_only_the_closing_checkpoint_moves_the_cursor_and_ends_the_repair(store: Store) -> None:
    server_commits(store, base_row(record("0a"), 1, name="một"), cursor=40)
    sync_store = SyncStore(store)
    sync_store.write(repair_scope, UNIT)
    row = base_row(record("0b"), 1, name="hai")
    sync_store.commit(commit_repair, page(row, buckets={"0a", "0b"}))
    scope = store.read(lambda context: get_scope(context, UNIT))
    assert (scope.cursor, scope.refresh > 0) == (40, True)
    assert scope.digest == store.read(lambda context: recomputed_digest(context, UNIT))
    closing = Checkpoint(UNIT, 7, digest_of([row.h]), (), GREETING, repaired=True)
    assert sync_store.commit(commit_checkpoint, closing).verified
    scope = store.read(lambda context: get_scope(context, UNIT))
    assert (scope.cursor, scope.refresh) == (7, 0)


def test_a_scope_that_differs_is_proven_by_its_repair_alone(store: Store) -> None:
    row = base_row(record("0a"), 1, name="một")
    server_commits(store, row)
    sync_store = SyncStore(store)
    sync_store.write(repair_scope, UNIT)
    plain = Checkpoint(UNIT, 9, digest_of([row.h]), (), GREETING)
    assert sync_store.commit(commit_checkpoint, plain).verified is None
    assert store.read(lambda context: get_scope(context, UNIT)).refresh > 0


def test_an_own_change_of_a_dropped_record_is_let_go_with_it(store: Store, clock: FrozenClock) -> None:
    server_commits(store, base_row(record("0a"), 1, name="một"))
    store.file(draft_of(store, record("0a"), clock.now(), name="một sửa"), USER)
    SyncStore(store).commit(commit_repair, page(buckets={"0a"}))
    assert store.view(record("0a")) is None


def test_an_own_edit_that_the_restored_record_lacks_is_shown_again(store: Store, clock: FrozenClock) -> None:
    server_commits(store, base_row(record("0a"), 1, name="một"))
    change_id = store.file(draft_of(store, record("0a"), clock.now(), name="một sửa"), USER)
    assert change_id is not None
    server_answers(store, Receipt(change_id, Status.APPLIED, None, {}, UNIT, 2, 9, "", ""))
    sync_store, repaired = SyncStore(store), base_row(record("0a"), 2, name="một sửa")
    sync_store.commit(commit_repair, page(repaired, buckets={"0a"}))
    sync_store.commit(commit_repair, page(base_row(record("0a"), 1, name="một"), buckets={"0a"}))
    view = store.view(record("0a"))
    assert view is not None
    assert view.data == {"name": "một sửa"}


def test_an_epoch_is_entered_once(store: Store) -> None:
    server_commits(store, base_row(record("0a"), 1, name="một"))
    sync_store = SyncStore(store)
    sync_store.write(enter_epoch, "epoch-2")
    marked = sync_store.read(read_checkpoint).scopes[UNIT].refresh
    sync_store.write(enter_epoch, "epoch-2")
    assert sync_store.read(read_checkpoint).scopes[UNIT].refresh == marked > 0


def test_records_that_a_repair_changed_are_named(store: Store) -> None:
    same, other = base_row(record("0a"), 1, name="một"), base_row(record("0b"), 1, name="hai")
    server_commits(store, same, other, base_row(record("0c"), 1, name="ba"))
    rows = SyncStore(store)
    rows.commit(
        commit_repair, page(same, base_row(record("0b"), 2, name="hai sửa"), buckets={"0a", "0b", "0c"})
    )
    assert rows.read(own_counts).mismatched == (record("0b"), record("0c"))
    rows.commit(commit_repair, page(same, buckets={"0a"}))
    assert rows.read(own_counts).mismatched == (record("0b"), record("0c"))


def test_a_damaged_note_of_it_names_nobody(store: Store) -> None:
    def spoil(unlocked: Unlocked) -> tuple[()]:
        put_text(unlocked.context, "differed", f"x {record('0a')} {record('0b')[:-1]}!")
        return ()

    store.write(spoil)
    assert SyncStore(store).read(own_counts).mismatched == (record("0a"),)
