"""Locks between processes: a SQLite store has one server, and some tasks run in one process at a time.

The write lock, caches and hourly tasks of a server on SQLite assume one process. The system releases the
locks of a process that died.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from field178_server.database.engine import sqlite_file
from field178_server.settings import Settings

if sys.platform != "win32":
    import fcntl


class AlreadyServedError(Exception):
    """Another process serves the SQLite store; the argument is its folder."""


def claim_store(settings: Settings) -> None:
    """Claim a SQLite store for this process until it ends, or raise AlreadyServedError.

    Does nothing for PostgreSQL. Commands beside the server do not call it.
    """
    # The folder stays open on purpose: closing it would release the lock.
    _lock_folder(settings)


def require_not_served(settings: Settings) -> None:
    """Raise AlreadyServedError if a process serves the SQLite store; called before its schema changes."""
    folder = _lock_folder(settings)
    if folder is not None:
        os.close(folder)


def _lock_folder(settings: Settings) -> int | None:
    store = sqlite_file(settings.effective_database_url)
    # Without a folder nothing is installed, which the caller reports.
    if sys.platform == "win32" or store is None or not store.parent.is_dir():
        return None
    folder = os.open(store.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(folder)
        raise AlreadyServedError(store.parent.absolute()) from error
    return folder


@contextmanager
def file_locked(path: Path) -> Iterator[bool]:
    """Hold the lock of a file in the block; yield False if another process holds it. No lock on Windows."""
    if sys.platform == "win32":
        yield True
        return
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
    else:
        yield True
    finally:
        os.close(handle)
