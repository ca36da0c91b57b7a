"""The second half of the blocks of seeded worlds; `test_simulator.py` has the first."""

from __future__ import annotations

import pytest
from tests.contract.seed_blocks import SECOND_HALF, SEEDS_FOR_SELDOM, SELDOM, judge_block
from tests.contract.simulator.run import Simulator
from tests.contract.simulator.world import Options


@pytest.mark.parametrize("block", SECOND_HALF)
def test_no_seed_loses_a_change(worlds: Simulator, block: range) -> None:
    judge_block(worlds, block)


@pytest.mark.parametrize("often", sorted(SELDOM))
def test_a_seldom_verdict_is_met_where_its_cause_is_done_much(worlds: Simulator, often: str) -> None:
    for seed in range(SEEDS_FOR_SELDOM):
        worlds.run(seed, Options(often=often))
        if SELDOM[often] in worlds.seen.verdicts:
            return
    raise AssertionError(f"{SELDOM[often]} was not met in {SEEDS_FOR_SELDOM} runs")


@pytest.mark.long
@pytest.mark.parametrize("often", sorted(SELDOM))
def test_no_seed_loses_a_change_where_a_seldom_cause_is_done_much(worlds: Simulator, often: str) -> None:
    for seed in range(SEEDS_FOR_SELDOM):
        worlds.run(seed, Options(often=often))
