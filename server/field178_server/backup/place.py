"""Folder of the backups: obstacles, free space, and the lock against concurrent backups."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from field178_server.backup.errors import BackupError, Reason
from field178_server.backup.office_key import has_office_key
from field178_server.backup.postgresql_clients import is_installed
from field178_server.database.engine import sqlite_file
from field178_server.settings import Settings

if sys.platform != "win32":
    import fcntl

LOCK = "backup.lock"
CLIENTS = ("pg_dump", "pg_restore")


def obstacle_of(settings: Settings) -> BackupError | None:
    """Return the reason (a BackupError) that would prevent a backup now, or None.

    A configured folder is never created: it may be on a disk that is not mounted.
    """
    folder = settings.effective_backup_dir
    if not has_office_key(settings.key_dir):
        return BackupError(Reason.NO_OFFICE_KEY, str(settings.key_dir))
    if settings.backup_dir is not None and not folder.is_dir():
        return BackupError(Reason.NO_FOLDER, str(folder))
    if not os.access(folder if folder.exists() else settings.data_dir, os.W_OK | os.X_OK):
        return BackupError(Reason.NOT_WRITABLE, str(folder))
    if sqlite_file(settings.effective_database_url) is None:
        for program in CLIENTS:
            if not is_installed(program):
                return BackupError(Reason.NO_CLIENT, program)
    return None


def require_place(settings: Settings) -> None:
    """Raise the reason (a BackupError) that would prevent a backup now, if any."""
    if (obstacle := obstacle_of(settings)) is not None:
        raise obstacle


def is_on_data_disk(settings: Settings) -> bool:
    """Return whether the backup folder is on the same disk as the data folder."""
    return _there(settings.effective_backup_dir).stat().st_dev == settings.data_dir.stat().st_dev


def free_mb(settings: Settings) -> int:
    """Return the free space of the backups' disk in MiB."""
    return shutil.disk_usage(_there(settings.effective_backup_dir)).free >> 20


def _there(folder: Path) -> Path:
    """Return the folder or its nearest existing ancestor."""
    return next(ancestor for ancestor in (folder.absolute(), *folder.absolute().parents) if ancestor.exists())


@contextmanager
def only_backup(data_dir: Path) -> Iterator[None]:
    """Lock out other backups of this server in all processes; raise BackupError(BUSY) if one is running."""
    if sys.platform == "win32" or not data_dir.is_dir():
        yield
        return
    handle = os.open(data_dir / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        raise BackupError(Reason.BUSY, str(data_dir)) from error
    try:
        yield
    finally:
        os.close(handle)
