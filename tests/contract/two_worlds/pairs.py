"""Pairs of worlds: one without and some with unannounced visits, observed alike and compared."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import time_machine
from tests.contract.two_worlds.normaliser import Normaliser, Seen
from tests.contract.two_worlds.observations import Observation
from tests.contract.two_worlds.worlds import World, plans_of

# Worlds with a secret for each world without one, and observations of each.
SECRETS_OF_A_GROUP = 2
WALL_CLOCK = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Difference:
    """The first difference of a pair: what an observer can tell the two worlds apart by."""

    seed: int
    observation: Observation
    without: Seen | None
    with_secret: Seen | None

    def __str__(self) -> str:
        return f"seed {self.seed}: {self.observation.observer}: {self.observation.name}: {self._part()}"

    def _part(self) -> str:
        before, after = self.without, self.with_secret
        if before is None or after is None:
            return "number of answers"
        parts = ("status", "headers", "body", "statements")
        return f"{before.name}: " + ", ".join(
            part for part in parts if getattr(before, part) != getattr(after, part)
        )


@dataclass
class Coverage:
    """What the worlds of a run covered."""

    worlds: int = 0
    observed: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        return f"{self.worlds} worlds, {len(self.observed)} observations, {self.observed.total()} times"


def groups(
    every: Sequence[Observation], worlds: int, most: int, seed: int = 0
) -> Iterator[tuple[int, list[Observation]]]:
    """Yield seed and observations of each group of worlds, so that all observations are made in turn."""
    queue: list[Observation] = []
    for group in range(-(-worlds // SECRETS_OF_A_GROUP)):
        if len(queue) < most:
            queue += random.Random(f"{seed} {group}").sample(every, len(every))
        taken, queue = queue[:most], queue[most:]
        yield seed + group, taken


def compare(
    world: World, group: int, observations: Sequence[Observation], coverage: Coverage
) -> Difference | None:
    """Return the first difference between the worlds of a group, None if nobody can tell them apart."""
    world.put_back("prepared")
    world.work(group)
    normaliser = Normaliser()
    expected = [_observed(world, observation, normaliser) for observation in observations]
    for number in range(SECRETS_OF_A_GROUP):
        seed = group * SECRETS_OF_A_GROUP + number
        world.put_back("prepared")
        world.plan_in_secret(plans_of(random.Random(seed)), seed)
        world.work(group)
        normaliser, coverage.worlds = Normaliser(), coverage.worlds + 1
        for observation, without in zip(observations, expected, strict=True):
            coverage.observed[f"{observation.observer}: {observation.name}"] += 1
            seen = _observed(world, observation, normaliser)
            if seen != without:
                return _difference(seed, observation, without, seen)
    return None


def _observed(world: World, observation: Observation, normaliser: Normaliser) -> list[Seen]:
    world.seed(f"{observation.observer} {observation.name}")
    # Headers and workbooks contain times of the wall clock.
    with time_machine.travel(WALL_CLOCK, tick=False):
        return [normaliser.normal_form(seen) for seen in observation.act(world)]


def _difference(seed: int, observation: Observation, expected: list[Seen], seen: list[Seen]) -> Difference:
    for without, with_secret in zip(expected, seen, strict=False):
        if without != with_secret:
            return Difference(seed, observation, without, with_secret)
    return Difference(seed, observation, None, None)
