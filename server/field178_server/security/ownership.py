"""Ownership of the data folder: only its owner's account may use it."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

MOST_NAMED = 10


class WrongAccountError(Exception):
    """The data folder belongs to another account than that of this process."""

    def __init__(self, folder: Path, owner: str, account: str) -> None:
        super().__init__(f"{folder}: {owner}, not {account}; sudo -u {owner} field178 …")
        self.folder, self.owner, self.account = folder, owner, account


def require_owner(folder: Path) -> None:
    """Raise WrongAccountError unless this process runs as the owner of the folder or the folder is missing.

    The server could not write files that root created, for instance a backup by root's cron.
    """
    if sys.platform == "win32" or not folder.exists():
        return
    owner = folder.stat().st_uid
    if owner != os.geteuid():
        raise WrongAccountError(folder.absolute(), _name_of(owner), _name_of(os.geteuid()))


def faults_of_owners(folder: Path) -> Iterator[str]:
    """Yield the files of the folder that belong to another account or are not writable by their owner."""
    if sys.platform == "win32":
        return
    owner = folder.stat().st_uid
    faults = [fault for path in _everything_in(folder) if (fault := _fault_of(path, owner))]
    yield from faults[:MOST_NAMED]
    if len(faults) > MOST_NAMED:
        yield f"owner: {len(faults) - MOST_NAMED} more"


def _everything_in(folder: Path) -> Iterator[Path]:
    # An unreadable folder is reported as an entry of its parent.
    for parent, folders, files in os.walk(folder):
        yield from (Path(parent, name) for name in sorted(folders) + sorted(files))


def _fault_of(path: Path, owner: int) -> str:
    try:
        status = path.lstat()
    except FileNotFoundError:
        return ""  # deleted meanwhile by the running server
    if status.st_uid != owner:
        return f"owner: {path} {_name_of(status.st_uid)}, not {_name_of(owner)}"
    needed = stat.S_IRWXU if stat.S_ISDIR(status.st_mode) else stat.S_IRUSR | stat.S_IWUSR
    if not stat.S_ISLNK(status.st_mode) and status.st_mode & needed != needed:
        return f"permissions: {path}"
    return ""


def _name_of(uid: int) -> str:
    if sys.platform == "win32":
        return str(uid)
    import pwd  # not on every system

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
