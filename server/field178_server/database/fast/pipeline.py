"""Pipelines: several statements in one round trip to a PostgreSQL server."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection

from field178_server.database.engine import as_sqlalchemy_error
from field178_server.database.fast import driver

Row = tuple[object, ...]


@contextmanager
def pipelined(connection: Connection) -> Iterator[None]:
    """Send the bulk writes of a block without waiting for their results; no effect on SQLite.

    A query, and any statement of SQLAlchemy, waits for its result and for the writes before it. An error of
    a write is raised by the next statement that waits, or at the end of the block.
    """
    if connection.dialect.name == "sqlite" or not driver.is_direct(connection):
        yield
        return
    raw: Any = connection.connection.driver_connection
    cursor_class = raw.cursor_factory
    raw.cursor_factory = _waiting(cursor_class)
    try:
        with raw.pipeline():
            yield
    except connection.dialect.loaded_dbapi.Error as error:
        raise as_sqlalchemy_error(connection, error) from error
    finally:
        raw.cursor_factory = cursor_class


def fetch_together(
    connection: Connection, statements: Sequence[tuple[str, Row | dict[str, object]]]
) -> list[Sequence[Row]]:
    """Return the rows of independent queries, run in one round trip on PostgreSQL."""
    if connection.dialect.name == "sqlite" or len(statements) == 1 or not driver.is_direct(connection):
        return [driver.read(connection, text, values) for text, values in statements]
    raw: Any = connection.connection.driver_connection
    try:
        with raw.pipeline():
            cursors = [driver.cursor(connection).execute(text, values) for text, values in statements]
            return [cursor.fetchall() for cursor in cursors]
    except connection.dialect.loaded_dbapi.Error as error:
        raise as_sqlalchemy_error(connection, error) from error


@functools.cache
def _waiting(base: Any) -> Any:
    """Return a class of cursors that wait for the result of each statement: SQLAlchemy reads it at once."""

    class WaitingCursor(base):  # type: ignore[misc]  # psycopg is optional
        def execute(self, *args: object, **options: object) -> object:
            super().execute(*args, **options)
            self._wait()
            return self

        def executemany(self, *args: object, **options: object) -> None:
            super().executemany(*args, **options)
            self._wait()

        def _wait(self) -> None:
            # psycopg waits for the results of the outer block before it begins an inner one.
            with self.connection.pipeline():
                pass

    return WaitingCursor
