"""The simulator itself: a seed that fails must fail again, byte for byte."""

from __future__ import annotations

from tests.contract.simulator.run import STEPS, simulator


def test_a_seed_repeats_itself() -> None:
    with simulator() as world:
        first, again = world.run(7, STEPS), world.run(7, STEPS)
    assert first == again
