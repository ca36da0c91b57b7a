"""Two writers of one store in every order of their steps, on both engines; three in many, on PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Engine
from tests import postgres
from tests.contract.interleaved_work import SCENARIOS, Interleaver
from tests.contract.interleavings import STEPS, orders
from tests.prove.evidence import Facts, prove
from tests.world import World

from field178_server.database import migrations
from field178_server.database.engine import create_engine_for

CLAIM = "In every order of lock, stamp, commit and pull, stamps follow commits and no reader passes a row"
WRITERS = 3


def run(folder: Path, count: int) -> Facts:
    """Play every order of two writers, and so many of three, evenly taken from all there are."""
    every = list(orders(WRITERS))
    chosen = every[:: max(1, len(every) // count)]
    both = list(orders(2))
    with postgres.running_cluster() as cluster:
        for scenario in SCENARIOS:
            _play(cluster.new_database(), scenario, both, 2)
            _play(cluster.new_database(), scenario, chosen, WRITERS)
    for scenario in SCENARIOS:
        _play(f"sqlite:///{folder / scenario}.sqlite", scenario, both, 2)
    return {
        "scenarios": ", ".join(SCENARIOS),
        "steps_of_a_writer": ", ".join(STEPS),
        "orders_of_two_writers_on_either_engine": f"{len(both)} of {len(both)} in each scenario",
        "orders_of_three_writers_on_postgresql": f"{len(chosen)} of {len(every)} in each scenario",
        "pulls": "before the first step and after each",
        "rows_passed_by_a_reader": 0,
    }


def _play(url: str, scenario: str, chosen: Sequence[tuple[int, ...]], writers: int) -> None:
    engine: Engine = create_engine_for(url)
    migrations.upgrade(engine)
    played = Interleaver(World(engine), SCENARIOS[scenario], writers)
    for order in chosen:
        played.play(order)
    engine.dispose()


if __name__ == "__main__":
    prove("interleavings", CLAIM, 168, run)
