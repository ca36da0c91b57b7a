"""Visits have the type and commune of their establishment in the register, after any change."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlalchemy import Engine, and_, select
from tests.server.records.register_walk import walk
from tests.shared import builders
from tests.world import ESTABLISHMENT, TEAM, UNIT, World

from field178_server.database.models import EstablishmentProjection, FiledRecord
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.records.counted_visits import IS_VISITED
from field178_server.records.stored_record import new_record, next_revision


def listed_rows(engine: Engine) -> list[tuple[Any, ...]]:
    """Return type and commune in the row of each visit, those in the register, and its own commune."""
    entry, filed = EstablishmentProjection, FiledRecord
    columns = (filed.register_type_id, filed.register_unit_id, entry.establishment_type_id, entry.unit_id)
    query = select(*columns, filed.unit_id).outerjoin(entry, and_(IS_VISITED))
    with snapshot(engine) as session:
        return [tuple(row) for row in session.execute(query)]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_kind_and_commune_of_a_visit_are_those_of_the_register(world: World, seed: int) -> None:
    for _ in walk(world, seed, 40):
        rows = listed_rows(world.engine)
        assert all(
            (type_id, unit_id) == (now_type_id, now_unit_id or own_unit_id)
            for type_id, unit_id, now_type_id, now_unit_id, own_unit_id in rows
        )
    assert {row[2] for row in rows} == {"guesthouse", "karaoke", None}


@pytest.mark.postgres
@pytest.mark.parametrize("is_visit_first", [True, False])
def test_a_visit_and_its_entry_at_the_same_time_agree(postgres_engine: Engine, is_visit_first: bool) -> None:
    world = World(postgres_engine)
    place, visit = world.ids.random(), world.ids.random()

    def enter(session: Any) -> None:
        batch = world.batch(session)
        batch.put(new_record(place, "establishment", UNIT, ESTABLISHMENT))
        batch.flush()

    def change(session: Any) -> None:
        batch = world.batch(session)
        batch.load([place])
        stored = batch.get(place)
        assert stored is not None
        batch.put(next_revision(stored, data=ESTABLISHMENT | {"establishment_type_id": "karaoke"}))
        batch.flush()
        hold(is_mine=not is_visit_first)

    def file(session: Any) -> None:
        batch = world.batch(session)
        batch.put(new_record(visit, "inspection", TEAM, builders.inspection(establishment_id=place)))
        batch.flush()
        hold(is_mine=is_visit_first)

    written = threading.Event()

    def hold(*, is_mine: bool) -> None:
        if is_mine:
            written.set()
            # The other one waits for this transaction, which is not committed yet.
            other.join(0.5)

    run_write(world.engine, enter)
    first, second = (file, change) if is_visit_first else (change, file)
    other = threading.Thread(target=lambda: (written.wait(5), run_write(world.engine, second)))
    other.start()
    run_write(world.engine, first)
    other.join(10)
    assert [row[:2] for row in listed_rows(world.engine)] == [("karaoke", UNIT.partition(":")[2])]
