"""Hints for SQLite, which has no statistics: the index and the order that it reads tables by."""

from __future__ import annotations

from typing import TypeVarTuple

from sqlalchemy import Connection, Select

from field178_server.database.models import VISITS_INDEX, FiledRecord

Columns = TypeVarTuple("Columns")


def by_visits_index(query: Select[*Columns]) -> Select[*Columns]:
    """Return a query of filed records that SQLite reads by the index of an establishment's visits."""
    return query.with_hint(FiledRecord, f"INDEXED BY {VISITS_INDEX}", "sqlite")


def list_source(connection: Connection, name: str) -> str:
    """Return the bound list of this name as it stands in `FROM`, a row with `value` for each: to join from.

    SQLite keeps to the order of a `CROSS JOIN`; with "in the list" it may walk all of a tenant instead.
    """
    if connection.dialect.name == "sqlite":
        return f"json_each(:{name})"
    return f'(SELECT unnest(CAST(:{name} AS text[])) COLLATE "C" AS value)'
