"""Worlds in which content is removed for good again and again: nothing holds it, nothing brings it back.

`python -m tests.contract.simulator SEEDS STEPS --often purge` runs others.
"""

from __future__ import annotations

import pytest
from tests.contract.planted import marked
from tests.contract.simulator.beginnings import Beginnings
from tests.contract.simulator.purge_bugs import BUGS
from tests.contract.simulator.run import Failed, Simulator, simulator
from tests.contract.simulator.world import Options

SHORT, LONG = range(4), range(4, 28)
MOST_RUNS = 60
LEAST_PURGES = 8
OFTEN = Options(often=("purge",))
# Salvage meets a purge only where the office fell behind its tablets, and late.
FALLEN_BEHIND = Options(70, disasters=True, often=("purge", "back_up", "restore"))
# These show only where a tablet lives long enough with what it has.
NEED_CALM = {"rest_of_a_group_runs_alone"}


@pytest.mark.parametrize("seeds", [SHORT, pytest.param(LONG, marks=pytest.mark.long)], ids=["short", "long"])
def test_no_seed_restores_purged_records(worlds: Simulator, seeds: range) -> None:
    for seed in seeds:
        worlds.run(seed, OFTEN)
    assert worlds.seen.actions["purge"] >= LEAST_PURGES
    assert ("quarantined", "purged") in worlds.seen.verdicts


@pytest.mark.parametrize("name", marked(BUGS))
def test_a_planted_bug_of_purges_is_caught(begun: Beginnings, name: str) -> None:
    options = (
        FALLEN_BEHIND
        if name == "salvage_kept"
        else Options(disasters=False, often=("purge", "grant"))
        if name in NEED_CALM
        else OFTEN
    )
    with BUGS[name](), simulator(begun) as worlds:
        failed = _first_failure(worlds, options)
    assert failed is not None, f"{name} was not caught in {MOST_RUNS} runs"
    print(f"{name}: caught at run {failed.seed + 1} by {failed.invariant}")
    assert failed.invariant.startswith("I")
    # The same seed without the bug: it was the bug that was caught.
    with simulator(begun) as worlds:
        worlds.run(failed.seed, options)


def _first_failure(worlds: Simulator, options: Options) -> Failed | None:
    for seed in range(MOST_RUNS):
        try:
            worlds.run(seed, options)
        except Failed as failed:
            return failed
    return None
