"""Several statements on one journey to a server of PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection

from field178_server.database.engine import as_sqlalchemy_error

Row = tuple[object, ...]


@contextmanager
def pipelined(connection: Connection) -> Iterator[None]:
    """Let the statements of a block follow each other unanswered, where the engine is a journey away.

    They return no rows: SQLAlchemy would look for the columns of an answer that is still under way.
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
    """Run queries of which none waits for the rows of another, and return the rows of each."""
    if connection.dialect.name == "sqlite" or len(statements) == 1:
        return [connection.exec_driver_sql(text, values).all() for text, values in statements]
    with pipelined(connection):
        cursors = [connection.connection.cursor() for _ in statements]
        for cursor, (text, values) in zip(cursors, statements, strict=True):
            cursor.execute(text, values)
        return [cursor.fetchall() for cursor in cursors]
