"""The sync cannot lose data: a thousand seeded worlds with faults, and an oracle over each of them.

`python -m tests.contract.simulator SEEDS STEPS --start N` runs others; a failing seed repeats exactly.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator

import pytest
from tests.contract.simulator.beginnings import Beginnings, beginnings
from tests.contract.simulator.bugs import BUGS
from tests.contract.simulator.run import Failed, Seen, Simulator, simulator
from tests.contract.simulator.wire import Fault
from tests.contract.simulator.world import MOST_ROUNDS, Options

BLOCKS = 20
SEEDS_A_BLOCK = 50
USUAL_ROUNDS = 2
LEAST_OF_EACH = 10

# What a block of worlds must have met to prove anything.
VERDICTS = {
    ("applied", None),
    ("unchanged", None),
    ("unchanged", "replaced"),
    ("conflict", "changed"),
    ("conflict", "deleted"),
    ("conflict", "locked"),
    ("conflict", "merged"),
    ("quarantined", "schema"),
    ("quarantined", "rule"),
    ("quarantined", "orphan"),
    ("quarantined", "group"),
    ("quarantined", "scope_not_granted"),
    ("quarantined", "user_unknown"),
}
TABLET_TRANSACTIONS = {
    *("file", "sent", "checkpoint", "finish", "offer", "epoch", "lost", "prune", "resync", "repair")
}
SERVER_CRASH_POINTS = {"push.begin", "push.commit", "push.done", "answer"}


@pytest.fixture(scope="module")
def begun() -> Iterator[Beginnings]:
    with beginnings() as made:
        yield made


@pytest.fixture
def worlds(begun: Beginnings) -> Iterator[Simulator]:
    with simulator(begun) as made:
        yield made


@pytest.mark.parametrize("block", range(BLOCKS))
def test_no_seed_loses_a_change(worlds: Simulator, block: int) -> None:
    started = time.process_time()
    runs = [worlds.run(block * SEEDS_A_BLOCK + number) for number in range(SEEDS_A_BLOCK)]
    seconds = time.process_time() - started
    print(f"{len(runs)} worlds, {len(runs) * Options.steps / seconds:.0f} steps/s")
    assert max(run.rounds for run in runs) <= MOST_ROUNDS
    assert sorted(run.rounds for run in runs)[len(runs) // 2] <= USUAL_ROUNDS
    struck = [run for run in runs if not run.is_calm]
    assert LEAST_OF_EACH <= len(struck) <= len(runs) - LEAST_OF_EACH
    _has_met_everything(worlds.seen)


def test_a_seed_repeats_its_run_byte_for_byte_in_any_process(worlds: Simulator) -> None:
    fingerprint = worlds.run(7).fingerprint
    assert worlds.run(7).fingerprint == fingerprint
    printed = subprocess.run(
        [sys.executable, "-m", "tests.contract.simulator", "1", "--start", "7"],
        env={**os.environ, "PYTHONHASHSEED": "178"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert f"fingerprint {fingerprint}" in printed


def test_a_failing_seed_tells_its_number_and_what_happened_last(worlds: Simulator) -> None:
    told = []
    for _ in range(2):
        with BUGS["last_write_wins"](), pytest.raises(Failed) as failure:
            _run_all(worlds, range(20))
        told.append(str(failure.value))
    assert told[0] == told[1]
    assert f"seed {failure.value.seed}, {Options.steps} steps" in told[0]
    assert "asks [" in told[0]
    assert told[0].splitlines()[-1].startswith("I3: blind overwrite")


@pytest.mark.parametrize("seed", range(4))
def test_wrong_clocks_change_nothing_but_times(worlds: Simulator, seed: int) -> None:
    wrong = worlds.run(2000 + seed, Options(faults=False))
    right = worlds.run(2000 + seed, Options(faults=False, wrong_clocks=False))
    assert wrong.outcome == right.outcome


def _run_all(worlds: Simulator, seeds: Iterable[int]) -> None:
    for seed in seeds:
        worlds.run(seed)


def _has_met_everything(seen: Seen) -> None:
    assert set(Fault) <= seen.faults
    assert seen.verdicts >= VERDICTS
    assert {name.partition(".")[0] for name in seen.tablet_crash_points} >= TABLET_TRANSACTIONS
    assert seen.server_crash_points >= SERVER_CRASH_POINTS
