"""A migration that adds a projected column or table fills it from the stored records.

The scene has a value in every column of these tables (tests/server/maintenance/projections/test_run.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import text
from tests.server.maintenance.projections import scene
from tests.world import World

from field178_server.database import migrations

Step = Callable[[World], None]


@pytest.mark.parametrize(
    ("revision", "steps"),
    # Records of a type are stored since the revision that brought its table.
    [
        ("0001", [scene.file_records]),
        ("0023", [scene.file_records, scene.enter_after_visit]),
        ("0031", [scene.file_records, scene.enter_after_visit, scene.plan_visit]),
        ("0035", [scene.fill]),
    ],
)
def test_rows_of_an_older_store_equal_those_projected_from_records(
    world: World, revision: str, steps: Sequence[Step]
) -> None:
    for step in steps:
        step(world)
    migrations.downgrade(world.engine, revision)
    migrations.upgrade(world.engine)
    assert scene.check(world) == {}


def test_column_that_no_migration_fills_is_reported(world: World) -> None:
    scene.fill(world)
    with world.engine.begin() as connection:
        connection.execute(text("UPDATE filed_record SET folded = ''"))
    assert scene.check(world).keys() == {"filed_record"}
