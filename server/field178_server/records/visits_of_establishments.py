"""Queries of visits by their establishments."""

from __future__ import annotations

from typing import TypeVarTuple

from sqlalchemy import Select

from field178_server.database.fast.hints import by_visits_index

Columns = TypeVarTuple("Columns")


def by_establishment(query: Select[*Columns]) -> Select[*Columns]:
    """Return a query of filed records with a hint to use the index by establishment.

    Without the hint SQLite, which has no statistics, scans the whole index of lists.
    """
    return by_visits_index(query)
