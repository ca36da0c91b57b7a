"""Every PostgreSQL half of the tests that run once on each engine."""

from __future__ import annotations

from pathlib import Path

from tests.prove.evidence import Facts, prove
from tests.prove.suite import run_tests

CLAIM = "Every test that runs on SQLite holds on PostgreSQL too"


def run(folder: Path, count: int) -> Facts:
    """Run them in so many processes."""
    return run_tests(folder, count, "--engines=all", "-m", "twin")


if __name__ == "__main__":
    prove("twins", CLAIM, 2, run)
