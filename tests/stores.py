"""Fixtures: an empty store at the newest migration, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine
from tests import postgres
from tests.engine_events import listen, stop_listening
from tests.world import World

from field178_server.database import migrations
from field178_server.database.engine import create_engine_for
from field178_server.database.models import Base
from field178_server.records import lists_in_force

SQLITE = pytest.param("sqlite", id="sqlite")
POSTGRES = pytest.param("postgres", id="postgres", marks=(pytest.mark.postgres, pytest.mark.twin))
Statements = Callable[[Engine], AbstractContextManager[list[str]]]


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[postgres.Cluster]:
    if (reason := postgres.why_not()) is not None:
        pytest.skip(reason)
    with postgres.running_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "store.sqlite"
    engine = create_engine_for(f"sqlite:///{path}")
    migrations.upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture
def sqlite_engine(sqlite_template: Path, tmp_path: Path) -> Iterator[Engine]:
    path = tmp_path / "store.sqlite"
    shutil.copy(sqlite_template, path)
    engine = create_engine_for(f"sqlite:///{path}")
    yield engine
    engine.dispose()


@pytest.fixture
def postgres_engine(postgres_cluster: postgres.Cluster) -> Iterator[Engine]:
    engine = create_engine_for(postgres_cluster.url(postgres.OWNER))
    _empty(engine)
    yield engine
    engine.dispose()


def _empty(engine: Engine) -> None:
    """Make the store of the test before as good as new: quicker than a database for each test."""
    if migrations.current(engine) != migrations.head():
        # A test of migrations may leave any schema, even one without a next migration.
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        migrations.upgrade(engine)
    tables = [table.name for table in reversed(Base.metadata.sorted_tables)]
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        connection.exec_driver_sql(";".join(f"DELETE FROM {table}" for table in tables))
    # Its pools may have connections that were just ended, and that are too young to be tested.
    engine.dispose()


@pytest.fixture(params=[SQLITE, POSTGRES])
def engine(request: pytest.FixtureRequest) -> Engine:
    """An empty store, once on each engine."""
    engine = request.getfixturevalue(f"{request.param}_engine")
    assert isinstance(engine, Engine)
    return engine


@pytest.fixture
def world(engine: Engine) -> World:
    """A tenant with two communes, one team and no tablets yet, once on each engine."""
    return World(engine)


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> Statements:
    """Collects the statements that an engine is given, without the look at the lists every few seconds."""
    monkeypatch.setattr(lists_in_force, "duration_clock", lambda: 0.0)
    return _statements


@contextmanager
def _statements(engine: Engine) -> Iterator[list[str]]:
    executed: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        executed.append(statement)

    listen(engine, "before_cursor_execute", note)
    yield executed
    stop_listening(engine, "before_cursor_execute", note)
