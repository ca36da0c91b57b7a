"""Register columns of visits: type and commune of their establishment, written with either of the two.

On PostgreSQL the register lock makes writers of visits and of establishments wait for each other: an
uncommitted visit of another transaction would keep the former type of its establishment.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, bindparam, text, update

from field178_server.database import engine as database
from field178_server.database.declarative_base import table_of
from field178_server.database.fast import bulk
from field178_server.database.fast.hints import list_source
from field178_server.database.models import FiledRecord
from field178_server.records.projections.register_lock import lock_register
from field178_server.records.projections.source import ProjectedRecord

_FILED = table_of(FiledRecord)
_REGISTER = (
    "SELECT entry.record_id, entry.establishment_type_id, entry.unit_id FROM {ids} AS wanted "
    "CROSS JOIN establishment_row AS entry "
    "WHERE entry.tenant_id = :tenant_id AND entry.record_id = wanted.value"
)
_LEFT = (
    update(_FILED)
    .where(
        _FILED.c.tenant_id == bindparam("tenant"), database.among(_FILED.c.establishment_id, bindparam("ids"))
    )
    .values(register_type_id=None, register_unit_id=_FILED.c.unit_id)
)


def register_of(
    connection: Connection, tenant_id: str, establishment_ids: Collection[str]
) -> dict[str, tuple[str, str]]:
    """Return type and commune of establishments by id, for the rows of their visits; locks the register."""
    if not establishment_ids:
        return {}
    lock_register(connection, tenant_id, is_shared=True)
    ids = database.stored_list(connection, sorted(establishment_ids))
    query = text(_REGISTER.format(ids=list_source(connection, "ids")))
    rows = connection.execute(query, {"tenant_id": tenant_id, "ids": ids})
    return {record_id: (type_id, unit_id) for record_id, type_id, unit_id in rows}


def write(connection: Connection, tenant_id: str, changed: Sequence[ProjectedRecord]) -> None:
    """Update type and commune in the visits of changed establishments.

    A visit may be stored before its establishment.
    """
    differing = [
        projected
        for projected in changed
        # A new establishment always updates its visits.
        if projected.before is None or _columns_of(projected) != _columns_of(projected.before)
    ]
    if not differing:
        return
    lock_register(connection, tenant_id)
    rows = [
        (*entry, tenant_id, projected.record.record_id)
        for projected in differing
        if (entry := _columns_of(projected)) is not None
    ]
    columns, key = ("register_type_id", "register_unit_id"), ("tenant_id", "establishment_id")
    bulk.update(connection, _FILED, columns, key, rows)
    if left := sorted(projected.record.record_id for projected in differing if projected.is_gone):
        ids = database.stored_list(connection, left)
        connection.execute(_LEFT, {"tenant": tenant_id, "ids": ids})


def _columns_of(projected: ProjectedRecord | None) -> tuple[str, str] | None:
    """Return type and commune of an establishment; None if it is not in the register."""
    if projected is None or projected.is_gone:
        return None
    place = projected.record.value
    return place.establishment_type_id or "", place.unit_id or ""
