"""Scratch databases of PostgreSQL: copies in clear beside the store, dropped when their process has ended.

The session of the process that uses one has its name; the server ends the session of a process that died.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

_PREFIX = "field178_scratch_"
# An account sees the names of its own sessions, and owns the databases that it created.
_OWN = f"starts_with(datname, '{_PREFIX}') AND pg_get_userbyid(datdba) = current_user"
_USED = "EXISTS (SELECT 1 FROM pg_stat_activity WHERE application_name = pg_database.datname)"


@contextmanager
def scratch_database(engine: Engine) -> Iterator[str]:
    """Yield the name of a new scratch database; it is dropped at the end, abandoned ones first."""
    drop_abandoned(engine)
    name = f"{_PREFIX}{secrets.token_hex(6)}"
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as session:
        # Before the database is there: at no moment it looks abandoned.
        session.exec_driver_sql(f"SET application_name = '{name}'")
        session.exec_driver_sql(f'CREATE DATABASE "{name}" TEMPLATE template0')
        try:
            yield name
        finally:
            _drop(engine, name)


def drop_abandoned(engine: Engine) -> bool:
    """Drop the scratch databases of ended processes; return whether none is left. SQLite has none."""
    for name in abandoned(engine):
        _drop(engine, name)
    return not _names(engine, _OWN)


def abandoned(engine: Engine) -> list[str]:
    """Return the names of the scratch databases that ended processes left."""
    return _names(engine, f"{_OWN} AND NOT {_USED}")


def _names(engine: Engine, condition: str) -> list[str]:
    if engine.dialect.name != "postgresql":
        return []
    with engine.connect() as connection:
        query = f"SELECT datname FROM pg_database WHERE {condition} ORDER BY datname"  # noqa: S608  # constants
        return list(connection.exec_driver_sql(query).scalars())


def _drop(engine: Engine, name: str) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
