"""The connection of the store: durable, exclusive, with room for whole records in a page."""

from __future__ import annotations

from pathlib import Path

from field178_mobile.store.database.connection import open_connection


def test_a_commit_is_durable_and_a_page_holds_whole_records(tmp_path: Path) -> None:
    connection = open_connection(tmp_path / "a.db")
    names = ("synchronous", "journal_mode", "page_size", "secure_delete", "locking_mode")
    settings = {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names}
    connection.close()
    expected = {"synchronous": 3, "journal_mode": "wal", "page_size": 8192, "secure_delete": 1}
    assert settings == {**expected, "locking_mode": "exclusive"}
