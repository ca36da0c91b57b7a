"""However two writers meet, stamps follow commits and no reader passes a row (I10).

`python -m tests.prove interleavings=1680` steps three writers through all of their orders.
"""

from __future__ import annotations

from unittest.mock import patch

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from tests.contract.interleaved_work import SCENARIOS, Interleaver
from tests.contract.interleavings import orders
from tests.world import World

from field178_server.records import change_feed

# Two writers are never inside SQLite at once: what is left is who comes first, and who waits where.
SQLITE_ORDERS = [(0, 0, 0, 1, 1, 1), (1, 0, 1, 0, 1, 0), (0, 0, 1, 0, 1, 1)]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_in_every_order_no_reader_passes_a_row(world: World, scenario: str) -> None:
    played = Interleaver(world, SCENARIOS[scenario])
    every = SQLITE_ORDERS if world.engine.dialect.name == "sqlite" else list(orders(2))
    for order in every:
        played.play(order)


def test_two_writers_have_twenty_orders_of_three_steps() -> None:
    found = list(orders(2))
    assert len(set(found)) == len(found) == 20


def test_stamps_given_out_like_a_sequence_are_found_out(postgres_engine: Engine) -> None:
    world = World(postgres_engine)
    lock = change_feed._lock_scopes

    def reserve(session: Session, tenant_id: str, scopes: set[str]):
        with Session(postgres_engine) as own, own.begin():
            counters = lock(own, tenant_id, scopes)
            own.connection().exec_driver_sql("UPDATE scope SET seq = seq + 100")
        return counters

    played = Interleaver(world, SCENARIOS["own_records"])
    crossed = (0, 0, 1, 1, 1, 0)
    with patch.object(change_feed, "_lock_scopes", reserve), pytest.raises(AssertionError):
        played.play(crossed)
