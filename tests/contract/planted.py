"""The tree in which every planted bug was caught, so that one left alone is not proven again.

`python -m tests.prove planted_bugs` catches them all and writes RECORD. While the files below are
those recorded there, `make test` runs only the bugs of ALWAYS. After any change to them it runs a few more,
drawn by the changed tree: each change meets others, and none costs minutes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
RECORD = ROOT / "docs" / "evidence" / "planted_bugs.sha256"
FILES = (
    "mobile/field178_mobile/replication",
    "mobile/field178_mobile/store",
    "server/field178_server/attachments",
    "server/field178_server/database",
    "server/field178_server/devices",
    "server/field178_server/office",
    "server/field178_server/records",
    "server/field178_server/replication",
    "shared/field178_shared",
    "tests/contract/simulator",
    "tests/contract/seed_blocks.py",
    "tests/contract/planted.py",
    "tests/contract/test_planted_bugs.py",
    "tests/contract/test_purge_worlds.py",
)
# One of each kind of loss: an overwrite, a leak, a cursor too far, a doubled change, a purge undone.
ALWAYS = frozenset(
    {
        "acknowledge_on_failure",
        "cursor_before_rows",
        "idempotency_outside_the_transaction",
        "last_write_wins",
        "late_edit_applied",
        "no_scope_filter",
        "old_leave_deletes",
    }
)
MOST_DRAWN = 5
SUFFIXES = {".py", ".sql", ".yaml", ".json"}


def marked(names: Iterable[str]) -> list[Any]:
    """Return the names of planted bugs as parameters; those of ALWAYS are never left out."""
    return [
        name if name in ALWAYS else pytest.param(name, marks=pytest.mark.planted) for name in sorted(names)
    ]


def is_recorded() -> bool:
    """Return whether the recorded fingerprint is that of this tree: every planted bug was caught in it."""
    return RECORD.exists() and RECORD.read_text("ascii").strip() == fingerprint()


def drawn(names: Iterable[str]) -> set[str]:
    """Return the names of the planted bugs that run on a tree that is not recorded."""

    def place(name: str) -> str:
        return hashlib.sha256(f"{fingerprint()} {name}".encode()).hexdigest()

    return set(sorted(names, key=place)[:MOST_DRAWN])


def record() -> None:
    """Take note that every planted bug was caught in this tree."""
    RECORD.write_text(f"{fingerprint()}\n", "ascii")


@cache
def fingerprint() -> str:
    """Return a hash over name and content of every source file that the planted bugs depend on."""
    digest = hashlib.sha256()
    for path in sorted(path for name in FILES for path in _sources(ROOT / name)):
        digest.update(f"{path.relative_to(ROOT).as_posix()} {len(path.read_bytes())}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _sources(place: Path) -> list[Path]:
    """Return the files of a folder that a run can depend on; AssertionError when nothing is there to hash."""
    files = [place] if place.is_file() else [file for file in place.rglob("*") if file.suffix in SUFFIXES]
    assert files, f"{place} is gone: name what took its place"
    return files
