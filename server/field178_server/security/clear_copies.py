"""Copies of the store in clear: private folders and scratch databases, deleted after their process ended.

A process locks its working folder; the system releases the lock of a process that died.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog
from sqlalchemy import Engine

from field178_server.database import scratch_databases
from field178_server.security.private_files import make_private_folder
from field178_server.settings import BACKUP_WORK
from field178_shared.fsync import sync_folder

if sys.platform != "win32":
    import fcntl

log = structlog.get_logger()


@contextmanager
def working_folder(data_dir: Path) -> Iterator[Path]:
    """Yield a new working folder for copies in clear; it is deleted at the end, or when the process exits.

    It is in the data folder, on the disk of the store: with the same owner, protection and space, and where
    it is found again after a kill. What ended processes left there is deleted first.
    """
    place = data_dir / BACKUP_WORK
    make_private_folder(place)
    with ExitStack() as stack:
        with _locked(place):
            _remove(_abandoned_in(place))
            # Deleted at the exit of a process even if a thread is still in the block.
            folder = TemporaryDirectory(dir=place, ignore_cleanup_errors=True)
            stack.enter_context(_locked(Path(folder.name)))
        yield Path(stack.enter_context(folder))


def remove_abandoned(engine: Engine, data_dir: Path) -> bool:
    """Delete the copies in clear of ended processes; return whether no copy is left, also none in use."""
    is_free, place = True, data_dir / BACKUP_WORK
    if place.is_dir():
        with _locked(place):
            if left := _abandoned_in(place):
                _remove(left)
                sync_folder(place)
                log.warning("copies_in_clear_removed", count=len(left))
            is_free = not any(place.iterdir())
    return scratch_databases.drop_abandoned(engine) and is_free


def abandoned(engine: Engine, data_dir: Path) -> list[str]:
    """Return the paths and names of the copies in clear that ended processes left."""
    place, names = data_dir / BACKUP_WORK, scratch_databases.abandoned(engine)
    if place.is_dir():
        with _locked(place):
            names += map(str, sorted(_abandoned_in(place)))
    return names


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder in the block, after waiting for it. No lock on Windows."""
    if sys.platform == "win32":
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _abandoned_in(place: Path) -> list[Path]:
    """Return the working folders that nobody holds; the caller MUST hold the lock of their place."""
    return [path for path in place.iterdir() if _is_abandoned(path)]


def _is_abandoned(path: Path) -> bool:
    if sys.platform == "win32":
        return True
    try:
        handle = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False  # its process has just deleted it
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(handle)
    return True


def _remove(paths: list[Path]) -> None:
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
