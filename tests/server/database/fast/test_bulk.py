"""Bulk writes of many rows: PostgreSQL gets them as arrays."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from tests.world import TENANT, World

from field178_server.database.declarative_base import table_of
from field178_server.database.fast import bulk
from field178_server.database.fast.pipeline import pipelined
from field178_server.database.models import AttemptCount, FiledCount, IndicatorPeriod
from field178_server.database.unit_of_work import run_write, snapshot, unit_of_work
from field178_shared.record_type import RecordType

ATTEMPT, COUNTS, PERIODS = table_of(AttemptCount), table_of(FiledCount), table_of(IndicatorPeriod)
COLUMNS = ("tenant_id", "key", "failures", "since")
MANY = 30
SINCE = datetime(2026, 12, 2, 3, 4, 5, 678, tzinfo=UTC)


def attempts(world: World, first: int, failures: int = 1) -> list[bulk.Row]:
    with snapshot(world.engine) as session:
        since = bulk.stored_instant(session.connection(), SINCE)
    return [(TENANT, f"k{number}", failures, since) for number in range(first, first + MANY)]


def failures_by_key(world: World) -> dict[str, int]:
    return {row.key: row.failures for row in world.rows(AttemptCount)}


def test_many_rows_are_inserted_then_replaced(world: World) -> None:
    def write(session: Session) -> None:
        bulk.insert(session.connection(), ATTEMPT, COLUMNS, attempts(world, 0))
        bulk.upsert(session.connection(), ATTEMPT, COLUMNS, attempts(world, 10, failures=7))

    run_write(world.engine, write)
    assert failures_by_key(world) == {f"k{n}": 1 if n < 10 else 7 for n in range(10 + MANY)}
    assert {row.since for row in world.rows(AttemptCount)} == {SINCE}


def test_of_rows_with_the_same_key_the_last_is_kept(world: World) -> None:
    rows = attempts(world, 0, failures=3) + attempts(world, 0, failures=4)
    run_write(world.engine, lambda session: bulk.upsert(session.connection(), ATTEMPT, COLUMNS, rows))
    assert failures_by_key(world) == {f"k{n}": 4 for n in range(MANY)}


def test_a_member_of_an_enumeration_is_stored_as_its_value(world: World) -> None:
    rows = [(TENANT, f"unit:{n}", type_, "waiting", n + 1) for n in range(9) for type_ in RecordType]
    for _ in range(2):
        run_write(world.engine, lambda session: bulk.add(session.connection(), COUNTS, "record_count", rows))
    stored = {(row.scope, row.type): row.record_count for row in world.rows(FiledCount)}
    assert stored == {(row[1], row[2].value): 2 * row[4] for row in rows}


def test_days_and_absent_values_are_stored(world: World) -> None:
    names = tuple(column.name for column in PERIODS.columns)
    days = [date(2026, 1, day) for day in range(1, 20)]

    def write(session: Session) -> None:
        stored = [bulk.stored_date(session.connection(), day) for day in days]
        end = bulk.stored_date(session.connection(), date(2026, 12, 1))
        values: dict[str, Any] = dict.fromkeys(names, None)
        values |= {
            "tenant_id": TENANT,
            "end_day": end,
            "state": "counted",
            "reached": "",
            "months_ended": 0,
        }
        rows = [
            tuple((values | {"first_day": day, "asked_on": day})[name] for name in names) for day in stored
        ]
        bulk.insert(session.connection(), PERIODS, names, rows)

    run_write(world.engine, write)
    assert sorted(row.first_day for row in world.rows(IndicatorPeriod)) == days


def test_a_query_in_a_pipeline_sees_the_writes_before_it(world: World) -> None:
    count = text("SELECT count(*) FROM attempt")

    def write(session: Session) -> list[int]:
        counts = []
        with pipelined(session.connection()):
            for first in (0, MANY):
                bulk.insert(session.connection(), ATTEMPT, COLUMNS, attempts(world, first))
                counts.append(session.scalar(count))
            session.add(AttemptCount(tenant_id=TENANT, key="by the ORM", failures=1, since=world.clock.now()))
            session.flush()
            counts.append(session.scalar(count))
        return [*counts, session.scalar(count)]

    assert run_write(world.engine, write) == [MANY, 2 * MANY, 2 * MANY + 1, 2 * MANY + 1]


def test_error_of_a_write_in_a_pipeline_is_that_of_the_transaction(world: World) -> None:
    def write(session: Session) -> None:
        with pipelined(session.connection()):
            bulk.insert(session.connection(), ATTEMPT, COLUMNS, attempts(world, 0))
            bulk.insert(session.connection(), ATTEMPT, COLUMNS, attempts(world, 0))
            session.scalar(text("SELECT count(*) FROM attempt"))

    with pytest.raises(IntegrityError) as refused, unit_of_work(world.engine) as session:
        write(session)
    assert "attempt" in str(refused.value)
    assert failures_by_key(world) == {}
    run_write(
        world.engine, lambda session: bulk.insert(session.connection(), ATTEMPT, COLUMNS, attempts(world, 0))
    )
    assert len(failures_by_key(world)) == MANY
