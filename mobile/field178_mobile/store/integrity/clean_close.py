"""Close markers: a database file that is unchanged since its close needs no check.

Two sealed files beside the database: `closed` describes the database file, `lists` contains the list rows of
its records. Both may be lost at any time: the next opening then checks and reads the database.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from field178_mobile.ports import Json
from field178_mobile.store.database.context import parse_object
from field178_mobile.store.database.driver import DatabaseError
from field178_mobile.store.database.encryption import NONCE_BYTES, Sealer
from field178_mobile.store.database.migrate import migrations
from field178_shared.errors import AppError, ErrorCode
from field178_shared.time.clock import from_wire, to_wire
from field178_shared.wire.canonical import canonical

# A bit may flip where no file is written: the whole database is checked this often at least.
CHECK_EVERY = timedelta(days=1)
_CLOSED, _LISTS = "closed", "lists"
# Counts up when the lines change their form.
_FORM = 3
_BEFORE_NS = 10**9


@dataclass(frozen=True, slots=True)
class CleanClose:
    """State of a closed database: the time of its last check, and the list rows of its records."""

    checked_at: datetime
    lists: Json
    # The nonce of their file: `closed` names the one it belongs to.
    nonce: str = ""


def read_close(database: Path, sealer: Sealer, now: datetime) -> CleanClose | None:
    """Return the close marker; None if the database must be checked."""
    with suppress(OSError, AppError, ValueError, KeyError):
        closed = _last_close(database, sealer)
        checked_at = from_wire(str(closed["checked_at"])) if closed is not None else None
        if closed is not None and checked_at is not None and timedelta(0) <= now - checked_at < CHECK_EVERY:
            sealed = _read(database.with_name(_LISTS))
            if closed["lists"] == _nonce_of(sealed):
                return CleanClose(checked_at, _open(sealer, _LISTS, sealed), _nonce_of(sealed))
    return None


def was_closed(database: Path, sealer: Sealer) -> bool:
    """Return whether the last process that opened a database closed it too; one that died did not."""
    with suppress(OSError, AppError, ValueError, KeyError):
        return _last_close(database, sealer) is not None
    return False


def write_close(database: Path, sealer: Sealer, closed: CleanClose) -> None:
    """Write the close marker of a closed database, and its list rows unless they are already stored."""
    with suppress(OSError):  # a full disk: the next opening checks
        nonce = closed.nonce
        if not nonce:
            sealed = _seal(sealer, _LISTS, closed.lists)
            nonce = _nonce_of(sealed)
            _write(database.with_name(_LISTS), sealed)
        # A moment that no later write can have: the clock of a file system moves in steps.
        before = database.stat().st_mtime_ns - _BEFORE_NS
        os.utime(database, ns=(before, before))
        content: Json = {
            "file": _file_of(database),
            "checked_at": to_wire(closed.checked_at),
            "lists": nonce,
        }
        _write(database.with_name(_CLOSED), _seal(sealer, _CLOSED, content))


def is_damage(error: Exception) -> bool:
    """Return whether an error means damage that only a check of the database can repair."""
    # A lock, a full disk and the like are subclasses.
    is_malformed = type(error) is DatabaseError
    return is_malformed or (isinstance(error, AppError) and error.code is ErrorCode.STORE_DAMAGED)


def forget_close(database: Path) -> bool:
    """Make the next opening check the database; False when it would have anyway."""
    closed = database.with_name(_CLOSED)
    is_known = closed.exists()
    closed.unlink(missing_ok=True)
    return is_known


def _last_close(database: Path, sealer: Sealer) -> Json | None:
    """Return the close marker if the database file is unchanged since, else None."""
    closed = _open(sealer, _CLOSED, _read(database.with_name(_CLOSED)))
    return closed if closed["file"] == _file_of(database) else None


def _file_of(database: Path) -> list[object]:
    """Return values that change at any write to the database, by any program version."""
    log = database.with_name(database.name + "-wal")
    status = database.stat()
    waiting = log.stat().st_size if log.exists() else 0
    return [_FORM, migrations()[-1].checksum, status.st_size, status.st_mtime_ns, waiting]


def _open(sealer: Sealer, name: str, sealed: bytes) -> Json:
    return parse_object(sealer.open(_CLOSED, name, 1, sealed))


def _seal(sealer: Sealer, name: str, content: Json) -> bytes:
    return sealer.seal(_CLOSED, name, 1, canonical(content))


def _nonce_of(sealed: bytes) -> str:
    return sealed[:NONCE_BYTES].hex()


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read()


def _write(path: Path, sealed: bytes) -> None:
    # Not synced: after a power cut an incomplete file fails to decrypt, and nothing depends on it.
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    draft.touch(0o600)
    with draft.open("a+b") as file:
        file.write(sealed)
    draft.replace(path)
