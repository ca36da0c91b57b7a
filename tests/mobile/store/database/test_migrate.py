"""Migrations: forward only, unedited after release, applied once."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

import pytest

from field178_mobile.ports import no_failpoint
from field178_mobile.store.database import migrate as migrate_module
from field178_mobile.store.database.connection import open_connection
from field178_mobile.store.database.migrate import migrate, migrations
from field178_shared.errors import AppError, ErrorCode

RELEASED = {
    1: "32511149498ab38ffbee2f0f7486b847988ef257568ee8005a14893bef3733ea",
    2: "4a5c339ab664a9371ca5e9df835535b4fb9805dce62eef1ca52dae971b640902",
    3: "0c2918211c965327111cbfd6457f3119cb8515151b2920a9a620fab7dc1f3df4",
    4: "d81842b7dc903bd6ad18e9a20b5ac5835674e1af5560c3085a912b0b151eea97",
    5: "f9c2fe0955c02c135fcbb7e212574dc59761510d65c4b4526929b487ef5f291d",
    6: "87cc7744fd8fed98fb17034b610a32af2b32c94f7b82528ce58cec2217d7e517",
    7: "704599646019b1e23dba8c96b6d9666f7820a411c4a08d901f07fd2dfed6597e",
}


def test_numbers_follow_each_other() -> None:
    assert [step.number for step in migrations()] == list(range(1, len(migrations()) + 1))


def test_no_released_step_was_edited() -> None:
    assert {step.number: step.checksum for step in migrations()} == RELEASED


def test_applying_twice_changes_nothing(tmp_path: Path) -> None:
    connection = open_connection(tmp_path / "a.db")
    migrate(connection, no_failpoint)
    before = connection.execute("SELECT sql FROM sqlite_master ORDER BY name").fetchall()
    migrate(connection, no_failpoint)
    assert connection.execute("SELECT sql FROM sqlite_master ORDER BY name").fetchall() == before
    connection.close()


def test_changes_of_an_earlier_version_stay_with_their_receipts(tmp_path: Path) -> None:
    connection = open_connection(tmp_path / "a.db")
    with patch.object(migrate_module, "migrations", lambda: migrations()[:5]):
        migrate(connection, no_failpoint)
    connection.execute("INSERT INTO incarnation (id, pruned_count) VALUES ('i', 7)")
    connection.execute("INSERT INTO meta VALUES ('incarnation', 'i'), ('device', 'd'), ('verdicts', '9')")
    connection.execute(
        "INSERT INTO outbox (id, incarnation, n, record_id, type, scope, op, is_create, state, status, rev, "
        "verdict, receipt_scope, receipt_incarnation, settled, size_bytes, key_id, sealed, sealed_receipt) "
        "VALUES ('c', 'i', 1, 'r', 't', 'u', 'put', 1, 'acknowledged', 'applied', 1, 9, 'u', 'i', 1, 5, 'k', "
        "x'00', x'01')"
    )
    migrate(connection, no_failpoint)
    columns = "id, state, status, rev, receipt_revision, receipt_scope, settled, stamp, sealed_receipt"
    rows = connection.execute(f"SELECT {columns} FROM outbox").fetchall()
    assert rows == [("c", "acknowledged", "applied", 1, 9, "u", 1, None, b"\x01")]
    assert connection.execute("SELECT * FROM folded_receipt").fetchall() == []
    assert dict(connection.execute("SELECT * FROM meta").fetchall()) == {"incarnation": "i", "device": "d"}
    connection.close()


def test_a_database_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    connection = open_connection(tmp_path / "a.db")
    migrate(connection, no_failpoint)
    connection.execute("INSERT INTO migration VALUES (9999, 'x')")
    with pytest.raises(AppError) as refusal:
        migrate(connection, no_failpoint)
    assert refusal.value.code is ErrorCode.STORE_TOO_NEW
    connection.close()


def test_a_commit_that_returned_is_on_the_disk(tmp_path: Path) -> None:
    connection = open_connection(tmp_path / "a.db")
    settings = [
        connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("synchronous", "journal_mode", "secure_delete", "foreign_keys", "temp_store")
    ]
    connection.close()
    assert settings == [3, "wal", 1, 1, 2]
