"""Free space of the server's disk, and refusals when it is low: files first, changes last."""

from __future__ import annotations

import errno
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from field178_server.database.engine import sqlite_file
from field178_server.settings import Settings
from field178_shared.errors import AppError, ErrorCode

# Changes, which are small, are refused at this fraction of the limit for files.
CHANGES_SHARE = 8
RETRY_AFTER_S = 60
_MEBIBYTE = 1 << 20
_PROBE_BYTES = 16 << 10
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@dataclass(frozen=True, slots=True)
class FreeSpace:
    """Free space of the data folder's disk, and what the server still accepts."""

    free_mb: int
    is_writable: bool
    takes_files: bool
    takes_changes: bool

    @property
    def reasons(self) -> list[str]:
        """The problems as codes for a monitor; empty without problems."""
        wrong = {
            "not_writable": not self.is_writable,
            "changes_refused": not self.takes_changes,
            "files_refused": not self.takes_files,
        }
        return [reason for reason, holds in wrong.items() if holds]


def free_space(settings: Settings) -> FreeSpace:
    """Return the free space of the data folder's disk, after a trial write there."""
    return FreeSpace(
        shutil.disk_usage(settings.data_dir).free // _MEBIBYTE,
        _is_writable(settings.data_dir),
        _has_space(settings.data_dir, settings.min_free_mb),
        _takes_changes(settings),
    )


def require_space_for_files(settings: Settings) -> None:
    """Raise AppError(storage_full) if the free space is below the limit for files."""
    if not _has_space(settings.data_dir, settings.min_free_mb):
        raise storage_full()


def require_space_for_changes(settings: Settings) -> None:
    """Raise AppError(storage_full) if the free space is below the limit for changes."""
    if not _takes_changes(settings):
        raise storage_full()


def storage_full() -> AppError:
    """Return the error of a server without free space; the sender keeps its data and retries."""
    return AppError(ErrorCode.STORAGE_FULL, retry_after_s=RETRY_AFTER_S)


def is_disk_full(error: OSError) -> bool:
    """Return whether a write failed because of a full disk, a quota or a maximal file size."""
    return error.errno in _FULL


def _takes_changes(settings: Settings) -> bool:
    # PostgreSQL has its own disk and reports itself if it is full.
    store = sqlite_file(settings.effective_database_url)
    return store is None or _has_space(store.parent, settings.min_free_mb // CHANGES_SHARE)


def _has_space(folder: Path, floor_mb: int) -> bool:
    return not floor_mb or shutil.disk_usage(folder).free >= floor_mb * _MEBIBYTE


def _is_writable(folder: Path) -> bool:
    # The free space does not show a quota or a disk that became read-only.
    try:
        with tempfile.TemporaryFile(dir=folder, buffering=0) as probe:
            return probe.write(b"\0" * _PROBE_BYTES) == _PROBE_BYTES
    except OSError:
        return False
