"""Bulk writes: a statement per operation, with rows passed directly to the driver.

The parameter sets that SQLAlchemy builds by column would cost as much as the database itself.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

from sqlalchemy import Connection, Table
from sqlalchemy.engine import Dialect

from field178_server.database.fast import driver

Row = tuple[object, ...]


def insert(connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Insert rows in one statement; an existing key raises IntegrityError."""
    _execute(connection, _insert_sql(connection.dialect, table, tuple(columns), (), ()), rows)


def upsert(
    connection: Connection,
    table: Table,
    columns: Sequence[str],
    rows: Iterable[Row],
    keep: Sequence[str] = (),
) -> None:
    """Insert rows, or update existing rows (by primary key) except the columns in `keep`."""
    key = tuple(column.name for column in table.primary_key)
    updated = tuple(name for name in columns if name not in key and name not in keep)
    _execute(connection, _insert_sql(connection.dialect, table, tuple(columns), key, updated), rows)


def add(connection: Connection, table: Table, counter: str, rows: Iterable[Row]) -> None:
    """Insert rows of a counter or add to it; each row is the primary key, then the number to add."""
    key = tuple(column.name for column in table.primary_key)
    insert = _insert_sql(connection.dialect, table, (*key, counter), (), ())
    sum_ = f'{counter} = "{table.name}".{counter} + excluded.{counter}'
    _execute(connection, f"{insert} ON CONFLICT ({', '.join(key)}) DO UPDATE SET {sum_}", rows)


def update(
    connection: Connection, table: Table, columns: Sequence[str], key: Sequence[str], rows: Iterable[Row]
) -> None:
    """Update rows by key in one statement; each row is the columns' values, then the key."""
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    settings = ", ".join(f"{name} = {mark}" for name in columns)
    where = " AND ".join(f"{name} = {mark}" for name in key)
    # Names come from the models, values are bound.
    _execute(connection, f'UPDATE "{table.name}" SET {settings} WHERE {where}', rows)  # noqa: S608


def delete(connection: Connection, table: Table, key: Sequence[str], rows: Iterable[Row]) -> None:
    """Delete rows by key in one statement."""
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    where = " AND ".join(f"{name} = {mark}" for name in key)
    _execute(connection, f'DELETE FROM "{table.name}" WHERE {where}', rows)  # noqa: S608


def stored_instant(connection: Connection, instant: datetime) -> object:
    """Return an aware instant in the stored form of the connection's engine."""
    return _stored_instant(connection.dialect.name, instant)


def stored_date(connection: Connection, day: date | None) -> object:
    """Return a date in the stored form of the connection's engine."""
    return day.isoformat() if day is not None and connection.dialect.name == "sqlite" else day


def _execute(connection: Connection, statement: str, rows: Iterable[Row]) -> None:
    listed = list(rows)
    if listed:
        driver.write(connection, statement, listed)


@functools.lru_cache(maxsize=64)  # a transaction writes the same instant hundreds of times
def _stored_instant(dialect_name: str, instant: datetime) -> object:
    utc = instant.astimezone(UTC)
    return utc.isoformat(timespec="microseconds") if dialect_name == "sqlite" else utc


@functools.lru_cache(maxsize=256)
def _insert_sql(
    dialect: Dialect, table: Table, columns: tuple[str, ...], key: tuple[str, ...], updated: tuple[str, ...]
) -> str:
    mark = "?" if dialect.name == "sqlite" else "%s"
    names, marks = ", ".join(columns), ", ".join([mark] * len(columns))
    statement = f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})'  # noqa: S608
    if not key:
        return statement
    settings = ", ".join(f"{name} = excluded.{name}" for name in updated)
    action = f"DO UPDATE SET {settings}" if updated else "DO NOTHING"
    return f"{statement} ON CONFLICT ({', '.join(key)}) {action}"
