"""Stores for the tests below this folder, on every engine, and seeded worlds of the simulator."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from tests.contract.interleavings import FEW_ORDERS, Order, orders
from tests.contract.simulator.beginnings import Beginnings, beginnings
from tests.contract.simulator.run import Simulator, simulator
from tests.stores import (
    engine,
    postgres_cluster,
    postgres_engine,
    sqlite_engine,
    sqlite_template,
    statements,
    world,
)

__all__ = [
    "begun",
    "engine",
    "postgres_cluster",
    "postgres_engine",
    "sqlite_engine",
    "sqlite_template",
    "statements",
    "world",
    "worlds",
]


@pytest.fixture(
    params=[
        pytest.param(FEW_ORDERS, id="few_orders"),
        pytest.param(tuple(orders(2)), id="every_order", marks=pytest.mark.long),
    ]
)
def interleavings(request: pytest.FixtureRequest) -> Sequence[Order]:
    """Return orders in which two writers take their steps."""
    writer_orders: Sequence[Order] = request.param
    return writer_orders


@pytest.fixture(scope="module")
def begun() -> Iterator[Beginnings]:
    """Yield the first worlds of a module, made before any bug is planted."""
    with beginnings() as made:
        yield made


@pytest.fixture
def worlds(begun: Beginnings) -> Iterator[Simulator]:
    """Give a simulator that has not run a seed yet."""
    with simulator(begun) as made:
        yield made
