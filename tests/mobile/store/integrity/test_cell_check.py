"""Flipped bits inside sealed cells: found at the opening, healed from the other copy, in nobody's way."""

from __future__ import annotations

import pytest
from tests.mobile.replication.tablet import Tablet, record
from tests.mobile.support import (
    KEY,
    UNIT,
    USER,
    FrozenClock,
    base_row,
    draft_of,
    open_changed_file,
    server_commits,
)

from field178_mobile.store import StateWord, Store
from field178_mobile.store.replica.server_records import get_scope, recomputed_digest
from field178_mobile.store.replication.checkpoint import read_checkpoint


@pytest.fixture
def tablet(store: Store, clock: FrozenClock) -> Tablet:
    made = Tablet(store, clock)
    made.file(1, name="một")
    made.server.office_put(record(5), UNIT, name="năm")
    made.sync()
    made.file(2, name="hai")
    store.drafts.save(draft_of(store, record(3), clock.now(), name="nháp"))
    store.settings.put("language", "vi")
    return made


def spoil(store: Store, table: str, column: str = "sealed") -> None:
    def flip(context) -> None:
        for rowid, sealed in context.connection.execute(f"SELECT rowid, {column} FROM {table}").fetchall():
            if sealed is not None:
                bad = sealed[:-1] + bytes([sealed[-1] ^ 1])
                context.connection.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (bad, rowid))

    store.read(flip)
    open_changed_file(store)


@pytest.mark.parametrize(
    ("table", "column"),
    [("base", "sealed"), ("outbox", "sealed"), ("outbox", "sealed_receipt"), ("scope", "sealed")],
)
def test_damaged_row_with_another_copy_is_repaired(tablet: Tablet, table: str, column: str) -> None:
    spoil(tablet.store, table, column)
    assert tablet.data(2) == {"name": "hai"}
    tablet.sync()
    assert tablet.data(1) == {"name": "một"}
    assert tablet.data(5) == {"name": "năm"}
    assert set(tablet.server.world.records) == {record(1), record(2), record(5)}
    assert tablet.store.status().in_sync
    assert tablet.mismatches() == 0
    assert tablet.agrees()


@pytest.mark.parametrize("table", ["draft", "setting"])
def test_damaged_row_without_a_copy_stops_no_other_work(tablet: Tablet, table: str) -> None:
    spoil(tablet.store, table)
    assert len(tablet.store.drafts.all()) == (0 if table == "draft" else 1)
    assert tablet.store.settings.get("language") == (None if table == "setting" else "vi")
    tablet.store.settings.put("language", "en")
    assert tablet.store.settings.get("language") == "en"
    tablet.sync()
    assert tablet.store.status().in_sync


def test_a_lost_journal_is_written_again(store: Store, clock: FrozenClock, tmp_path) -> None:
    store.file(draft_of(store, record(1), clock.now(), name="một"), USER)
    store.file(draft_of(store, record(1), clock.now(), name="hai"), USER)
    store.lock()
    (tmp_path / "store" / "journal.bin").unlink()
    store.unlock(KEY)
    store.lock()
    (tmp_path / "store" / "records" / "store.db").unlink()
    store.unlock(KEY)
    assert store.was_rebuilt
    view = store.view(record(1))
    assert view is not None
    assert view.data == {"name": "hai"}
    assert store.shown_state(record(1)).word is StateWord.UNSENT


def test_the_kept_digest_is_the_digest_of_the_rows(store: Store) -> None:
    rows = [base_row(record(number), name=str(number)) for number in range(5)]
    server_commits(store, *rows)
    server_commits(store, base_row(record(1), 2, name="x"), base_row(record(2), 2, name="y", deleted=True))
    server_commits(store, base_row(record(3), 2, "establishment", "unit:other", name="z"))
    for scope, count in ((UNIT, 3), ("unit:other", 1)):
        kept = store.read(lambda context, s=scope: get_scope(context, s).digest)
        assert kept == store.read(lambda context, s=scope: recomputed_digest(context, s))
        assert kept.count == count
    assert set(store.read(read_checkpoint).scopes) == {UNIT, "unit:other"}
