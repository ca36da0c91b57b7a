"""Observers cannot tell a world with an unannounced visit from a world without it, before its hour."""

from __future__ import annotations

import pytest
from tests.contract.two_worlds.observations import observations
from tests.contract.two_worlds.pairs import SECRETS_OF_A_GROUP, Coverage, compare, groups
from tests.contract.two_worlds.worlds import World

WORLDS, OBSERVATIONS = 520, 4
# Parts of the worlds, so that they run on all cores.
PARTS = 4


@pytest.mark.parametrize("part", range(PARTS))
def test_worlds_with_and_without_an_unannounced_visit_look_alike(world: World, part: int) -> None:
    coverage, every = Coverage(), observations(world)
    for number, (group, chosen) in enumerate(groups(every, WORLDS, OBSERVATIONS)):
        if number % PARTS == part:
            difference = compare(world, group, chosen, coverage)
            assert difference is None, str(difference)
    print(f"{coverage}, of {len(every)}")
    assert coverage.worlds >= WORLDS // PARTS - SECRETS_OF_A_GROUP


def test_all_worlds_together_make_every_observation(world: World) -> None:
    every = observations(world)
    made = {id(observation) for _, chosen in groups(every, WORLDS, OBSERVATIONS) for observation in chosen}
    assert len(made) == len(every)
