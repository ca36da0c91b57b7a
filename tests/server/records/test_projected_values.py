"""Rows of decoded values equal the rows of lenient values of the same content."""

from __future__ import annotations

import random
from collections.abc import Iterator
from unittest.mock import patch

from sqlalchemy import select
from sqlalchemy.orm import Session
from tests.contract.generated_records import record
from tests.shared import builders
from tests.world import TEAM, World

from field178_server.database.unit_of_work import run_write
from field178_server.maintenance.projections.tables import PROJECTED_TABLES
from field178_server.records import stored_record
from field178_server.records.stored_record import Stored, new_record
from field178_server.records.typed_value import decoded
from field178_shared import schemas
from field178_shared.ids import review_id
from field178_shared.merge import Data
from field178_shared.wire.canonical import canonical

BESIDE_VISITS = ("sanction_decision", "payment", "measure_execution", "follow_up_closure", "comment_answer")
ROUNDS = 40
_MEASURES = (
    {"measure_id": "fine_money", "amount_vnd": 2_500_000, "document_number": "12/QĐ-XPHC"},
    {"measure_id": "fine_warning", "document_date": "2026-11-21", "paid_on": "2026-11-22"},
    {"measure_id": "admin_minutes", "document_date": "2026-11-20"},
)


def generated(type_name: str, numbers: Iterator[int]) -> Data:
    """Return the next generated data of a type that its compiled type accepts."""
    for number in numbers:
        data = record(type_name, number)
        if isinstance(data, dict) and _is_decoded(type_name, data):
            return data
    raise AssertionError(type_name)


def _is_decoded(type_name: str, data: Data) -> bool:
    try:
        return decoded(type_name, canonical(data)) is not None
    except ValueError:
        return False


def records(world: World, seed: int) -> list[Stored]:
    """Return new records of every projected type, with the office's entries and a review beside a visit."""
    numbers, chance = iter(range(seed * 1000, (seed + 1) * 1000)), random.Random(seed)
    place, visit = world.ids.random(), world.ids.random()
    measures = {f"m{index}": measure for index, measure in enumerate(chance.sample(_MEASURES, 2))}
    of_visit = {**generated("inspection", numbers), "establishment_id": place, "measures": measures}
    made = [
        new_record(place, "establishment", TEAM, generated("establishment", numbers)),
        new_record(visit, "inspection", TEAM, of_visit),
        new_record(world.ids.random(), "inspection", TEAM, builders.inspection(measures=measures)),
    ]
    made += [
        new_record(world.ids.random(), name, TEAM, generated(name, numbers))
        for name in ("outreach_session", "outreach_session", "worker_census", "commune_plan", "plan_item")
    ]
    made += [
        new_record(world.ids.random(), name, TEAM, generated(name, numbers), visit) for name in BESIDE_VISITS
    ]
    return [*made, new_record(review_id(visit), "review", TEAM, generated("review", numbers), visit)]


def rows_of(world: World, made: list[Stored]) -> dict[str, list[str]]:
    """Return the projected rows that these records alone write, by table."""
    tables: dict[str, list[str]] = {}

    def work(session: Session) -> None:
        savepoint = session.begin_nested()
        batch = world.batch(session)
        batch.now = world.clock.now().replace(year=2026, microsecond=0, second=0)
        for new in made:
            batch.put(new)
        batch.flush()
        for table in PROJECTED_TABLES:
            tables[table.name] = sorted(map(repr, session.execute(select(table.table)).all()))
        savepoint.rollback()

    run_write(world.engine, work)
    return tables


def anew(made: list[Stored]) -> list[Stored]:
    """Return the same records as read from the store, without content that is decoded already."""
    return [Stored(**{name: getattr(record, name) for name in Stored.__match_args__}) for record in made]


def test_rows_of_a_decoded_value_are_those_of_the_lenient_value(world: World) -> None:
    written = dict.fromkeys((table.name for table in PROJECTED_TABLES), 0)
    for seed in range(ROUNDS):
        made = records(world, seed)
        assert all(_is_decoded(new.type, new.data) for new in made)
        rows = rows_of(world, anew(made))
        with patch.object(stored_record, "value_of", lambda name, body: _lenient(name, body)):
            assert rows_of(world, anew(made)) == rows
        written = {name: count + len(rows[name]) for name, count in written.items()}
    # No leases of numbers, conflicts, merged or alike establishments are among the records.
    unwritten = {name for name, count in written.items() if not count}
    assert unwritten == {"number_lease", "conflict_row", "merged_record", "duplicate_candidate"}


def _lenient(type_name: str, body: str) -> object:
    return schemas.lenient_value(type_name, stored_record.data_of(body))
