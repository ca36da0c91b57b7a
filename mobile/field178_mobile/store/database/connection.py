"""Single connection of the store: durability first; every write is in a named transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from field178_mobile.ports import Failpoint
from field178_mobile.store.database.driver import Connection, sqlite


def open_connection(path: Path) -> Connection:
    """Open the database so that a commit that returned survives a power cut."""
    # SQLite creates its side files with the permissions of the database.
    path.touch(0o600)
    # The cache holds all compiled statements of the store, more than the driver's default.
    connection = sqlite.connect(path, isolation_level=None, timeout=1.0, cached_statements=256)
    try:
        _set_up(connection)
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def transaction(connection: Connection, name: str, failpoint: Failpoint) -> Iterator[Connection]:
    """Run one atomic transaction; its crash points are `<name>.begin/commit/done`."""
    failpoint(f"{name}.begin")
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        failpoint(f"{name}.commit")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    failpoint(f"{name}.done")


def _set_up(connection: Connection) -> None:
    # Exclusive to this process: a second process is refused at once, so no other connection shares the WAL.
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    # synchronous MUST be set before journal_mode, so that the switch to WAL is durable.
    connection.execute("PRAGMA page_size = 8192")
    connection.execute("PRAGMA synchronous = EXTRA")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA cache_size = -8000")
