"""Seeds in blocks that two test modules share: what a block must have met to prove anything.

A short block runs in `make test`, twenty long ones with `--long`.
"""

from __future__ import annotations

import time

import pytest
from tests.contract.simulator.run import Seen, Simulator
from tests.contract.simulator.wire import Fault
from tests.contract.simulator.world import MOST_ROUNDS, Options

SHORT, LONG, SEEDS = 10, 50, 1000
_LONG = [
    pytest.param(range(first, first + LONG), id=str(first), marks=pytest.mark.long)
    for first in range(0, SEEDS, LONG)
]
FIRST_HALF = [pytest.param(range(SHORT), id="short"), *_LONG[: len(_LONG) // 2]]
SECOND_HALF = _LONG[len(_LONG) // 2 :]
USUAL_ROUNDS = 2
LEAST_SHARE = 5

VERDICTS = {
    ("applied", None),
    ("unchanged", None),
    ("conflict", "changed"),
    ("conflict", "locked"),
    ("quarantined", "schema"),
    ("quarantined", "rule"),
    ("quarantined", "orphan"),
    ("quarantined", "scope_not_granted"),
    ("quarantined", "user_unknown"),
}
# Too seldom for every block: met where what leads to it is done much.
SELDOM = {
    "delete": ("conflict", "deleted"),
    "edit": ("unchanged", "replaced"),
    "merge": ("conflict", "merged"),
}
SEEDS_FOR_SELDOM = 20
TABLET_TRANSACTIONS = {
    "file",
    "sent",
    "checkpoint",
    "finish",
    "receipts",
    "epoch",
    "lost",
    "prune",
    "resync",
    "repair",
}
SERVER_CRASH_POINTS = {"push.begin", "push.commit", "push.done", "answer"}


def judge_block(worlds: Simulator, block: range) -> None:
    """Run the actions of a block of seeds; raises Failed for one that breaks an invariant."""
    started = time.process_time()
    runs = [worlds.run(seed) for seed in block]
    seconds = time.process_time() - started
    print(f"{len(runs)} worlds, {len(runs) * Options.steps / seconds:.0f} steps/s")
    assert max(run.rounds for run in runs) <= MOST_ROUNDS
    assert sorted(run.rounds for run in runs)[len(runs) // 2] <= USUAL_ROUNDS
    struck = [run for run in runs if not run.is_calm]
    least = len(runs) // LEAST_SHARE
    assert least <= len(struck) <= len(runs) - least
    _has_met_everything(worlds.seen)


def _has_met_everything(seen: Seen) -> None:
    assert set(Fault) <= seen.faults
    assert seen.verdicts >= VERDICTS
    assert {name.partition(".")[0] for name in seen.tablet_crash_points} >= TABLET_TRANSACTIONS
    assert seen.server_crash_points >= SERVER_CRASH_POINTS
