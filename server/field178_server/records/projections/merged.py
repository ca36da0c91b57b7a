"""Rows of merged establishments: whose visits belong to which other one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from field178_server.database.declarative_base import table_of
from field178_server.database.fast import bulk
from field178_server.database.models import MergeProjection
from field178_server.records.projections.source import ProjectedRecord, SourceRecord
from field178_shared.records.reading import text_of
from field178_shared.wire.protocol import MERGED_INTO

TYPES = ("establishment",)


def write(connection: Connection, tenant_id: str, changed: Sequence[ProjectedRecord], now: datetime) -> None:
    """Write the rows of records that are merged, drop those of records that are so no longer."""
    table = table_of(MergeProjection)
    merged = {one.record.record_id: into for one in changed if (into := _target_of(one.record))}
    parted = [
        (tenant_id, one.record.record_id)
        for one in changed
        if one.before is not None and _target_of(one.before.record) and one.record.record_id not in merged
    ]
    rows = [(tenant_id, record_id, into) for record_id, into in sorted(merged.items())]
    bulk.upsert(connection, table, ("tenant_id", "record_id", "into_id"), rows)
    bulk.delete(connection, table, ("tenant_id", "record_id"), parted)


def _target_of(record: SourceRecord) -> str:
    return text_of(record.data, MERGED_INTO) if record.deleted else ""
