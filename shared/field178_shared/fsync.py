"""Durable names of files and folders: fsync of a file does not make its name durable."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Make new, renamed and removed files of a folder durable (no effect on Windows)."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def close_to_others(*paths: Path) -> None:
    """Remove all permissions of group and others, on POSIX systems.

    Missing files and files of other owners are skipped. Symbolic links and their targets are not changed.
    """
    if os.name != "posix":
        return
    for path in paths:
        with suppress(FileNotFoundError, PermissionError):
            mode = path.lstat().st_mode & 0o777
            if mode & 0o077 and not path.is_symlink():
                path.chmod(mode & 0o700)


def make_folder(folder: Path) -> None:
    """Create a folder and its missing parents, durably and for the owner only."""
    missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    for parent in reversed(missing):
        parent.mkdir(mode=0o700, exist_ok=True)
        sync_folder(parent.parent)
