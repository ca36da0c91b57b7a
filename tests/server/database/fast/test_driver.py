"""Statements that go to SQLite's driver directly are those of the open transaction."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError
from tests.engine_events import listen
from tests.world import TENANT, World

from field178_server.database.fast import driver
from field178_server.database.unit_of_work import unit_of_work

COUNT = "SELECT count(*) FROM attempt"
INSERT = "INSERT INTO attempt (tenant_id, key, failures, since) VALUES (?, ?, 1, '2026-12-02')"
ROWS = [(TENANT, "a"), (TENANT, "b")]


@pytest.fixture
def world(sqlite_engine: Engine) -> World:
    return World(sqlite_engine)


def test_statements_of_a_transaction_pass_sqlalchemy_by(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with unit_of_work(world.engine) as session:
        connection = session.connection()
        with monkeypatch.context() as patched:
            patched.delattr(Connection, "exec_driver_sql")
            driver.write(connection, INSERT, ROWS)
            driver.write(connection, INSERT, [(TENANT, "c")])
            assert driver.read(connection, COUNT, ()) == [(3,)]


def test_a_listener_is_called_for_each_statement(world: World) -> None:
    statements: list[str] = []
    listen(world.engine, "before_cursor_execute", lambda _, __, statement, *___: statements.append(statement))
    with unit_of_work(world.engine) as session:
        driver.write(session.connection(), INSERT, ROWS)
        driver.read(session.connection(), COUNT, ())
    assert statements == ["BEGIN IMMEDIATE", INSERT, COUNT]


def test_error_of_the_driver_is_one_of_sqlalchemy_and_ends_the_transaction(world: World) -> None:
    with pytest.raises(IntegrityError), unit_of_work(world.engine) as session:
        driver.write(session.connection(), INSERT, [*ROWS, ROWS[0]])
    with world.engine.connect() as connection:
        assert driver.read(connection, COUNT, ()) == [(0,)]
        assert connection.in_transaction()
