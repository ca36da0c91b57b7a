"""Projection of the counts of filed records by scope, type and drawer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import Connection, func, select

from field178_server.database.declarative_base import table_of
from field178_server.database.fast import bulk
from field178_server.database.models import FiledCount, FiledRecord, Scope
from field178_server.records.projections.filed import TYPES, drawer_of
from field178_server.records.projections.source import ProjectedRecord

_COUNTS = table_of(FiledCount)
_DRAWER = ("tenant_id", "scope", "type", "drawer")

Drawer = tuple[str, str, str]


def write(connection: Connection, tenant_id: str, changed: Sequence[ProjectedRecord]) -> None:
    """Update the counts by the changed records; records and scopes MUST be locked."""
    moved = Counter(_drawers(changed))
    moved.subtract(_drawers(projected.before for projected in changed if projected.before is not None))
    rows = [(tenant_id, *drawer, count) for drawer, count in sorted(moved.items()) if count]
    bulk.add(connection, _COUNTS, "record_count", rows)


def recount(connection: Connection, tenant_id: str) -> list[Drawer]:
    """Count the filed records again, correct the counts and return the drawers whose counts were wrong.

    Locks all scopes: writers of filed records wait until the transaction ends.
    """
    scopes = select(Scope.scope).where(Scope.tenant_id == tenant_id).order_by(Scope.scope)
    connection.execute(scopes.with_for_update())
    wrong = wrong_counts(connection, tenant_id)
    rows = [(tenant_id, *drawer, count) for drawer, count in wrong.items()]
    bulk.upsert(connection, _COUNTS, (*_DRAWER, "record_count"), rows)
    return list(wrong)


def wrong_counts(connection: Connection, tenant_id: str) -> dict[Drawer, int]:
    """Return {drawer: right count} of the drawers whose stored count is wrong, sorted."""
    drawer = (FiledRecord.scope, FiledRecord.type, FiledRecord.drawer)
    filed = select(*drawer, func.count()).where(FiledRecord.tenant_id == tenant_id).group_by(*drawer)
    right = {(scope, type_, name): count for scope, type_, name, count in connection.execute(filed)}
    counts = select(FiledCount.scope, FiledCount.type, FiledCount.drawer, FiledCount.record_count)
    rows = connection.execute(counts.where(FiledCount.tenant_id == tenant_id))
    stored = {(scope, type_, name): count for scope, type_, name, count in rows}
    return {
        key: right.get(key, 0)
        for key in sorted(right.keys() | stored.keys())
        if right.get(key, 0) != stored.get(key, 0)
    }


def _drawers(records: Iterable[ProjectedRecord]) -> Iterator[Drawer]:
    """Yield scope, type and drawer of each filed record that has a row."""
    for projected in records:
        if projected.record.type in TYPES and not projected.is_gone:
            yield projected.record.scope, projected.record.type, drawer_of(projected)
