"""Pairs of worlds with and without unannounced visits, which no observer can tell apart before their hour."""

from __future__ import annotations

from pathlib import Path

from tests.contract.two_worlds.leaks import LEAKS
from tests.contract.two_worlds.observations import observations
from tests.contract.two_worlds.pairs import SECRETS_OF_A_GROUP, Coverage, compare, groups
from tests.contract.two_worlds.prepared import prepare
from tests.contract.two_worlds.worlds import opened_world
from tests.prove.evidence import Facts, prove

CLAIM = "Nobody who may not know of an unannounced visit sees anything of it before its hour"
OBSERVATIONS = 4
# `make test` plays the seeds below.
FIRST_SEED = 10_000


def run(folder: Path, count: int) -> Facts:
    """Compare so many worlds with a secret to worlds without one."""
    prepare(folder / "prepared")
    coverage = Coverage()
    with opened_world(folder / "prepared", folder) as world:
        every = observations(world)
        for group, chosen in groups(every, count, OBSERVATIONS, FIRST_SEED):
            if (difference := compare(world, group, chosen, coverage)) is not None:
                raise AssertionError(str(difference))
    return {
        "worlds_with_a_secret": coverage.worlds,
        "worlds_without": -(-coverage.worlds // SECRETS_OF_A_GROUP),
        "seeds_of_the_worlds": f"from {FIRST_SEED * SECRETS_OF_A_GROUP}",
        "observations": f"{len(coverage.observed)} of {len(every)}",
        "times_observed": coverage.observed.total(),
        "observers": len({observation.observer for observation in every}),
        "differences": 0,
        "planted_leaks_that_the_suite_catches": len(LEAKS),
    }


if __name__ == "__main__":
    prove("two_worlds", CLAIM, 10_000, run)
