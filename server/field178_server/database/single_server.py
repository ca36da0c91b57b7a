"""Lock of a SQLite store to one server: its write lock, caches and hourly work are within one process."""

from __future__ import annotations

import os
import sys

from field178_server.database.engine import sqlite_file
from field178_server.settings import Settings

if sys.platform != "win32":
    import fcntl


class AlreadyServedError(Exception):
    """Another process serves this store; the argument is its folder."""


def claim_store(settings: Settings) -> None:
    """Claim a SQLite store for this process until it ends, or raise AlreadyServedError; others need no claim.

    Commands beside the server claim nothing. The system lets go of the claim of a process that died.
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
