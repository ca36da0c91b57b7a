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
from field178_shared.records.reading import entries_of, text_of

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
    data = record.data
    entries = entries_of(data, "entries")
    newest = max(entries, default="")
    return (
        record.record_id,
        text_of(data, "record"),
        text_of(data, "record_type"),
        record.scope,
        text_of(data, "path"),
        text_of(data, "device"),
        "resolved" if record.deleted else text_of(data, "state"),
        len(entries),
        text_of(entries[newest], "reason") if newest else "",
    )
