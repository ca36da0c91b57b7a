"""Projection of conflict records, open and resolved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from field178_server.database.declarative_base import table_of
from field178_server.database.fast import bulk
from field178_server.database.models import ConflictRow
from field178_server.records.projections.source import ProjectedRecord, SourceRecord
from field178_shared.record_type import RecordType

TYPES = (RecordType.CONFLICT,)

_COLUMNS = (
    "tenant_id",
    "conflict_id",
    "record_id",
    "record_type",
    "scope",
    "path",
    "device_id",
    "state",
    "entry_count",
    "reason",
    "changed_at",
)


def write(connection: Connection, tenant_id: str, changed: Sequence[ProjectedRecord], now: datetime) -> None:
    """Upsert the rows of open and resolved conflicts, delete the rows of erased ones."""
    at, table = bulk.stored_instant(connection, now), table_of(ConflictRow)
    rows = [
        (tenant_id, *_row(projected.record), at) for projected in changed if not projected.record.is_erased
    ]
    gone = [(tenant_id, projected.record.record_id) for projected in changed if projected.record.is_erased]
    bulk.upsert(connection, table, _COLUMNS, rows)
    bulk.delete(connection, table, ("tenant_id", "conflict_id"), gone)


def _row(record: SourceRecord) -> tuple[object, ...]:
    conflict = record.value
    entries = conflict.entries or {}
    newest = max(entries, default="")
    return (
        record.record_id,
        conflict.record or "",
        conflict.record_type or "",
        record.scope,
        conflict.path or "",
        conflict.device or "",
        "resolved" if record.deleted else conflict.state or "",
        len(entries),
        (entries[newest].reason or "") if newest else "",
    )
