"""The sync cannot lose data: seeded worlds with faults, and an oracle over each of them.

Ten run in `make test`, a thousand seeds with `--long`, twelve thousand in `make prove`.
`python -m tests.contract.simulator SEEDS STEPS --start N` runs others; a failing seed repeats exactly.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable

import pytest
from tests.contract.seed_blocks import FIRST_HALF, judge_block
from tests.contract.simulator.bugs import BUGS
from tests.contract.simulator.run import Failed, Simulator
from tests.contract.simulator.world import Options


@pytest.mark.parametrize("block", FIRST_HALF)
def test_no_seed_loses_a_change(worlds: Simulator, block: range) -> None:
    judge_block(worlds, block)


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


def test_failing_seed_prints_its_number_and_last_actions(worlds: Simulator) -> None:
    failures = []
    for _ in range(2):
        with BUGS["last_write_wins"](), pytest.raises(Failed) as failure:
            _run_all(worlds, range(20))
        failures.append(str(failure.value))
    assert failures[0] == failures[1]
    assert f"seed {failure.value.seed}, {Options.steps} steps" in failures[0]
    assert "asks [" in failures[0]
    assert failures[0].splitlines()[-1].startswith("I3: blind overwrite")


@pytest.mark.parametrize("seed", range(4))
def test_wrong_clocks_change_nothing_but_times(worlds: Simulator, seed: int) -> None:
    wrong = worlds.run(2000 + seed, Options(faults=False))
    right = worlds.run(2000 + seed, Options(faults=False, wrong_clocks=False))
    assert wrong.outcome == right.outcome


def _run_all(worlds: Simulator, seeds: Iterable[int]) -> None:
    for seed in seeds:
        worlds.run(seed)
