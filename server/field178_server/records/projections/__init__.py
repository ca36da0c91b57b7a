"""Projections: typed rows of records for lists and reports, written in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from field178_server.records.projections import (
    attachment,
    conflict,
    duplicate,
    establishment,
    facets,
    filed,
    filed_count,
    follow_up,
    merged,
    minutes_number,
    plan_item,
)
from field178_server.records.projections.source import ProjectedRecord

__all__ = ["ProjectedRecord", "write", "write_rows"]


def write(connection: Connection, tenant_id: str, changed: Sequence[ProjectedRecord], now: datetime) -> None:
    """Update the rows of changed records and the counts of filed records; deleted records have no rows."""
    filed_count.write(connection, tenant_id, changed)
    write_rows(connection, tenant_id, changed, now)


def write_rows(
    connection: Connection, tenant_id: str, changed: Sequence[ProjectedRecord], now: datetime
) -> None:
    """Update the rows of changed records without the counts of filed records."""
    by_type: dict[str, list[ProjectedRecord]] = {}
    for projected in changed:
        by_type.setdefault(projected.record.type, []).append(projected)
    for projection in (
        establishment,
        duplicate,
        merged,
        filed,
        facets,
        conflict,
        minutes_number,
        follow_up,
        plan_item,
    ):
        mine = [projected for type_ in projection.TYPES for projected in by_type.get(type_, ())]
        if mine:
            projection.write(connection, tenant_id, mine, now)
    naming = [projected for projected in changed if not projected.names_same_files]
    attachment.write(connection, tenant_id, naming, now)
