"""Hints for SQLite, which has no statistics: the index and the join order of a query."""

from __future__ import annotations

from typing import TypeVarTuple

from sqlalchemy import Connection, Select

from field178_server.database.models import VISITS_INDEX, FiledRecord

Columns = TypeVarTuple("Columns")


def by_visits_index(query: Select[*Columns]) -> Select[*Columns]:
    """Return a query of filed records with a hint for SQLite to use the index of establishments' visits."""
    return query.with_hint(FiledRecord, f"INDEXED BY {VISITS_INDEX}", "sqlite")


def list_source(connection: Connection, name: str) -> str:
    """Return the FROM expression of a bound list, with a column `value`, as first table of a CROSS JOIN.

    SQLite keeps the order of a `CROSS JOIN`; with IN it might scan the whole tenant instead.
    """
    if connection.dialect.name == "sqlite":
        return f"json_each(:{name})"
    return f'(SELECT unnest(CAST(:{name} AS text[])) COLLATE "C" AS value)'
