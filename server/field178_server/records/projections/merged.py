"""Projection of merged establishments: the id of the establishment that each was merged into."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from field178_server.database.declarative_base import table_of
from field178_server.database.fast import bulk
from field178_server.database.models import MergeProjection
from field178_server.records.projections.source import ProjectedRecord, SourceRecord
from field178_shared.record_type import RecordType

TYPES = (RecordType.ESTABLISHMENT,)


def write(connection: Connection, tenant_id: str, changed: Sequence[ProjectedRecord], now: datetime) -> None:
    """Upsert the rows of merged establishments, delete the rows of unmerged ones."""
    table = table_of(MergeProjection)
    merged = {
        establishment.record.record_id: into
        for establishment in changed
        if (into := _target_of(establishment.record))
    }
    parted = [
        (tenant_id, establishment.record.record_id)
        for establishment in changed
        if establishment.before is not None
        and _target_of(establishment.before.record)
        and establishment.record.record_id not in merged
    ]
    rows = [(tenant_id, record_id, into) for record_id, into in sorted(merged.items())]
    bulk.upsert(connection, table, ("tenant_id", "record_id", "into_id"), rows)
    bulk.delete(connection, table, ("tenant_id", "record_id"), parted)


def _target_of(record: SourceRecord) -> str:
    return (record.value.merged_into or "") if record.deleted else ""
