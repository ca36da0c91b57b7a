"""Queries of visits by the establishments that they were made to."""

from __future__ import annotations

from typing import TypeVarTuple

from sqlalchemy import Select

from field178_server.database.fast.hints import by_visits_index

Columns = TypeVarTuple("Columns")


def by_establishment(query: Select[*Columns]) -> Select[*Columns]:
    """Return a query of filed records, of chosen establishments, that reads the visits of these alone.

    By itself SQLite, which has no statistics, reads the whole index of lists.
    """
    return by_visits_index(query)
