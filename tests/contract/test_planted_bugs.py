"""The simulator must bite: each bug planted into the product is caught within a bounded number of seeds."""

from __future__ import annotations

import pytest
from tests.contract.simulator.bugs import BUGS
from tests.contract.simulator.run import STEPS, Failed, simulator

WITHIN_RUNS = 120
REQUIRED = (
    "last_write_wins",
    "no_scope_filter",
    "cursor_before_rows",
    "move_without_leave",
    "overlay_dropped_at_acknowledgement",
    "dedupe_by_n",
    "idempotency_outside_the_transaction",
)


@pytest.mark.parametrize("name", REQUIRED)
def test_a_planted_bug_is_caught(name: str) -> None:
    with BUGS[name](), simulator() as world:
        for run in range(1, WITHIN_RUNS + 1):
            try:
                world.run(run - 1, STEPS)
            except Failed as failed:
                print(f"{name}: caught at run {run} by {failed.invariant}")
                return
    pytest.fail(f"{name} was not caught within {WITHIN_RUNS} runs")
