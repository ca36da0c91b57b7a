"""The second half of the thousand seeded worlds; `test_simulator.py` has the first."""

from __future__ import annotations

import pytest
from tests.contract.seed_blocks import SECOND_HALF, judge_block
from tests.contract.simulator.run import Simulator


@pytest.mark.parametrize("block", SECOND_HALF)
def test_no_seed_loses_a_change(worlds: Simulator, block: int) -> None:
    judge_block(worlds, block)
