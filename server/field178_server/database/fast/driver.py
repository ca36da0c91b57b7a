"""Driver calls in an open transaction, without SQLAlchemy's cost for each statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from field178_server.database.engine import as_sqlalchemy_error

Row = tuple[object, ...]


def read(connection: Connection, text: str, values: Row | dict[str, object]) -> Sequence[Row]:
    """Return the rows of a query; its columns have the types of the driver."""
    if not is_direct(connection):
        return connection.exec_driver_sql(text, values).all()
    try:
        return cursor(connection).execute(text, values).fetchall()  # type: ignore[no-any-return]
    except connection.dialect.loaded_dbapi.Error as error:
        raise as_sqlalchemy_error(connection, error, text) from error


def write(connection: Connection, text: str, rows: Sequence[Row]) -> None:
    """Run a statement for each row; the statement MUST NOT return rows."""
    if not is_direct(connection):
        connection.exec_driver_sql(text, list(rows))
        return
    try:
        if len(rows) == 1:
            cursor(connection).execute(text, rows[0])
        else:
            cursor(connection).executemany(text, rows)
    except connection.dialect.loaded_dbapi.Error as error:
        raise as_sqlalchemy_error(connection, error, text) from error


def is_direct(connection: Connection) -> bool:
    """Return whether nothing needs SQLAlchemy: no transaction to begin, no listener of statements."""
    events = connection.dispatch
    has_listeners = events.before_cursor_execute or events.after_cursor_execute
    return connection.in_transaction() and not has_listeners


def cursor(connection: Connection) -> Any:
    """Return a cursor of the driver, or SQLite's connection, which makes one for each call."""
    raw: Any = connection.connection.driver_connection
    return raw if connection.dialect.name == "sqlite" else connection.dialect.loaded_dbapi.Cursor(raw)
