"""Receipts in the store: digest, receipts whose change is not held, stamps, repair of buckets."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import pytest
from tests.mobile.support import UNIT, USER, FrozenClock, base_row, draft_of, server_answers, server_commits

from field178_mobile.store import Store
from field178_mobile.store.database.key_value import get_text
from field178_mobile.store.outbox.changes import State, get_change, open_changes, prunable
from field178_mobile.store.outbox.receipt_digests import folded_receipts, receipt_buckets, receipts_digest
from field178_mobile.store.replica.server_records import get_scope
from field178_mobile.store.replication.apply_answer import (
    Checkpoint,
    Greeting,
    commit_checkpoint,
    commit_receipts,
)
from field178_mobile.store.replication.checkpoint import read_checkpoint
from field178_mobile.store.replication.incarnation import enter_device
from field178_mobile.store.replication.receipts import ReceiptPage, commit_receipt_repair
from field178_mobile.store.replication.repair import repair_scope
from field178_mobile.store.replication.sync_store import SyncStore
from field178_shared.wire.canonical import EMPTY, bucket, digest_of
from field178_shared.wire.protocol import Receipt, Status, receipt_scope

SCOPE = receipt_scope("device")
GRANTED = frozenset({SCOPE, UNIT})
GREETING = Greeting("epoch", 3, (), GRANTED)
FOREIGN = "0197aaaa-0000-7000-8000-00000000c10e"
NEXT = "0197a000-0000-4000-8000-000000000002"
AT = "2026-11-24T15:00:00Z"


def record(number: int) -> str:
    return f"0197aaaa-0000-7000-8000-{number:012d}"


def filed(store: Store, clock: FrozenClock, number: int = 1) -> str:
    change_id = store.file(draft_of(store, record(number), clock.now(), rooms_total=number), USER)
    assert change_id is not None
    return change_id


def receipt(change_id: str, reason: str | None = None, life: str = "another") -> Receipt:
    status = Status.APPLIED if reason is None else Status.QUARANTINED
    return Receipt(change_id, status, reason, {}, UNIT, 1, 1, AT, life)


def page(*receipts: Receipt, seq: int | None = None, digest=None, repaired: bool = False) -> ReceiptPage:
    return ReceiptPage(SCOPE, list(receipts), GRANTED, lambda: NEXT, seq, digest, repaired)


def commits(store: Store, committed: ReceiptPage) -> bool | None:
    return SyncStore(store).commit(commit_receipts, committed, GREETING).verified


def repairs(store: Store, *receipts: Receipt, buckets: Collection[str], ids: Collection[str]) -> None:
    SyncStore(store).commit(commit_receipt_repair, page(*receipts), buckets, ids)


def incarnation(store: Store) -> str:
    return store.read(lambda context: get_text(context, "incarnation") or "")


def stored(store: Store):
    row = store.read(lambda context: get_scope(context, SCOPE))
    assert row.digest == store.read(receipts_digest)
    return row


def stamps(store: Store) -> list[int | None]:
    query = "SELECT stamp FROM outbox ORDER BY ordinal"
    return [row[0] for row in store.read(lambda context: context.connection.execute(query).fetchall())]


def test_receipt_that_replaces_another_replaces_its_hash(store: Store, clock: FrozenClock) -> None:
    change_id = filed(store, clock)
    server_answers(store, receipt(change_id, "rule"))
    server_answers(store, receipt(change_id))
    assert stored(store).digest == digest_of([receipt(change_id).hash])


def test_receipt_without_a_checkpoint_is_folded_by_no_one(store: Store) -> None:
    server_answers(store, receipt(FOREIGN))
    assert (stored(store).digest, stored(store).cursor) == (EMPTY, 0)
    assert commits(store, page(receipt(FOREIGN), seq=1, digest=digest_of([receipt(FOREIGN).hash])))
    assert store.read(folded_receipts) == {"0e": digest_of([receipt(FOREIGN).hash])}


def test_checkpoint_that_was_read_before_folds_nothing_again(store: Store) -> None:
    first = page(receipt(FOREIGN), seq=1, digest=digest_of([receipt(FOREIGN).hash]))
    assert commits(store, first)
    assert commits(store, first)
    assert stored(store).digest.count == 1


def test_id_reuse_is_in_no_digest(store: Store, clock: FrozenClock) -> None:
    waits, taken = filed(store, clock), filed(store, clock, 2)
    server_answers(store, receipt(taken))
    reused = [receipt(change_id, "id_reuse") for change_id in (waits, taken, FOREIGN)]
    assert commits(store, page(*reused, seq=1, digest=digest_of([receipt(taken).hash])))
    states = [store.read(lambda context, key=key: get_change(context, key)) for key in (waits, taken)]
    assert [change.state for change in states if change is not None] == [State.ISOLATED, State.ACKNOWLEDGED]


@pytest.mark.parametrize(("life", "begins"), [("another", False), ("", True)])
def test_receipt_of_the_present_incarnation_comes_from_a_copy(store: Store, life: str, begins: bool) -> None:
    before = incarnation(store)
    foreign = receipt(FOREIGN, life=life or before)
    assert commits(store, page(foreign, seq=1, digest=digest_of([foreign.hash])))
    assert incarnation(store) == (NEXT if begins else before)


def test_only_a_right_digest_stamps_receipts(store: Store, clock: FrozenClock) -> None:
    own = receipt(filed(store, clock))
    assert commits(store, page(own, seq=4)) is None
    assert stamps(store) == [None]
    assert commits(store, page(seq=5, digest=EMPTY)) is False
    assert stamps(store) == [None]
    assert stored(store).refresh
    # A scope that waits for its repair is proven by that alone.
    assert commits(store, page(seq=6, digest=digest_of([own.hash]))) is None
    assert stamps(store) == [None]
    assert commits(store, page(seq=6, digest=digest_of([own.hash]), repaired=True))
    assert stamps(store) == [6]
    assert not stored(store).refresh


def test_later_checkpoint_stamps_no_receipt_again_but_a_repair_does(store: Store, clock: FrozenClock) -> None:
    first, second = (receipt(filed(store, clock, number)) for number in (1, 2))
    both = digest_of([first.hash, second.hash])
    assert commits(store, page(first, seq=1, digest=digest_of([first.hash])))
    assert commits(store, page(second, seq=2, digest=both))
    assert stamps(store) == [1, 2]
    SyncStore(store).write(repair_scope, SCOPE)
    assert commits(store, page(seq=9, digest=both, repaired=True))
    assert stamps(store) == [9, 9]


def test_change_is_pruned_when_settled_and_backed_up(store: Store, clock: FrozenClock) -> None:
    server_commits(store, *(base_row(record(number), 1, name="một") for number in (1, 2, 3, 4)))
    ids = [filed(store, clock, number) for number in (1, 2, 3, 4)]
    receipts = [
        receipt(ids[0]),
        receipt(ids[1], "rule"),
        replace(receipt(ids[2]), rev=2),
        receipt(ids[3]),
    ]
    for seq in (1, 2, 3, 4):
        digest = digest_of(item.hash for item in receipts[:seq])
        assert commits(store, page(receipts[seq - 1], seq=seq, digest=digest))
    # The second waits in quarantine, the base does not hold the third, the fourth is in no backup.
    assert store.read(prunable) == [ids[0]]
    digest = stored(store).digest
    SyncStore(store).prune()
    assert stored(store).digest == digest
    assert store.read(folded_receipts) == {bucket(ids[0]): digest_of([receipts[0].hash])}


def test_receipts_are_committed_with_the_records_of_the_next_scope(store: Store, clock: FrozenClock) -> None:
    own, row = receipt(filed(store, clock)), base_row(record(1), 1, rooms_total=1)
    records = Checkpoint(UNIT, 1, digest_of([row.h]), [row], GREETING)
    receipts = page(own, seq=1, digest=digest_of([own.hash]))
    committed = SyncStore(store).commit(commit_checkpoint, records, receipts)
    assert (committed.verified, committed.receipts_verified) == (True, True)
    assert stored(store).cursor == 1
    assert store.read(read_checkpoint).epoch == "epoch"


def test_lost_change_of_a_bucket_is_pending_again_and_its_scope_is_repaired(
    store: Store, clock: FrozenClock
) -> None:
    server_commits(store, base_row(record(1), 1, name="một"))
    lost, kept, quarantined = (receipt(filed(store, clock, number)) for number in (1, 2, 3))
    quarantined = receipt(quarantined.change_id, "rule")
    server_answers(store, lost, kept, quarantined)
    names = {bucket(item.change_id) for item in (lost, kept, quarantined)}
    repairs(store, kept, buckets=names, ids=[kept.change_id])
    pending = store.read(lambda context: [change.id for change in open_changes(context, 9)])
    assert pending == [lost.change_id, quarantined.change_id]
    assert stored(store).digest == digest_of([kept.hash])
    assert store.read(read_checkpoint).scopes[UNIT].refresh


def test_other_buckets_of_receipts_are_left_alone(store: Store, clock: FrozenClock) -> None:
    own = receipt(filed(store, clock))
    server_answers(store, own)
    repairs(store, buckets=["zz"], ids=[])
    assert store.read(receipt_buckets) == {bucket(own.change_id): digest_of([own.hash])}


def test_bucket_takes_the_folded_receipts_of_the_server(store: Store) -> None:
    old, new = receipt(FOREIGN), receipt(FOREIGN, "purged")
    assert commits(store, page(old, seq=1, digest=digest_of([old.hash])))
    repairs(store, new, buckets=["0e"], ids=[FOREIGN])
    assert store.read(folded_receipts) == {"0e": digest_of([new.hash])}
    repairs(store, buckets=["0e"], ids=[])
    assert store.read(folded_receipts) == {}
    assert stored(store).digest == EMPTY


@pytest.mark.parametrize(("cursor", "begins"), [(1, True), (0, False)])
def test_bucket_with_more_receipts_than_before_tells_of_a_copy(
    store: Store, clock: FrozenClock, cursor: int, begins: bool
) -> None:
    before = incarnation(store)
    commits(store, page(seq=cursor))
    repairs(store, receipt(FOREIGN, life=before), buckets=["0e"], ids=[FOREIGN])
    assert incarnation(store) == (NEXT if begins else before)


def test_another_device_pushes_everything_again(store: Store, clock: FrozenClock) -> None:
    SyncStore(store).write(enter_device, "device")
    acknowledged, pending = filed(store, clock), filed(store, clock, 2)
    own, foreign = receipt(acknowledged), receipt(FOREIGN)
    assert commits(store, page(own, foreign, seq=2, digest=digest_of([own.hash, foreign.hash])))
    SyncStore(store).write(enter_device, "device-2")
    checkpoint = store.read(read_checkpoint)
    assert (checkpoint.receipt_scope, set(checkpoint.scopes)) == ("device:device-2", {"device:device-2"})
    assert store.read(receipts_digest) == checkpoint.scopes["device:device-2"].digest == EMPTY
    open_ids = store.read(lambda context: [change.id for change in open_changes(context, 9)])
    assert open_ids == [acknowledged, pending]
    SyncStore(store).write(enter_device, "device-2")
    assert store.read(read_checkpoint) == checkpoint


def test_new_database_has_a_scope_of_receipts_that_waits_for_nothing(store: Store) -> None:
    SyncStore(store).write(enter_device, "device")
    row = stored(store)
    assert (row.cursor, row.refresh, row.digest) == (0, 0, EMPTY)
