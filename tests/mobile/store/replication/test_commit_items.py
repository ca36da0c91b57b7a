"""Rows of records that nothing here is about are committed together; the outcome is that of one by one."""

from __future__ import annotations

import errno
import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest
from tests.mobile.support import (
    KEY,
    UNIT,
    USER,
    FrozenClock,
    base_row,
    draft_of,
    open_changed_file,
    seeded_ids,
    server_answers,
    server_commits,
)

from field178_mobile.store import Store
from field178_mobile.store.database.context import DatabaseContext
from field178_mobile.store.database.encryption import Sealer
from field178_mobile.store.replica.server_records import ServerRecord, get_server_record, scope_rows
from field178_mobile.store.replication import apply_answer
from field178_mobile.store.replication.apply_answer import (
    Checkpoint,
    Greeting,
    Leave,
    commit_checkpoint,
)
from field178_mobile.store.replication.sync_store import SyncStore
from field178_mobile.store.replication.tombstones import lost_records
from field178_shared.errors import AppError
from field178_shared.wire.protocol import ERASED_AT, Receipt, Status

RECORDS = [f"0197aaaa-0000-7000-8000-{number:012d}" for number in range(14)]
OTHER_UNIT = "unit:c2_v1"
TYPES = ("establishment", "inspection", "review", "conflict")
PLACES = RECORDS[:: len(TYPES)][:2]
BEGAN = ("2026-11-20T14:00:00Z", "2026-11-21T14:00:00Z")
GREETING = Greeting("epoch", 0, (), frozenset({UNIT, OTHER_UNIT}), at_s=1_800_000_000)


def one_by_one() -> AbstractContextManager[object]:
    return patch.object(apply_answer, "known_ids", lambda _context, record_ids: set(record_ids))


@pytest.fixture
def new_store(tmp_path: Path) -> Iterator[Callable[[str], Store]]:
    stores: list[Store] = []

    def make(name: str) -> Store:
        clock = FrozenClock()
        stores.append(Store(tmp_path / name, clock, seeded_ids(clock)))
        stores[-1].unlock(KEY)
        return stores[-1]

    yield make
    for store in stores:
        store.close()


def row(chance: random.Random, record_id: str, scope: str = UNIT) -> ServerRecord:
    kind, rev = TYPES[RECORDS.index(record_id) % len(TYPES)], chance.choice((1, 2, 3))
    if chance.random() < 0.1:
        return base_row(record_id, rev, kind, scope, **{ERASED_AT: "2026-11-24T15:00:00Z"})
    deleted, name = chance.random() < 0.2, chance.choice(("Ánh Trăng", "Ánh Sao"))
    data = {"name": name, "record": chance.choice(RECORDS)}
    if kind == "inspection":
        data |= {"establishment_id": chance.choice(PLACES), "started_at": chance.choice(BEGAN)}
    return base_row(record_id, rev, kind, scope, deleted=deleted, **data)


def fill(store: Store, chance: random.Random) -> None:
    """Give a store rows of two scopes, tombstones, and own changes: pending, and received ones."""
    held = chance.sample(RECORDS, 6)
    server_commits(store, *(row(chance, record_id, chance.choice((UNIT, OTHER_UNIT))) for record_id in held))
    sync_store = SyncStore(store)
    for record_id in RECORDS[:: len(TYPES)]:
        view = store.view(record_id)
        if chance.random() < 0.3 or (view is not None and ERASED_AT in view.data):
            continue
        draft = draft_of(store, record_id, FrozenClock().now(), name="của tôi")
        change_id = store.file(draft, USER)
        if change_id is not None and chance.random() < 0.5:
            receipt = Receipt(change_id, Status.APPLIED, None, {}, UNIT, 2, 1, "", "i")
            server_answers(store, receipt, granted=GREETING.granted)
    for record_id in chance.sample(held, 2):
        sync_store.commit(commit_checkpoint, Checkpoint(UNIT, 2, None, [Leave(record_id, UNIT)], GREETING))


def news(chance: random.Random) -> list[ServerRecord | Leave]:
    """Return rows and leaves of some records; one record may come twice."""
    return [
        Leave(record_id, UNIT, chance.choice((0, 1))) if chance.random() < 0.15 else row(chance, record_id)
        for record_id in chance.choices(RECORDS, k=8)
    ]


