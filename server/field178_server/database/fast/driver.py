"""Direct calls of SQLite's driver in an open transaction, without SQLAlchemy's cost for each statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from field178_server.database.engine import as_sqlalchemy_error

Row = tuple[object, ...]


def read(connection: Connection, text: str, values: Row | dict[str, object]) -> Sequence[Row]:
    """Return the rows of a query; its columns have the types of the driver."""
    if not _is_direct(connection):
        return connection.exec_driver_sql(text, values).all()
    try:
        return _driver(connection).execute(text, values).fetchall()  # type: ignore[no-any-return]
    except connection.dialect.loaded_dbapi.Error as error:
        raise as_sqlalchemy_error(connection, error) from error


def write(connection: Connection, text: str, rows: Sequence[Row]) -> None:
    """Run a statement for each row."""
    if not _is_direct(connection):
        connection.exec_driver_sql(text, list(rows))
        return
    try:
        if len(rows) == 1:
            _driver(connection).execute(text, rows[0])
        else:
            _driver(connection).executemany(text, rows)
    except connection.dialect.loaded_dbapi.Error as error:
        raise as_sqlalchemy_error(connection, error) from error


def _is_direct(connection: Connection) -> bool:
    """Return whether nothing needs SQLAlchemy: no transaction to begin, no listener of statements."""
    events = connection.dispatch
    has_listeners = events.before_cursor_execute or events.after_cursor_execute
    return connection.dialect.name == "sqlite" and connection.in_transaction() and not has_listeners


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection
