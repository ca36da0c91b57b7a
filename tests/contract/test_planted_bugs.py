"""The suite is judged by the bugs it catches: each planted one is caught, the sound product is not."""

from __future__ import annotations

import pytest
from tests.contract.simulator.bugs import BUGS
from tests.contract.simulator.run import Failed, Simulator, simulator
from tests.contract.simulator.world import Options

MOST_RUNS = 60
# These show only where a history was broken.
NEED_DISASTERS = {
    *("dedupe_by_n", "no_digest_reaction", "no_receipts_reaction", "repair_forgets"),
    *("salvage_forgotten_when_offered", "earlier_lives_unchecked"),
}
# These show sooner where people do one thing much.
OFTEN = {
    "groups_ignored": "file_together",
    "group_not_rolled_back": "file_together",
    "no_brake": "restart",
    "no_digest_reaction": "restore",
    "salvage_forgotten_when_offered": "enrol_again",
}


@pytest.mark.parametrize("name", sorted(BUGS))
def test_a_planted_bug_is_caught(name: str) -> None:
    options = Options(disasters=True if name in NEED_DISASTERS else None, often=OFTEN.get(name, ""))
    # Planted before the oracle looks: it sees what the product does, whoever wrote it.
    with BUGS[name](), simulator() as worlds:
        failed = _first_failure(worlds, options)
    assert failed is not None, f"{name} was not caught in {MOST_RUNS} runs"
    print(f"{name}: caught at run {failed.seed + 1} by {failed.invariant}")
    assert failed.invariant.startswith("I")
    # The same seed without the bug: it was the bug that was caught.
    with simulator() as worlds:
        worlds.run(failed.seed, options)


def _first_failure(worlds: Simulator, options: Options) -> Failed | None:
    for seed in range(MOST_RUNS):
        try:
            worlds.run(seed, options)
        except Failed as failed:
            return failed
    return None