def content(store: Store) -> dict[str, object]:
    """Return all that a checkpoint may touch, opened."""

    def read(context: DatabaseContext) -> dict[str, object]:
        ids = [record_id for (record_id,) in context.connection.execute("SELECT id FROM base ORDER BY id")]
        own = "SELECT record_id, n, state, status, settled, receipt_scope FROM outbox ORDER BY ordinal"
        return {
            "base": [get_server_record(context, record_id) for record_id in ids],
            "scopes": scope_rows(context),
            "removed": context.connection.execute("SELECT id, rev, scope, lost FROM removed").fetchall(),
            "lost": [lost_record.row for lost_record in lost_records(context, 100)],
            "outbox": context.connection.execute(own).fetchall(),
            "meta": context.connection.execute("SELECT * FROM meta WHERE key <> 'journal'").fetchall(),
        }

    rows = store.read(read)
    views = {record_id: store.view(record_id) for record_id in RECORDS}
    lists = (store.establishments(), store.visits())
    return {**rows, "views": views, "lists": lists, "inbox": store.inbox()}


@pytest.mark.parametrize("seed", range(16))
def test_rows_committed_together_are_those_committed_one_by_one(
    new_store: Callable[[str], Store], seed: int
) -> None:
    outcomes = []
    for name, way in (("together", nullcontext), ("one by one", one_by_one)):
        store, chance = new_store(name), random.Random(seed)
        fill(store, chance)
        with way():
            checkpoint = Checkpoint(UNIT, 9, None, news(chance), GREETING)
            committed = SyncStore(store).commit(commit_checkpoint, checkpoint)
        outcomes.append((replace(committed, new=()), content(store)))
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize("seed", range(8))
def test_the_lists_in_memory_are_those_of_a_store_opened_again(
    new_store: Callable[[str], Store], seed: int
) -> None:
    store, chance = new_store("one"), random.Random(seed)
    fill(store, chance)
    SyncStore(store).commit(commit_checkpoint, Checkpoint(UNIT, 9, None, news(chance), GREETING))
    before, inbox = content(store), store.inbox()
    open_changed_file(store)
    after = content(store)
    # The inbox is in the order of arrival, which nothing keeps.
    assert sorted(map(repr, store.inbox())) == sorted(map(repr, inbox))
    assert {**after, "inbox": inbox} == before


def test_a_first_load_looks_no_row_up_by_itself(store: Store) -> None:
    statements: list[str] = []
    rows = [base_row(record_id, 1, "inspection", name="Ánh Trăng") for record_id in RECORDS]
    store.read(lambda context: context.connection.set_trace_callback(statements.append))
    SyncStore(store).commit(commit_checkpoint, Checkpoint(UNIT, 9, None, rows, GREETING))
    store.read(lambda context: context.connection.set_trace_callback(None))
    assert len(store.views("inspection")) == len(RECORDS)
    # Each row is one INSERT; all else is asked for once, however many there are.
    assert len([statement for statement in statements if "INTO base" in statement]) == len(RECORDS)
    assert len(statements) < len(RECORDS) + 40
    assert not [
        statement
        for statement in statements
        if "UPDATE outbox" in statement or "FROM base WHERE id = '" in statement
    ]


def test_lists_take_new_records_as_they_were_committed(store: Store) -> None:
    rows = [row(random.Random(7), record_id) for record_id in RECORDS]
    with patch.object(Sealer, "open", side_effect=AssertionError("read back")):
        SyncStore(store).commit(commit_checkpoint, Checkpoint(UNIT, 9, None, rows, GREETING))
        lists = (store.establishments(), store.visits())
    open_changed_file(store)
    assert lists == (store.establishments(), store.visits())
    assert all(lists)


def test_rolled_back_rows_are_in_no_list(tmp_path: Path, clock: FrozenClock) -> None:
    def failpoint(name: str) -> None:
        if name == "checkpoint.commit":
            raise OSError(errno.EIO, "no disk")

    store = Store(tmp_path, clock, seeded_ids(clock), failpoint=failpoint)
    store.unlock(KEY)
    rows = [base_row(RECORDS[0], name="Ánh Trăng"), row(random.Random(7), RECORDS[1])]
    with pytest.raises(AppError):
        SyncStore(store).commit(commit_checkpoint, Checkpoint(UNIT, 9, None, rows, GREETING))
    assert (store.establishments(), store.visits()) == ((), {})
    store.close()
