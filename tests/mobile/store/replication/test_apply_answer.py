"""Receipts of a scope that the tablet is losing: the user's own words stay while their record is shown."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.mobile.support import UNIT, USER, FrozenClock, base_row, draft_of, server_answers, server_commits

from field178_mobile.store import Store
from field178_mobile.store.outbox.changes import get_change
from field178_mobile.store.replication.apply_answer import (
    Checkpoint,
    Greeting,
    commit_checkpoint,
    is_unchanged,
)
from field178_mobile.store.replication.checkpoint import read_checkpoint
from field178_mobile.store.replication.lost_scopes import drop_lost_scopes
from field178_mobile.store.replication.sync_store import SyncStore
from field178_shared.wire.canonical import EMPTY
from field178_shared.wire.protocol import Receipt, Status

RECORD = "0197aaaa-0000-7000-8000-000000000001"
AT = "2026-11-24T15:00:00Z"


def applied(change_id: str) -> Receipt:
    return Receipt(change_id, Status.APPLIED, None, {}, UNIT, 2, 9, AT, "")


@pytest.fixture
def edited(store: Store, clock: FrozenClock) -> str:
    """A received record with an own edit; its scope is taken away before the receipt comes."""
    server_commits(store, base_row(RECORD, 1, name="Ánh Trăng"))
    change_id = store.file(draft_of(store, RECORD, clock.now(), rooms_total=3), USER)
    assert change_id is not None
    server_answers(store, applied(change_id), granted=())
    return change_id


def is_settled(store: Store, change_id: str) -> bool:
    change = store.read(lambda context: get_change(context, change_id))
    return change is not None and change.settled


def test_an_own_edit_of_a_lost_scope_is_shown_as_long_as_its_record_is(store: Store, edited: str) -> None:
    view = store.view(RECORD)
    assert view is not None
    assert view.data == {"name": "Ánh Trăng", "rooms_total": 3}


def test_the_edit_is_let_go_together_with_the_rows_of_its_scope(store: Store, edited: str) -> None:
    SyncStore(store).commit(drop_lost_scopes, frozenset())
    assert store.view(RECORD) is None
    assert is_settled(store, edited)


def test_an_edit_answered_in_a_scope_that_is_not_held_is_let_go(store: Store, clock: FrozenClock) -> None:
    server_commits(store, base_row(RECORD, 1, "establishment", "unit:c2_v1", name="Ánh Trăng"))
    change_id = store.file(draft_of(store, RECORD, clock.now(), rooms_total=3), USER)
    assert change_id is not None
    server_answers(store, applied(change_id), granted=())
    SyncStore(store).commit(drop_lost_scopes, frozenset())
    assert is_settled(store, change_id)


def test_a_verdict_told_again_brings_no_record_back_that_left(store: Store, clock: FrozenClock) -> None:
    change_id = store.file(draft_of(store, RECORD, clock.now(), name="Ánh Trăng"), USER)
    assert change_id is not None
    other = "0197aaaa-0000-7000-8000-000000000002"
    server_commits(store, base_row(other, 1, name="Ánh Sao"), cursor=9)
    server_answers(store, applied(change_id))
    assert store.view(RECORD) is None
    assert is_settled(store, change_id)


def test_checkpoint_equal_to_the_stored_one_is_unchanged(store: Store) -> None:
    server_commits(store, base_row(RECORD, 1, name="Ánh Trăng"))
    sync_store = SyncStore(store)
    held = sync_store.read(read_checkpoint).scopes[UNIT]
    greeting = Greeting("e", 0, (), frozenset({UNIT}))
    checkpoint = Checkpoint(UNIT, held.cursor, held.digest, (), greeting)

    assert sync_store.read(is_unchanged, checkpoint)
    assert not sync_store.read(is_unchanged, replace(checkpoint, digest=EMPTY))
    assert sync_store.commit(commit_checkpoint, replace(checkpoint, digest=EMPTY)).verified is False
    assert sync_store.read(read_checkpoint).scopes[UNIT].refresh


def test_rows_of_every_lost_scope_go_whether_its_cursor_is_known_or_not(store: Store) -> None:
    scopes = ["unit:a", "unit:b", "unit:c", UNIT]
    for number, scope in enumerate(scopes):
        server_commits(store, base_row(f"0197aaaa-0000-7000-8000-{number:012d}", 1, "establishment", scope))
    store.read(lambda context: context.connection.execute("DELETE FROM scope WHERE id = 'unit:b'"))
    SyncStore(store).commit(drop_lost_scopes, frozenset({UNIT}))
    query = "SELECT DISTINCT scope FROM base"
    assert store.read(lambda context: context.connection.execute(query).fetchall()) == [(UNIT,)]
