"""Planted leaks are found by the observations that they were planted for."""

from __future__ import annotations

import pytest
from tests.contract.two_worlds.leaks import LEAKS
from tests.contract.two_worlds.observations import Observation, observations
from tests.contract.two_worlds.pairs import Coverage, Difference, compare
from tests.contract.two_worlds.worlds import World

# Not every visit is opened by its planner, or lies in the year that is looked at.
MOST_GROUPS = 4


def difference(world: World, chosen: list[Observation], groups: int) -> Difference | None:
    for group in range(groups):
        if (first := compare(world, group, chosen, Coverage())) is not None:
            return first
    return None


@pytest.mark.parametrize("name", LEAKS)
def test_planted_leak_is_found(world: World, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    leak = LEAKS[name]
    named = [
        observation
        for observation in observations(world)
        if f"{observation.observer}: {observation.name}".startswith(leak.shown_by)
    ]
    chosen = named[:1]
    assert chosen
    leak.plant(monkeypatch, world)
    assert difference(world, chosen, MOST_GROUPS) is not None
    monkeypatch.undo()
    assert difference(world, chosen, 1) is None
