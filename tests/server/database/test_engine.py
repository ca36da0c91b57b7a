"""Engine settings and bulk functions on both engines."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import Engine, bindparam, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlalchemy.orm import Session
from tests.world import TENANT, UNIT, World

from field178_server.database import engine as database
from field178_server.database.declarative_base import table_of
from field178_server.database.engine import create_engine_for, readonly
from field178_server.database.fast import bulk
from field178_server.database.fast.pipeline import pipelined
from field178_server.database.models import AttemptCount, Officer, Record, Scope
from field178_server.database.unit_of_work import run_write, snapshot, unit_of_work
from field178_shared.errors import AppError
from field178_shared.record_type import RecordType

ATTEMPT = table_of(AttemptCount)
COLUMNS = ("tenant_id", "key", "failures", "since")


def test_sqlite_is_set_up_to_lose_nothing(sqlite_engine: Engine) -> None:
    with readonly(sqlite_engine).connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("synchronous", "journal_mode", "page_size", "foreign_keys")
        }
    assert pragmas == {"synchronous": 3, "journal_mode": "wal", "page_size": 16384, "foreign_keys": 1}


@pytest.mark.postgres
def test_postgresql_answers_a_page_in_one_process(postgres_engine: Engine) -> None:
    names = ("max_parallel_workers_per_gather", "jit", "random_page_cost", "default_transaction_isolation")
    with readonly(postgres_engine).connect() as connection:
        settings = [connection.exec_driver_sql(f"SHOW {name}").scalar() for name in names]
    assert settings == ["0", "off", "1.1", "read committed"]


def test_a_statement_names_its_index_on_sqlite_alone(engine: Engine) -> None:
    query = select(Scope.scope).with_hint(Scope, "INDEXED BY sqlite_autoindex_scope_1", "sqlite")
    is_named = "INDEXED BY" in str(query.compile(engine))
    assert is_named == (engine.dialect.name == "sqlite")
    with readonly(engine).connect() as connection:
        assert connection.execute(query.where(Scope.tenant_id == "nobody")).all() == []


@pytest.mark.parametrize("value", [None, True, False])
def test_the_driver_asks_no_value_how_it_is_bound(sqlite_engine: Engine, value: object) -> None:
    driver = sqlite_engine.dialect.loaded_dbapi
    assert (type(value), driver.PrepareProtocol) in driver.adapters
    with readonly(sqlite_engine).connect() as connection:
        bound = connection.exec_driver_sql("SELECT ?", (value,)).scalar()
    assert bound is None if value is None else bound == int(bool(value))


def test_an_unsafe_sqlite_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    class Old:
        sqlite_version = "3.46.1"
        sqlite_version_info = (3, 46, 1)

    monkeypatch.setattr(database, "_sqlite_driver", Old)
    with pytest.raises(RuntimeError, match=r"3\.51\.3"):
        create_engine_for("sqlite://")


def test_errors_do_not_carry_content(world: World) -> None:
    row = (TENANT, "Nguyễn Văn A", 0, "not a time")
    with pytest.raises(Exception) as caught, unit_of_work(world.engine) as session:
        bulk.insert(session.connection(), ATTEMPT, COLUMNS, [row, row])
    assert "attempt" in str(caught.value)
    assert row[1] not in str(caught.value)


def test_a_snapshot_cannot_write(world: World) -> None:
    with pytest.raises(DBAPIError, match=r"read-only|readonly"), snapshot(world.engine) as session:
        session.execute(text("UPDATE scope SET seq = seq + 1"))


def test_no_transaction_makes_sqlite_prepare_its_statements_anew(sqlite_engine: Engine) -> None:
    statements: list[str] = []
    for engine in (sqlite_engine, readonly(sqlite_engine), sqlite_engine):
        with engine.connect() as connection:
            driven = connection.connection.driver_connection
            assert driven is not None
            driven.set_trace_callback(statements.append)
            connection.rollback()
            connection.execute(select(Scope.seq))
            driven.set_trace_callback(None)
    # A word on what the connection may do would outdate all statements that it keeps.
    assert len(statements) > 3
    assert not [statement for statement in statements if "PRAGMA" in statement]


def test_a_disposed_engine_reads_and_writes_again(sqlite_engine: Engine) -> None:
    for _ in range(2):
        for engine in (sqlite_engine, readonly(sqlite_engine)):
            with engine.connect() as connection:
                connection.execute(select(Scope.seq))
            assert engine.pool.status().count("Connections in pool: 1") == 1
        sqlite_engine.dispose()
        assert "Connections in pool: 0" in readonly(sqlite_engine).pool.status()


def test_a_snapshot_sees_one_state_throughout(world: World) -> None:
    with snapshot(world.engine) as session:
        before = session.scalars(select(Scope.seq).where(Scope.scope == UNIT)).one()
        tablet = world.tablet()
        threading.Thread(target=tablet.created).run()
        assert session.scalars(select(Scope.seq).where(Scope.scope == UNIT)).one() == before
    assert world.rows(Scope, Scope.scope == UNIT)[0].seq == before + 1


def rows_of(world: World, *failures: int) -> list[bulk.Row]:
    with snapshot(world.engine) as session:
        since = bulk.stored_instant(session.connection(), world.clock.now())
    return [(TENANT, f"k{number}", count, since) for number, count in enumerate(failures)]


def test_bulk_functions_insert_replace_update_and_delete(world: World) -> None:
    def write(session: Any) -> None:
        connection = session.connection()
        bulk.insert(connection, ATTEMPT, COLUMNS, rows_of(world, 1, 2, 3))
        bulk.upsert(connection, ATTEMPT, COLUMNS, rows_of(world, 9, 8, 7, 6), keep=("since",))
        bulk.update(
            connection, ATTEMPT, ("failures",), ("tenant_id", "key"), [(5, TENANT, "k0"), (5, TENANT, "x")]
        )
        bulk.delete(connection, ATTEMPT, ("tenant_id", "key"), [(TENANT, "k1")])
        bulk.insert(connection, ATTEMPT, COLUMNS, [])

    run_write(world.engine, write)
    assert {row.key: row.failures for row in world.rows(AttemptCount)} == {"k0": 5, "k2": 7, "k3": 6}


def test_integrity_error_of_pipelined_statements_is_refused_and_rolled_back(world: World) -> None:
    def clash(session: Session) -> None:
        connection = session.connection()
        with pipelined(connection):
            for _ in range(2):
                bulk.insert(connection, ATTEMPT, COLUMNS, rows_of(world, 1))

    with pytest.raises(AppError) as refused:
        run_write(world.engine, clash)
    assert isinstance(refused.value.__cause__, IntegrityError)
    assert world.rows(AttemptCount) == []


def test_a_connection_that_ends_on_one_journey_is_replaced(postgres_engine: Engine) -> None:
    left = 1

    def end_once(session: Session) -> object:
        nonlocal left
        connection = session.connection()
        with pipelined(connection):
            if left:
                left -= 1
                connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")
        return session.scalar(text("SELECT 1"))

    assert run_write(postgres_engine, end_once) == 1
    assert not left


@pytest.mark.postgres
def test_an_idle_connection_that_was_lost_is_replaced(
    postgres_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_UNTESTED_S", 0.0)
    backend, end = text("SELECT pg_backend_pid()"), text("SELECT pg_terminate_backend(:backend)")
    with postgres_engine.connect() as connection:
        lost = connection.scalar(backend)
        with postgres_engine.connect() as other:
            assert other.scalar(backend) != lost
    with readonly(postgres_engine).connect() as connection:
        connection.execute(end, {"backend": lost})
    with postgres_engine.connect() as connection, postgres_engine.connect() as other:
        assert lost not in (connection.scalar(backend), other.scalar(backend))


@pytest.mark.postgres
def test_a_connection_in_use_is_not_tested(postgres_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    tests: list[object] = []
    monkeypatch.setattr(postgres_engine.dialect, "do_ping", tests.append)
    for untested_s in (1e9, 0.0):
        monkeypatch.setattr(database, "_UNTESTED_S", untested_s)
        for _ in range(3):
            with postgres_engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        assert len(tests) == (0 if untested_s else 3)


def test_duplicate_key_runs_the_whole_transaction_again(world: World) -> None:
    rows, runs = rows_of(world, 1), []

    def write(session: Any) -> int:
        runs.append(1)
        if len(runs) == 1:
            bulk.insert(session.connection(), ATTEMPT, COLUMNS, [*rows, *rows])
        return len(runs)

    assert run_write(world.engine, write) == 2
    assert world.rows(AttemptCount) == []


def test_repeated_duplicate_key_ends_as_busy(world: World) -> None:
    rows, runs = rows_of(world, 1), []

    def write(session: Any) -> None:
        runs.append(1)
        bulk.insert(session.connection(), ATTEMPT, COLUMNS, [*rows, *rows])

    with pytest.raises(AppError, match="busy"):
        run_write(world.engine, write)
    assert len(runs) == 3


@pytest.mark.parametrize("failures", [-1, None])
def test_a_broken_rule_is_a_bug_and_not_run_again(world: World, failures: Any) -> None:
    runs = []

    def write(session: Any) -> None:
        runs.append(1)
        bulk.insert(session.connection(), ATTEMPT, COLUMNS, rows_of(world, failures))

    with pytest.raises(IntegrityError):
        run_write(world.engine, write)
    assert len(runs) == 1


def test_times_are_stored_in_microseconds_of_utc(world: World) -> None:
    instant = datetime(2026, 11, 24, 15, 0, 0, 123456, tzinfo=timezone(timedelta(hours=7)))
    world.change_rows(Officer, disabled_at=instant)
    (officer,) = world.rows(Officer)
    assert officer.disabled_at == instant
    assert officer.disabled_at.tzinfo is UTC
    with pytest.raises(StatementError, match="aware"):
        world.change_rows(Officer, disabled_at=datetime(2026, 11, 24))  # noqa: DTZ001


def test_list_holds_texts_and_members_of_an_enum(world: World) -> None:
    kind = database.among(Record.type, bindparam("kinds"))
    query = select(Record.record_id).where(Record.tenant_id == TENANT, kind)
    establishment_id = world.tablet().created()
    with snapshot(world.engine) as session:
        kinds = database.stored_list(session.connection(), [RecordType.ESTABLISHMENT, "team"])
        assert session.scalars(query, {"kinds": kinds}).all() == [establishment_id]
