"""After every step of a register's life the pairs are those that a comparison of all with all finds."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlalchemy import Engine, select
from tests.server.records.register_walk import walk
from tests.world import ESTABLISHMENT, OTHER_UNIT, TENANT, UNIT, World

from field178_server.database.migrations import downgrade, upgrade
from field178_server.database.models import DuplicateCandidate, DuplicateKey, EstablishmentProjection
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.establishments.duplicates import duplicate_pairs
from field178_server.records.access import AccessFilter
from field178_server.records.alike_entries import known_establishment, pairs_among
from field178_server.records.projections import duplicate
from field178_server.records.stored_record import new_record
from field178_shared.rules.establishment import duplicates_of


def candidate_pairs(engine: Engine) -> set[frozenset[str]]:
    with snapshot(engine) as session:
        pairs = duplicate_pairs(session, TENANT, AccessFilter(None))
    return {frozenset((pair.first.record_id, pair.other.record_id)) for pair in pairs}


def expected(world: World) -> set[frozenset[str]]:
    rows = world.rows(EstablishmentProjection)
    names = duplicate.ComparedFields._fields
    return {
        frozenset((row.record_id, other.id))
        for row in rows
        for other in duplicates_of(
            {name: getattr(row, name) for name in names},
            [known_establishment(entry) for entry in rows if entry.record_id != row.record_id],
        )
    }


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_pairs_are_those_of_all_with_all_after_every_change(world: World, seed: int) -> None:
    sizes = set()
    for _ in walk(world, seed, 40):
        assert candidate_pairs(world.engine) == expected(world)
        sizes.add(len(expected(world)))
    assert max(sizes) > 10


def test_more_of_one_name_than_are_compared_are_all_candidates(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duplicate, "_MOST_COMPARED", 0)
    monkeypatch.setattr(duplicate, "_MOST_EACH", 1)
    for _ in walk(world, 5, 15):
        assert candidate_pairs(world.engine) == expected(world)


def test_many_of_one_name_in_one_push_are_not_compared_all_with_all(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[int] = []

    def pairs_counted(rows: Any) -> Any:
        compared.append(len(rows))
        return pairs_among(rows)

    monkeypatch.setattr(duplicate, "pairs_among", pairs_counted)
    tablet = world.tablet()
    tablet.push(*(tablet.create() for _ in range(240)))
    assert compared == []
    assert len(world.rows(DuplicateCandidate)) == 240
    tablet.created({**ESTABLISHMENT, "name": "Nhà nghỉ khác"})
    assert len(world.rows(DuplicateCandidate)) == 240


def test_keys_are_those_of_the_register_and_of_nothing_else(world: World) -> None:
    """Erased, merged and deleted establishments have no keys left, and former names neither."""
    for _ in walk(world, 6, 40):
        pass
    names = duplicate.ComparedFields._fields
    rows = world.rows(EstablishmentProjection)
    own = {
        (key, row.record_id)
        for row in rows
        for key in duplicate.keys_of(duplicate.ComparedFields(*(getattr(row, name) for name in names))).own
    }
    assert {(key.key, key.record_id) for key in world.rows(DuplicateKey)} == own
    assert {candidate.record_id for candidate in world.rows(DuplicateCandidate)} <= {
        row.record_id for row in rows
    }


def test_migration_finds_the_pairs_of_a_store_that_has_entries(world: World) -> None:
    for _ in walk(world, 7, 30):
        pass
    keys = [(key.key, key.record_id) for key in world.rows(DuplicateKey)]
    downgrade(world.engine, "0041")
    upgrade(world.engine)
    assert candidate_pairs(world.engine) == expected(world) != set()
    assert [(key.key, key.record_id) for key in world.rows(DuplicateKey)] == keys


@pytest.mark.postgres
def test_two_of_one_place_written_at_the_same_time_are_a_pair(postgres_engine: Engine) -> None:
    world = World(postgres_engine)
    written, ids = threading.Event(), [world.ids.random() for _ in range(2)]

    def enter(session: Any, number: int) -> None:
        batch = world.batch(session)
        data = ESTABLISHMENT | {"registration_number": "GL-1"}
        batch.put(new_record(ids[number], "establishment", (UNIT, OTHER_UNIT)[number], data))
        batch.flush()
        if number == 0:
            written.set()
            # The other one waits for this transaction, which is not committed yet.
            other.join(0.5)

    other = threading.Thread(
        target=lambda: (written.wait(5), run_write(world.engine, lambda session: enter(session, 1)))
    )
    other.start()
    run_write(world.engine, lambda session: enter(session, 0))
    other.join(10)
    assert candidate_pairs(world.engine) == {frozenset(ids)}
    with snapshot(world.engine) as session:
        assert len(session.scalars(select(DuplicateCandidate)).all()) == 2
