"""Rebuild of a damaged database from the journal; the damaged files are moved to a folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path

from field178_mobile.store.database.context import DatabaseContext, parse_object
from field178_mobile.store.database.driver import (
    Connection,
    Error,
    OperationalError,
    is_statement_error,
    sqlite,
)
from field178_mobile.store.database.encryption import Sealer
from field178_mobile.store.drafts.rows import DRAFT_COLUMNS
from field178_mobile.store.outbox.changes import NewChange
from field178_mobile.store.outbox.journal import Journal, JournalEntry, read_entry
from field178_mobile.store.replication.tombstones import MOVED, bring_over
from field178_shared.errors import AppError
from field178_shared.fsync import sync_folder

_PREFIX = "damaged-"
_DONE = "salvaged"
_USUAL_ROWIDS = 10_000
# Exceptions of reading a damaged file; the driver does not even decode every message about it.
_UNREADABLE = (Error, UnicodeDecodeError)


def is_sound(connection: Connection) -> bool:
    """Return whether SQLite reads the whole file, and every index agrees with its table."""
    try:
        return [row[0] for row in connection.execute("PRAGMA integrity_check(1)")] == ["ok"]
    except OperationalError as error:
        # One changed letter in a stored CHECK names a function that does not exist.
        if is_statement_error(error):
            return False
        raise


def move_damaged(records: Path, stamp: str) -> Path:
    """Move the folder of a damaged database out of the way, in one step, and return where it went."""
    number = 1
    while (target := records.parent / f"{_PREFIX}{stamp}-{number}").exists():
        number += 1
    records.replace(target)
    sync_folder(records.parent)
    return target


def journalled(journal: Journal, sealer: Sealer, start: int = 0) -> list[JournalEntry]:
    """Return the journal's entries from an offset on that open with this key."""
    entries = (read_entry(sealer, frame) for frame in journal.frames(start))
    return [entry for entry in entries if entry is not None]


def recovered_entries(folder: Path, name: str, sealer: Sealer) -> Iterator[JournalEntry]:
    """Yield the changes that can still be read from damaged databases not recovered yet."""
    for damaged in _unread(folder):
        for row in _readable_rows(damaged / name, "outbox", ("id", "n", "incarnation", "sealed")):
            change_id, n, incarnation, sealed = row
            with suppress(AppError, TypeError):  # a damaged cell does not open; the others still count
                body = parse_object(sealer.open("outbox", str(change_id), _int(n), _bytes(sealed)))
                yield JournalEntry(_change(body, str(incarnation)), None)


def recover_sealed(context: DatabaseContext, folder: Path, name: str) -> None:
    """Copy drafts, settings and tombstones that open. Inside a transaction."""
    for damaged in _unread(folder):
        # Oldest first, in the original order: a tombstone may be the last copy of a record lost by the
        # server.
        for row in reversed(_readable_rows(damaged / name, "removed", MOVED)):
            with suppress(AppError, TypeError):
                bring_over(context, dict(zip(MOVED, row, strict=True)))
        for table, columns in (("draft", DRAFT_COLUMNS), ("setting", ("id", "revision", "key_id", "sealed"))):
            for row in _readable_rows(damaged / name, table, columns):
                values = dict(zip(columns, row, strict=True))
                with suppress(AppError, TypeError):  # authenticated: no damaged cell is taken for a draft
                    place = (table, str(values["id"]), _int(values["revision"]))
                    context.sealer.open(*place, _bytes(values["sealed"]))
                    marks = ", ".join("?" for _ in columns)
                    context.connection.execute(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", row)  # noqa: S608


def mark_recovered(folder: Path) -> None:
    """Remember that the damaged databases were recovered; their files are kept."""
    for damaged in _unread(folder):
        (damaged / _DONE).touch()
        sync_folder(damaged)


def damaged_folders(folder: Path) -> list[Path]:
    """Return the folders of damaged databases that were moved away, the oldest first."""
    return sorted(damaged for damaged in folder.glob(f"{_PREFIX}*") if damaged.is_dir())


def _unread(folder: Path) -> list[Path]:
    return [damaged for damaged in damaged_folders(folder) if not (damaged / _DONE).exists()]


def _readable_rows(path: Path, table: str, columns: Sequence[str]) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    # By rowid, newest first: a damaged page costs its rows and no other. No WITHOUT ROWID table is read here.
    query = f"SELECT {', '.join(columns)} FROM {table} WHERE rowid = ?"  # noqa: S608  constants
    with suppress(*_UNREADABLE), closing(sqlite.connect(path)) as connection:
        for rowid in sorted(_rowids(connection, table), reverse=True):
            with suppress(*_UNREADABLE):  # one unreadable row MUST NOT cost the others
                rows.extend(tuple(row) for row in connection.execute(query, (rowid,)))
    return rows


def _rowids(connection: Connection, table: str) -> set[int]:
    connection.execute(f"SELECT rowid FROM {table} LIMIT 0")  # noqa: S608  without a schema there is no row
    rowids: set[int] = set()
    for order in ("ASC", "DESC"):
        with suppress(*_UNREADABLE):
            query = f"SELECT rowid FROM {table} ORDER BY rowid {order}"  # noqa: S608  constants
            for (rowid,) in connection.execute(query):
                rowids.add(rowid)
            return rowids
    # Those between two damaged pages. Never counted up to the highest: a flipped bit makes it astronomical.
    return rowids | set(range(1, _USUAL_ROWIDS + 1))


def _change(body: dict[str, object], incarnation: str) -> NewChange:
    wire, long_was = body["wire"], body["long_was"]
    if not isinstance(wire, dict) or not isinstance(long_was, dict):
        raise TypeError
    return NewChange(wire, incarnation, long_was, tuple(str(name) for name in wire.get("replaces") or ()))


def _int(value: object) -> int:
    return value if isinstance(value, int) else 0


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else b""
