"""Free space of the server's disk, and refusals when it runs short: files first, changes last."""

from __future__ import annotations

import errno
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from field178_server.database.engine import sqlite_file
from field178_server.settings import Settings
from field178_shared.errors import AppError, ErrorCode

# Of the floor for files: the rest is for what is counted in kilobytes.
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
        """What is wrong, in codes for a monitor; nothing when all is well."""
        wrong = {
            "not_writable": not self.is_writable,
            "changes_refused": not self.takes_changes,
            "files_refused": not self.takes_files,
        }
        return [reason for reason, holds in wrong.items() if holds]


def free_space(settings: Settings) -> FreeSpace:
    """Measure the disk under the data folder, and try to write a page there."""
    return FreeSpace(
        shutil.disk_usage(settings.data_dir).free // _MEBIBYTE,
        _is_writable(settings.data_dir),
        _has_space(settings.data_dir, settings.min_free_mb),
        _takes_changes(settings),
    )


def require_space_for_files(settings: Settings) -> None:
    """Raise AppError(storage_full) when photos and files are no longer taken in."""
    if not _has_space(settings.data_dir, settings.min_free_mb):
        raise storage_full()


def require_space_for_changes(settings: Settings) -> None:
    """Raise AppError(storage_full) when the store takes no changes of tablets any more."""
    if not _takes_changes(settings):
        raise storage_full()


def storage_full() -> AppError:
    """Return the refusal of a server without free space; the sender keeps its data and retries."""
    return AppError(ErrorCode.STORAGE_FULL, retry_after_s=RETRY_AFTER_S)


def is_disk_full(error: OSError) -> bool:
    """Tell whether the system refused a write for want of room: disk, quota or size of a file."""
    return error.errno in _FULL


def _takes_changes(settings: Settings) -> bool:
    # PostgreSQL has a disk of its own, and reports itself when that is full.
    store = sqlite_file(settings.effective_database_url)
    return store is None or _has_space(store.parent, settings.min_free_mb // CHANGES_SHARE)


def _has_space(folder: Path, floor_mb: int) -> bool:
    return not floor_mb or shutil.disk_usage(folder).free >= floor_mb * _MEBIBYTE


def _is_writable(folder: Path) -> bool:
    # A quota, or a disk that went read-only, is not seen in the figures.
    try:
        with tempfile.TemporaryFile(dir=folder, buffering=0) as probe:
            return probe.write(b"\0" * _PROBE_BYTES) == _PROBE_BYTES
    except OSError:
        return False
