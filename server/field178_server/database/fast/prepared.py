"""Prepared queries of the hot path: compiled once per engine, executed directly by its driver.

The ORM's overhead is three times the cost of a statement; an exchange runs about twenty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVarTuple

from sqlalchemy import CompoundSelect, Connection, Select
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session

from field178_server.database.engine import stored_list
from field178_server.database.fast import driver
from field178_server.database.fast.pipeline import fetch_together

Columns = TypeVarTuple("Columns")
_Reader = Callable[[object], object]


@dataclass(frozen=True, slots=True)
class _Form:
    """Form of a query compiled for one driver; `readers` convert columns to the types of the model."""

    text: str
    order: tuple[str, ...] | None
    fixed: Mapping[str, object]
    readers: tuple[tuple[int, _Reader], ...]

    def bound(self, values: Mapping[str, object]) -> tuple[object, ...] | dict[str, object]:
        named = {**self.fixed, **values}
        return named if self.order is None else tuple(named[name] for name in self.order)

    def rows(self, stored_rows: Iterable[tuple[object, ...]]) -> list[tuple[Any, ...]]:
        read = self._read if self.readers else tuple
        return [read(row) for row in stored_rows]

    def _read(self, row: tuple[object, ...]) -> tuple[object, ...]:
        members = list(row)
        for index, reader in self.readers:
            members[index] = reader(members[index])
        return tuple(members)


class Prepared(Generic[*Columns]):
    """A query with values bound by name; lists are bound with `engine.among`."""

    def __init__(self, query: Select[*Columns] | CompoundSelect[*Columns]) -> None:
        self._query = query
        self._forms: dict[str, _Form] = {}

    def rows(self, session: Session, values: Mapping[str, object]) -> list[tuple[*Columns]]:
        """Run the query in the session's transaction and return all rows."""
        session.flush()
        return self.rows_by(session.connection(), values)

    def rows_by(self, connection: Connection, values: Mapping[str, object]) -> list[tuple[*Columns]]:
        """Run the query on a connection and return all rows."""
        form = self.form(connection.dialect)
        return form.rows(driver.read(connection, form.text, form.bound(_listed(connection, values))))

    def form(self, dialect: Dialect) -> _Form:
        """Return the compiled form of the query for a dialect."""
        if dialect.name not in self._forms:
            self._forms[dialect.name] = _compiled(self._query, dialect)
        return self._forms[dialect.name]


def rows_together(
    session: Session, *queries: tuple[Prepared[*tuple[Any, ...]], Mapping[str, object]]
) -> list[list[tuple[Any, ...]]]:
    """Return the rows of several queries, run in one round trip on PostgreSQL."""
    session.flush()
    connection = session.connection()
    forms = [query.form(connection.dialect) for query, _ in queries]
    bound = [
        (form.text, form.bound(_listed(connection, values)))
        for form, (_, values) in zip(forms, queries, strict=True)
    ]
    results = fetch_together(connection, bound)
    return [form.rows(rows) for form, rows in zip(forms, results, strict=True)]


def _listed(connection: Connection, values: Mapping[str, object]) -> dict[str, object]:
    return {
        name: stored_list(connection, value) if isinstance(value, list) else value
        for name, value in values.items()
    }


def _compiled(query: Select[*Columns] | CompoundSelect[*Columns], dialect: Dialect) -> _Form:
    compiled = query.compile(dialect=dialect)
    readers = []
    for index, column in enumerate(query.selected_columns):
        reader = column.type.dialect_impl(dialect).result_processor(dialect, None)
        if reader is not None:
            readers.append((index, reader))
    order = None if compiled.positiontup is None else tuple(compiled.positiontup)
    return _Form(compiled.string, order, compiled.params, tuple(readers))
