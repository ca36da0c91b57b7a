"""What the office has removed for good leaves the tablet too: rows, rest, changes, journal, photos."""

from __future__ import annotations

import errno
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest
from tests.mobile.store.replication.test_tombstones import GREETING, RECORD, arrives, resting
from tests.mobile.support import (
    KEY,
    UNIT,
    USER,
    FrozenClock,
    base_row,
    draft_of,
    server_answers,
    server_commits,
)

from field178_mobile.store import Store, StoreChange
from field178_mobile.store.outbox.changes import open_changes
from field178_mobile.store.outbox.in_flight import isolate
from field178_mobile.store.outbox.journal import Journal
from field178_mobile.store.outbox.receipt_digests import receipts_digest
from field178_mobile.store.replication.apply_answer import commit_receipts
from field178_mobile.store.replication.receipts import ReceiptPage
from field178_mobile.store.replication.repair import RepairPage, commit_repair
from field178_mobile.store.replication.sync_store import SyncStore
from field178_shared.errors import AppError, ErrorCode
from field178_shared.wire.canonical import digest_of
from field178_shared.wire.protocol import Receipt, Status, receipt_scope

OTHER = "0197aaaa-0000-7000-8000-000000000002"
AT = "2026-11-24T15:00:00Z"
PURGED = base_row(RECORD, 3, purged=AT)


def filed(store: Store, clock: FrozenClock, record_id: str = RECORD) -> str:
    change_id = store.file(draft_of(store, record_id, clock.now(), rooms_total=3), USER)
    assert change_id is not None
    return change_id


def answered(store: Store, change_id: str, reason: str | None = None) -> Receipt:
    status = Status.APPLIED if reason is None else Status.QUARANTINED
    receipt = Receipt(change_id, status, reason, {}, UNIT, 2, 9, AT, "")
    server_answers(store, receipt, granted=GREETING.granted)
    return receipt


def held(store: Store) -> set[str]:
    return {
        row[0]
        for row in store.read(lambda context: context.connection.execute("SELECT id FROM outbox").fetchall())
    }


def journalled(folder: Path) -> set[str]:
    (path,) = folder.rglob("journal.bin")
    journal = Journal(path)
    change_ids = {frame.change_id for frame in journal.frames()}
    journal.close()
    return change_ids


def test_own_answered_changes_of_it_go_with_their_journal(
    store: Store, clock: FrozenClock, tmp_path: Path
) -> None:
    server_commits(store, base_row(RECORD, 1, name="một"), base_row(OTHER, 1, name="hai"))
    purged, kept = filed(store, clock), filed(store, clock, OTHER)
    answered(store, purged)
    answered(store, kept)
    arrives(store, PURGED)
    assert held(store) == journalled(tmp_path) == {kept}


def test_receipts_of_purged_changes_still_count(store: Store, clock: FrozenClock) -> None:
    server_commits(store, base_row(RECORD, 1, name="một"))
    receipt = answered(store, filed(store, clock))
    arrives(store, PURGED)
    assert held(store) == set()
    assert store.read(receipts_digest) == digest_of([receipt.hash])


def test_answer_that_was_cut_keeps_the_change_until_its_receipt_comes_again(
    store: Store, clock: FrozenClock
) -> None:
    server_commits(store, base_row(RECORD, 1, name="một"))
    change_id = filed(store, clock)
    arrives(store, PURGED)
    receipt = Receipt(change_id, Status.QUARANTINED, "purged", {}, UNIT, 0, None, AT, "")
    scope = receipt_scope("device")
    page = ReceiptPage(scope, [receipt], GREETING.granted, lambda: "never")
    SyncStore(store).commit(commit_receipts, page, None)
    assert held(store) == {change_id}
    page = replace(page, seq=1, digest=digest_of([receipt.hash]))
    assert SyncStore(store).commit(commit_receipts, page, GREETING).verified
    assert held(store) == set()


def test_an_unsent_change_goes_when_the_server_has_answered_for_it(
    store: Store, clock: FrozenClock, tmp_path: Path
) -> None:
    server_commits(store, base_row(RECORD, 1, name="một"))
    change_id = filed(store, clock)
    arrives(store, PURGED)
    assert held(store) == {change_id}
    answered(store, change_id, "purged")
    assert held(store) == journalled(tmp_path) == set()


