"""Worlds in which tablets delete what may be read by order, again and again: no change is lost, all heals.

`python -m tests.contract.simulator SEEDS STEPS --often read_wipe` runs others.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.contract.simulator.beginnings import Beginnings
from tests.contract.simulator.run import Failed, Simulator, simulator
from tests.contract.simulator.world import Options

from field178_mobile.store.replication import orders
from field178_mobile.store.session import Unlocked

SHORT, LONG = range(3), range(3, 40)
OFTEN = Options(often=("read_wipe",))
MOST_RUNS = 20


@pytest.mark.parametrize("seeds", [SHORT, pytest.param(LONG, marks=pytest.mark.long)], ids=["short", "long"])
def test_no_emptied_tablet_loses_a_change(worlds: Simulator, seeds: range) -> None:
    for seed in seeds:
        worlds.run(seed, OFTEN)
    assert worlds.seen.actions["read_wipe"] >= len(seeds)


def test_deletion_of_unsent_changes_is_caught(begun: Beginnings, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.contract.simulator import disasters

    def delete_too_much(unlocked: Unlocked, folder: Path) -> list[str]:
        with unlocked.context.transaction("read_wipe"):
            unlocked.context.connection.execute("DELETE FROM outbox")
        return orders.delete_readable(unlocked, folder)

    monkeypatch.setattr(disasters, "delete_readable", delete_too_much)
    with simulator(begun) as worlds:
        caught = _first_failure(worlds)
    assert caught is not None
    assert caught.invariant == "I1"


def _first_failure(worlds: Simulator) -> Failed | None:
    for seed in range(MOST_RUNS):
        try:
            worlds.run(seed, OFTEN)
        except Failed as failed:
            return failed
    return None
