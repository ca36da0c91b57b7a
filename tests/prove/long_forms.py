"""The tests marked `long`."""

from __future__ import annotations

from pathlib import Path

from tests.prove.evidence import Facts, prove
from tests.prove.suite import run_tests

CLAIM = "What `make test` shows in short holds at length"


def run(folder: Path, count: int) -> Facts:
    """Run them in so many processes."""
    return run_tests(folder, count, "--engines=all", "--long", "-m", "long")


if __name__ == "__main__":
    prove("long_forms", CLAIM, 2, run)