def test_isolated_changes_are_deleted_with_their_replacement(
    store: Store, clock: FrozenClock, tmp_path: Path
) -> None:
    server_commits(store, base_row(RECORD, 1, name="một"))
    isolated = []
    for _ in range(2):
        isolated.append(filed(store, clock))
        SyncStore(store).write(isolate, SyncStore(store).read(open_changes, 9), "internal")
    mender = filed(store, clock)
    arrives(store, PURGED)
    assert held(store) == {*isolated, mender}
    answered(store, mender, "purged")
    assert held(store) == journalled(tmp_path) == set()


def test_isolated_change_without_a_replacement_waits_for_its_answer(store: Store, clock: FrozenClock) -> None:
    server_commits(store, base_row(RECORD, 1, name="một"))
    isolated = filed(store, clock)
    SyncStore(store).write(isolate, SyncStore(store).read(open_changes, 9), "internal")
    arrives(store, PURGED)
    assert held(store) == {isolated}


def test_drafts_of_an_erased_record_are_deleted_and_others_stay(store: Store, clock: FrozenClock) -> None:
    server_commits(store, base_row(RECORD, 1, name="một"), base_row(OTHER, 1, name="hai"))
    for record_id in (RECORD, OTHER):
        store.drafts.save(draft_of(store, record_id, clock.now(), rooms_total=3))
    arrives(store, PURGED)
    assert [draft.record_id for draft in store.drafts.all()] == [OTHER]


def test_a_form_that_was_open_keeps_and_files_nothing_any_more(store: Store, clock: FrozenClock) -> None:
    server_commits(store, base_row(RECORD, 1, name="một"))
    open_form = draft_of(store, RECORD, clock.now(), rooms_total=3)
    store.drafts.save(open_form)
    arrives(store, PURGED)
    for act in (lambda: store.drafts.save(open_form), lambda: store.file(open_form, USER)):
        with pytest.raises(AppError) as caught:
            act()
        assert caught.value.code is ErrorCode.PURGED
    assert (store.drafts.all(), held(store)) == ([], set())


def test_the_text_does_not_come_back_when_the_tablet_starts_again(store: Store, clock: FrozenClock) -> None:
    server_commits(store, base_row(RECORD, 1, name="một"))
    answered(store, filed(store, clock))
    arrives(store, PURGED)
    store.lock()
    store.unlock(KEY)
    assert held(store) == set()


def test_erased_record_leaves_no_tombstone(store: Store) -> None:
    server_commits(store, base_row(RECORD, 7, name="một"))
    arrives(store, PURGED)
    assert resting(store) == []


@pytest.mark.parametrize("deleted", [False, True])
def test_a_conflict_that_goes_with_it_does_not_rest_either(store: Store, deleted: bool) -> None:
    server_commits(store, base_row(RECORD, 1, name="một"))
    arrives(store, base_row(RECORD, 2, deleted=deleted, purged=AT))
    assert resting(store) == []


def test_lists_know_it_no_longer_and_its_data_is_gone(store: Store) -> None:
    server_commits(store, base_row(RECORD, 1, name="một"))
    arrives(store, PURGED)
    view = store.view(RECORD)
    assert view is not None
    assert (view.deleted, set(view.data)) == (True, {"purged"})


def test_lists_know_it_no_longer_though_the_disk_refuses_the_rest(store: Store, clock: FrozenClock) -> None:
    server_commits(store, base_row(RECORD, 1, name="một"))
    answered(store, filed(store, clock))
    changes: list[StoreChange] = []
    store.subscribe(changes.append)
    refusal = OSError(errno.ENOSPC, "no room")
    with patch.object(Journal, "keep_only", side_effect=refusal), pytest.raises(AppError):
        arrives(store, PURGED)
    assert store.establishments() == ()
    assert any(RECORD in change.records for change in changes)
    store.lock()
    store.unlock(KEY)
    assert store.establishments() == ()


def test_a_repair_brings_it_too(store: Store, clock: FrozenClock) -> None:
    server_commits(store, base_row(RECORD, 1, name="một"))
    answered(store, filed(store, clock))
    page = RepairPage(UNIT, frozenset({"01"}), frozenset({RECORD}), (PURGED,), GREETING.at_s)
    SyncStore(store).commit(commit_repair, page)
    assert held(store) == set()
    assert resting(store) == []
