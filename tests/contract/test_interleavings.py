"""Transactions of two writers in every order: stamps follow commits and no reader passes a row (I10).

`python -m tests.prove interleavings=1680` steps three writers through all of their orders.
"""

from __future__ import annotations

from collections.abc import Sequence
from unittest.mock import patch

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from tests.contract.interleaved_work import SCENARIOS, Interleaver
from tests.contract.interleavings import Order, orders
from tests.world import World

from field178_server.records import change_feed


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_no_reader_passes_a_row_in_any_order(
    world: World, scenario: str, interleavings: Sequence[Order]
) -> None:
    played = Interleaver(world, SCENARIOS[scenario])
    for order in interleavings:
        played.play(order)


def test_two_writers_have_twenty_orders_of_three_steps() -> None:
    schedules = list(orders(2))
    assert len(set(schedules)) == len(schedules) == 20


def test_stamps_taken_from_a_sequence_are_detected(postgres_engine: Engine) -> None:
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
