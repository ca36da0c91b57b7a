"""Every bug planted in modules of the server, caught by the tests named for it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.prove.evidence import Facts, prove
from tests.prove.source_bug import CAUGHT, VARIABLE, SourceBug
from tests.prove.source_bugs import BUGS

ROOT = Path(__file__).parents[2]
CLAIM = "Tests catch each bug planted in console, exports, figures, mail, passwords, pushes; pass without it"
PASSED = 0


def run(_folder: Path, count: int) -> Facts:
    """Plant them in so many processes; AssertionError for one not caught, or tests that fail without it."""
    with ThreadPoolExecutor(count) as pool:
        # Bugs that the same tests catch need those to pass without them once.
        sound = {f"{bug.tests} {bug.words}": bug for bug in BUGS.values()}
        clean = dict(zip(sound, pool.map(status_of, sound.values()), strict=True))
        caught = dict(zip(BUGS, pool.map(lambda name: status_of(BUGS[name], name), BUGS), strict=True))
    _all_are(PASSED, clean)
    _all_are(CAUGHT, caught)
    return {"planted": len(BUGS), "caught": len(caught)}


def status_of(bug: SourceBug, planted: str = "") -> int:
    """Run the tests of a bug, with it when it is `planted`, and return how pytest ended."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "-p", "no:cacheprovider", bug.tests]
    words = ["-k", bug.words] if bug.words else []
    plugin = ["-p", "tests.prove.planting"] if planted else []
    return subprocess.run(
        [*command, *words, *plugin],
        cwd=ROOT,
        env={**os.environ, VARIABLE: planted},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    ).returncode


def _all_are(status: int, statuses: dict[str, int]) -> None:
    other: Iterable[str] = (f"{name}: {seen}" for name, seen in statuses.items() if seen != status)
    assert set(statuses.values()) == {status}, f"pytest ended otherwise: {', '.join(other)}"


if __name__ == "__main__":
    prove("planted_sources", CLAIM, 2, run)
