"""Check that the simulator's runs catch every bug planted in the product."""

from __future__ import annotations

from pathlib import Path

from tests.contract import planted
from tests.prove.evidence import Facts, prove
from tests.prove.suite import run_tests

CLAIM = "The simulator catches every planted bug, and nothing in the product without it"
TESTS = ("tests/contract/test_planted_bugs.py", "tests/contract/test_purge_worlds.py")


def run(folder: Path, count: int) -> Facts:
    """Plant them in so many processes; afterwards `make test` leaves them out while the tree is this one."""
    before = planted.fingerprint()
    facts = run_tests(folder, count, "--long", *TESTS)
    planted.record()
    return {**facts, "fingerprint_of_the_tree": before}


if __name__ == "__main__":
    prove("planted_bugs", CLAIM, 2, run)
