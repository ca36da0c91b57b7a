"""Secret files that only their owner can read (mode 0600, in folders 0700)."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO

from field178_shared.fsync import make_folder, sync_folder


class LoosePermissionsError(PermissionError):
    """A secret file is readable by other accounts; the server refuses to use it."""


def make_private_folder(folder: Path) -> None:
    """Create a folder that only its owner can access."""
    make_folder(folder)
    folder.chmod(0o700)


def write_private(path: Path, data: bytes) -> None:
    """Write a new secret file durably; the file MUST NOT exist."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)


def replace_private(path: Path, data: bytes) -> None:
    """Write a secret file durably in the place of the one that is there, in one step."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    write_private(fresh, data)
    fresh.replace(path)
    sync_folder(path.parent)


def copy_durably(source: Path, target: Path) -> None:
    """Copy a file durably, readable only by its owner; the target MUST NOT exist."""
    with source.open("rb") as file:
        write_durably(file, target)


def write_durably(source: BinaryIO, target: Path) -> None:
    """Write a source into a new file durably, readable only by its owner; the target MUST NOT exist."""
    make_folder(target.parent)
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as copy:
        while block := source.read(1 << 20):
            copy.write(block)
        copy.flush()
        os.fsync(copy.fileno())


def read_private(path: Path) -> bytes:
    """Return the content of a secret file; raise LoosePermissionsError if others may read it."""
    if is_loose(path):
        raise LoosePermissionsError(f"{path}: chmod 600")
    return path.read_bytes()


def is_loose(path: Path) -> bool:
    """Return whether a file has permissions for other accounts than its owner."""
    return os.name == "posix" and bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))
