"""Locks between processes: a SQLite store has one server, and some work is done by one process at a time.

The write lock, caches and hourly work of a server on SQLite are within one process. The system lets go of the
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
    """Another process serves this store; the argument is its folder."""


def claim_store(settings: Settings) -> None:
    """Claim a SQLite store for this process until it ends, or raise AlreadyServedError; others need no claim.

    Commands beside the server claim nothing.
    """
    # Never closed, on purpose: the lock is that of the open folder.
    _lock_folder(settings)


def require_not_served(settings: Settings) -> None:
    """Raise AlreadyServedError where a process serves this SQLite store: its schema is about to change."""
    folder = _lock_folder(settings)
    if folder is not None:
        os.close(folder)


def _lock_folder(settings: Settings) -> int | None:
    store = sqlite_file(settings.effective_database_url)
    # Without a folder there is nothing to serve yet, and whoever starts says so.
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
    """Hold the lock of a file in the block; False: another process holds it. On Windows there is none."""
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
