"""A folder that one process of a test run fills, and that every process copies."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest


def made_once(folders: pytest.TempPathFactory, name: str, fill: Callable[[Path], None]) -> Path:
    """Return the folder of this name, filled by whoever asks for it first; it is copied and never opened."""
    shared = folders.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    made, filling = shared / name, shared / f"{name}.filling"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            shutil.rmtree(filling, ignore_errors=True)  # of a process that failed or was ended
            fill(filling)
            filling.rename(made)
    return made
