"""Bulk writes: a statement per operation, with rows passed directly to the driver.

The parameter sets that SQLAlchemy builds by column would cost as much as the database itself. PostgreSQL gets
many rows as an array for each column: a message for each row would cost three times the CPU here.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime

from sqlalchemy import Connection, Table
from sqlalchemy.engine import Dialect

from field178_server.database.fast import driver
from field178_server.database.packed_text import pack

Row = tuple[object, ...]
# With fewer rows the arrays cost more than they save.
_FEWEST_IN_ARRAYS = 8


def insert(connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Insert rows in one statement; an existing key raises IntegrityError."""
    _insert(connection, table, tuple(columns), "", rows)


def upsert(
    connection: Connection,
    table: Table,
    columns: Sequence[str],
    rows: Iterable[Row],
    keep: Sequence[str] = (),
) -> None:
    """Insert rows, or update existing rows (by primary key) except the columns in `keep`."""
    key = _key(table)
    updated = [name for name in columns if name not in key and name not in keep]
    settings = ", ".join(f"{name} = excluded.{name}" for name in updated)
    action = f"DO UPDATE SET {settings}" if updated else "DO NOTHING"
    _insert(connection, table, tuple(columns), f" ON CONFLICT ({', '.join(key)}) {action}", rows)


def add(connection: Connection, table: Table, counter: str, rows: Iterable[Row]) -> None:
    """Insert rows of a counter or add to it; each row is the primary key, then the number to add."""
    key = _key(table)
    sum_ = f'{counter} = "{table.name}".{counter} + excluded.{counter}'
    action = f" ON CONFLICT ({', '.join(key)}) DO UPDATE SET {sum_}"
    _insert(connection, table, (*key, counter), action, rows)


def update(
    connection: Connection, table: Table, columns: Sequence[str], key: Sequence[str], rows: Iterable[Row]
) -> None:
    """Update rows by key in one statement; each row is the columns' values, then the key."""
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    settings = ", ".join(f"{name} = {mark}" for name in columns)
    where = " AND ".join(f"{name} = {mark}" for name in key)
    # Names come from the models, values are bound.
    _execute(connection, f'UPDATE "{table.name}" SET {settings} WHERE {where}', list(rows))  # noqa: S608


def delete(connection: Connection, table: Table, key: Sequence[str], rows: Iterable[Row]) -> None:
    """Delete rows by key in one statement."""
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    where = " AND ".join(f"{name} = {mark}" for name in key)
    _execute(connection, f'DELETE FROM "{table.name}" WHERE {where}', list(rows))  # noqa: S608


def stored_instant(connection: Connection, instant: datetime) -> object:
    """Return an aware instant in the stored form of the connection's engine."""
    return _stored_instant(connection.dialect.name, instant)


def stored_date(connection: Connection, day: date | None) -> object:
    """Return a date in the stored form of the connection's engine."""
    return day.isoformat() if day is not None and connection.dialect.name == "sqlite" else day


def stored_dates(connection: Connection, rows: Sequence[Row]) -> Sequence[Row]:
    """Return rows with their dates in the stored form of the connection's engine."""
    if connection.dialect.name != "sqlite":
        return rows
    return [tuple([value.isoformat() if type(value) is date else value for value in row]) for row in rows]


def stored_packed(connection: Connection, text: str) -> object:
    """Return a text in the stored form of a packed column on the connection's engine."""
    return pack(text) if connection.dialect.name == "sqlite" else text


def _insert(
    connection: Connection, table: Table, columns: tuple[str, ...], action: str, rows: Iterable[Row]
) -> None:
    """Insert rows; `action`: the ON CONFLICT clause."""
    listed = list(rows)
    if connection.dialect.name == "sqlite" or not _fit_arrays(table, columns, listed):
        marks = ", ".join(["?" if connection.dialect.name == "sqlite" else "%s"] * len(columns))
        _execute(connection, f"{_into(table, columns)} VALUES ({marks}){action}", listed)
        return
    text, convert = _of_arrays(connection.dialect, table, columns)
    arrays = tuple(
        to_array(column) for to_array, column in zip(convert, zip(*listed, strict=True), strict=True)
    )
    _execute(connection, f"{text}{action}", [arrays])


def _fit_arrays(table: Table, columns: Sequence[str], rows: Sequence[Row]) -> bool:
    """Return whether rows are enough for arrays and have distinct keys: a statement updates a row once."""
    if len(rows) < _FEWEST_IN_ARRAYS:
        return False
    places = [columns.index(name) for name in _key(table)]
    return len({tuple([row[place] for place in places]) for row in rows}) == len(rows)


def _execute(connection: Connection, statement: str, listed: Sequence[Row]) -> None:
    if listed:
        driver.write(connection, statement, listed)


@functools.lru_cache(maxsize=64)  # a transaction writes the same instant hundreds of times
def _stored_instant(dialect_name: str, instant: datetime) -> object:
    utc = instant.astimezone(UTC)
    return utc.isoformat(timespec="microseconds") if dialect_name == "sqlite" else utc


def _key(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.primary_key)


def _into(table: Table, columns: Sequence[str]) -> str:
    # Names come from the models, values are bound.
    return f'INSERT INTO "{table.name}" ({", ".join(columns)})'


@functools.lru_cache(maxsize=256)
def _of_arrays(
    dialect: Dialect, table: Table, columns: tuple[str, ...]
) -> tuple[str, tuple[Callable[[Row], list[object]], ...]]:
    """Return the statement that inserts arrays, and the functions that make them of columns."""
    types = [table.columns[name].type.compile(dialect).partition(" COLLATE")[0] for name in columns]
    arrays = ", ".join(f"%b::{type_}[]" for type_ in types)
    return f"{_into(table, columns)} SELECT * FROM unnest({arrays})", tuple(map(_array_of, types))  # noqa: S608


def _array_of(type_: str) -> Callable[[Row], list[object]]:
    return _texts if type_ in ("TEXT", "VARCHAR") else _floats if type_ == "FLOAT" else list


def _texts(column: Row) -> list[object]:
    # psycopg refuses a list of texts and members of a StrEnum.
    return [value if value is None or type(value) is str else str(value) for value in column]


def _floats(column: Row) -> list[object]:
    return [None if value is None else float(value) for value in column]  # type: ignore[arg-type]
