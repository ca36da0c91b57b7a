"""Comparison of the store's schema with the models."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Engine

from field178_server.database.engine import readonly
from field178_server.database.models import Base

# Search indexes of a single engine (migrations 0029 and 0039); no model can declare them.
INDEXES_OF_ONE_ENGINE = frozenset(
    {
        "ix_establishment_row_search",
        "ix_establishment_row_trigrams",
        "ix_filed_record_search",
        "ix_filed_record_trigrams",
    }
)
# Additional tables and indexes of an operator are allowed.
_HARMLESS = frozenset({"remove_table", "remove_index"})


def faults_of_schema(engine: Engine) -> list[str]:
    """Return the differences between the schema and the models, a line each."""
    # Imported here, because Alembic needs 10 MB: only commands and the process of the daily check load it.
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with readonly(engine).connect() as connection:
        options = {"compare_type": True, "include_name": _is_compared}
        context = MigrationContext.configure(connection, opts=options)
        return [f"schema: {text}" for text in _texts(compare_metadata(context, Base.metadata))]


def _is_compared(name: str | None, _kind: str, _parents: object) -> bool:
    return name not in INDEXES_OF_ONE_ENGINE


def _texts(differences: Sequence[Any]) -> Iterator[str]:
    for difference in differences:
        # Alembic groups the changes of a column in a list.
        if isinstance(difference, list):
            yield from _texts(difference)
        elif difference[0] not in _HARMLESS:
            yield _text(*difference)


def _text(operation: str, *parts: Any) -> str:
    verb, _, kind = operation.partition("_")
    if verb == "modify":
        _schema, table, column, *_values = parts
        return f"column {table}.{column} has another {kind}"
    item = parts[-1]
    table = getattr(item, "table", None)
    name = item.name if table is None else f"{table.name}.{item.name}"
    return f"{kind} {name} {'is missing' if verb == 'add' else 'is unknown'}"
