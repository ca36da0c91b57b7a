"""Pipelines: several statements in one round trip to a PostgreSQL server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection

from field178_server.database.engine import as_sqlalchemy_error
from field178_server.database.fast import driver

Row = tuple[object, ...]


@contextmanager
def pipelined(connection: Connection) -> Iterator[None]:
    """Send the statements of a block without waiting for their results; no effect on SQLite.

    The statements MUST NOT return rows: SQLAlchemy would read the columns of a pending result.
    """
    if connection.dialect.name == "sqlite":
        yield
        return
    try:
        with connection.connection.driver_connection.pipeline():  # type: ignore[union-attr]  # psycopg's
            yield
    except connection.dialect.loaded_dbapi.Error as error:
        raise as_sqlalchemy_error(connection, error) from error


def fetch_together(
    connection: Connection, statements: Sequence[tuple[str, Row | dict[str, object]]]
) -> list[Sequence[Row]]:
    """Return the rows of independent queries, run in one round trip on PostgreSQL."""
    if connection.dialect.name == "sqlite" or len(statements) == 1:
        return [driver.read(connection, text, values) for text, values in statements]
    with pipelined(connection):
        cursors = [connection.connection.cursor() for _ in statements]
        for cursor, (text, values) in zip(cursors, statements, strict=True):
            cursor.execute(text, values)
        return [cursor.fetchall() for cursor in cursors]
