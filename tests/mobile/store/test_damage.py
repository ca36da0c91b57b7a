"""A damaged database is moved aside and the work comes back; a wrong key changes nothing."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from tests.mobile.support import KEY, USER, FrozenClock, base_row, draft_of, seeded_ids, server_commits

from field178_mobile.store import Store
from field178_mobile.store.database.context import DatabaseContext
from field178_mobile.store.database.driver import sqlite
from field178_mobile.store.outbox.changes import changes_of
from field178_mobile.store.replication.checkpoint import read_checkpoint
from field178_mobile.store.replication.tombstones import lost_records, take_out
from field178_shared.errors import AppError, ErrorCode

FILED = [f"0197aaaa-0000-7000-8000-{number:012d}" for number in range(30)]
DRAFTED = "0197aaaa-0000-7000-8000-00000000d4af"
DATABASE = Path("records", "store.db")
AT_S = 1_800_000_000


def opened(folder: Path, clock: FrozenClock, seed: int = 178) -> Store:
    store = Store(folder, clock, seeded_ids(clock, seed))
    store.unlock(KEY)
    return store


@pytest.fixture
def folder(tmp_path: Path, clock: FrozenClock) -> Path:
    store = opened(tmp_path, clock)
    for record in FILED:
        clock.tick(seconds=1)
        store.file(draft_of(store, record, clock.now(), name=f"cơ sở {record[-2:]}", note="x" * 300), USER)
    store.drafts.save(draft_of(store, DRAFTED, clock.now(), name="nháp"))
    server_commits(
        store, *(base_row(f"0197bbbb-0000-7000-8000-{n:012d}", name="máy chủ" * 50) for n in range(40))
    )
    store.settings.put("language", "vi")
    store.close()
    return tmp_path


def filed_names(store: Store) -> list[object]:
    return [store.read(lambda context, r=record: changes_of(context, r)[0].set["name"]) for record in FILED]


@pytest.mark.parametrize("damage", ["header", "truncated", "absent"])
def test_every_filed_change_comes_back(folder: Path, clock: FrozenClock, damage: str) -> None:
    hurt(folder / DATABASE, damage)
    store = opened(folder, clock, seed=7)
    assert store.was_rebuilt
    assert filed_names(store) == [f"cơ sở {record[-2:]}" for record in FILED]
    assert store.status().unsent_records == len(FILED)
    asides = list(folder.glob("damaged-*"))
    assert len(asides) == (0 if damage == "absent" else 1)
    store.close()
    again = opened(folder, clock, seed=8)
    assert not again.was_rebuilt
    assert again.status().unsent_changes == len(FILED)
    again.close()


def test_a_migration_whose_note_is_no_text_any_more_is_damage(folder: Path, clock: FrozenClock) -> None:
    connection = sqlite.connect(folder / DATABASE)
    connection.execute("UPDATE migration SET checksum = CAST(x'34a0' AS TEXT)")
    connection.commit()
    connection.close()
    store = opened(folder, clock)
    assert store.was_rebuilt
    assert [draft.record_id for draft in store.drafts.all()] == [DRAFTED]
    assert all(store.view(record_id) is not None for record_id in FILED)
    store.close()


def test_a_schema_that_does_not_compile_any_more_is_damage(folder: Path, clock: FrozenClock) -> None:
    content = (folder / DATABASE).read_bytes()
    assert b"length(" in content
    (folder / DATABASE).write_bytes(content.replace(b"length(", b"lenoth(", 1))
    store = opened(folder, clock, seed=7)
    assert store.was_rebuilt
    assert filed_names(store) == [f"cơ sở {record[-2:]}" for record in FILED]
    store.close()


def test_drafts_and_settings_are_restored_from_readable_pages(folder: Path, clock: FrozenClock) -> None:
    hurt(folder / DATABASE, "one page of the base")
    store = opened(folder, clock, seed=7)
    assert store.was_rebuilt
    assert [draft.title or draft.data["name"] for draft in store.drafts.all()] == ["nháp"]
    assert store.settings.get("language") == "vi"
    store.close()


def test_tombstones_and_lost_rows_are_taken_over_in_order(folder: Path, clock: FrozenClock) -> None:
    store = opened(folder, clock)
    rows = [base_row(f"0197cccc-0000-7000-8000-{n:012d}", 3, name=f"đã mất {n}") for n in range(6)]
    server_commits(store, *rows)

    def take(context: DatabaseContext) -> None:
        with context.transaction("test"):
            for number, row in enumerate(rows):
                take_out(context, row.id, {}, AT_S, lost=bool(number % 2))
            # Its plain column says another type than its hash: it is no record that ever was.
            context.connection.execute("UPDATE removed SET type = 'x' WHERE id = ?", (rows[0].id,))

    store.read(take)
    store.close()
    hurt(folder / DATABASE, "one page of the base")
    store = opened(folder, clock, seed=7)
    assert store.was_rebuilt
    assert [
        lost_record.row for lost_record in store.read(lambda context: lost_records(context, 100))
    ] == rows[1::2]
    query = "SELECT id, lost, at_s FROM removed ORDER BY ordinal"
    assert store.read(lambda context: context.connection.execute(query).fetchall()) == [
        (row.id, number % 2, AT_S) for number, row in enumerate(rows) if number > 0
    ]
    store.close()


def test_a_rebuilt_database_begins_another_incarnation(folder: Path, clock: FrozenClock) -> None:
    before = opened(folder, clock)
    incarnation = before.read(read_checkpoint).incarnation
    before.close()
    hurt(folder / DATABASE, "header")
    store = opened(folder, clock, seed=7)
    checkpoint = store.read(read_checkpoint)
    assert checkpoint.incarnation != incarnation
    store.close()


def test_a_damaged_journal_costs_only_its_damaged_frames(folder: Path, clock: FrozenClock) -> None:
    journal = folder / "journal.bin"
    body = bytearray(journal.read_bytes())
    body[len(body) // 2] ^= 1
    journal.write_bytes(bytes(body) + b"F178 torn tail")
    (folder / DATABASE).unlink()
    store = opened(folder, clock, seed=7)
    assert store.status().unsent_changes == len(FILED) - 1
    store.close()


def test_a_lost_journal_costs_nothing_while_the_database_stands(folder: Path, clock: FrozenClock) -> None:
    (folder / "journal.bin").unlink()
    store = opened(folder, clock, seed=7)
    assert store.status().unsent_changes == len(FILED)
    store.close()


def test_a_wrong_key_is_refused_and_moves_nothing(folder: Path, clock: FrozenClock) -> None:
    before = (folder / DATABASE).read_bytes()
    store = Store(folder, clock, seeded_ids(clock))
    with pytest.raises(AppError) as refusal:
        store.unlock(bytes(32))
    assert refusal.value.code is ErrorCode.STORE_LOCKED
    assert not store.is_unlocked
    hurt(folder / DATABASE, "header")
    with pytest.raises(AppError):
        store.unlock(bytes(32))
    assert not list(folder.glob("damaged-*"))
    store.close()
    assert len(before) == (folder / DATABASE).stat().st_size


def test_a_database_in_use_is_no_damaged_one(folder: Path, clock: FrozenClock) -> None:
    holder = sqlite.connect(folder / DATABASE)
    holder.execute("BEGIN EXCLUSIVE")
    store = Store(folder, clock, seeded_ids(clock))
    with pytest.raises(sqlite.OperationalError):
        store.unlock(KEY)
    holder.close()
    assert not list(folder.glob("damaged-*"))
    store.unlock(KEY)
    store.close()


def test_nothing_typed_can_be_read_in_the_files(folder: Path, clock: FrozenClock) -> None:
    store = opened(folder, clock, seed=7)
    for path in (file for file in folder.rglob("*") if file.is_file()):
        body = path.read_bytes()
        for secret in ("cơ sở", "nháp", "máy chủ", "xxxxxxxx"):
            assert secret.encode() not in body, path
    store.close()


def hurt(path: Path, damage: str) -> None:
    size = path.stat().st_size
    if damage == "absent":
        path.unlink()
    elif damage == "truncated":
        with path.open("r+b") as file:
            file.truncate(size // 2)
    elif damage == "one page of the base":
        spoil_base_page(path)
    else:
        with path.open("r+b") as file:
            file.write(b"not a database!!" * 8)


def spoil_base_page(path: Path) -> None:
    connection = sqlite.connect(path)
    [root] = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'base'").fetchone()
    [page_size] = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    with path.open("r+b") as file:
        file.seek((root - 1) * page_size)
        file.write(random.Random(2).randbytes(page_size))
