"""Query of types and communes of establishments by id."""

from __future__ import annotations

import functools
from collections.abc import Collection

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from field178_server.database.engine import bound_values
from field178_server.database.fast.hints import list_source

# Starts from the list of ids: with IN, SQLite would scan the register of the tenant.
_REGISTER = (
    "SELECT entry.record_id, entry.establishment_type_id, entry.unit_id FROM {ids} AS wanted "
    "CROSS JOIN establishment_row AS entry "
    "WHERE entry.tenant_id = :tenant_id AND entry.record_id = wanted.value"
)


def kinds_and_communes(session: Session, tenant_id: str, ids: Collection[str]) -> dict[str, tuple[str, str]]:
    """Return {id: (type, unit)} of the establishments that are in the register."""
    query = _query(list_source(session.connection(), "ids"))
    rows = session.execute(query, bound_values(session, tenant_id=tenant_id, ids=sorted(ids)))
    return {record_id: (type_id, unit_id) for record_id, type_id, unit_id in rows}


@functools.cache
def _query(ids: str) -> TextClause:
    return text(_REGISTER.format(ids=ids))
