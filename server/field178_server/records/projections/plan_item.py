"""Projection of planned visits, for the plan's pages and for the release of unannounced visits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from field178_server.database.declarative_base import table_of
from field178_server.database.fast import bulk
from field178_server.database.models import PlanItemRow
from field178_server.records.projections.source import ProjectedRecord, SourceRecord
from field178_shared.record_type import RecordType
from field178_shared.records.plan import PlanItem

TYPES = (RecordType.PLAN_ITEM,)

_COLUMNS = (
    "tenant_id",
    "record_id",
    "scope",
    "year",
    "team_id",
    "establishment_id",
    "establishment_type_id",
    "unit_id",
    "kind",
    "trigger",
    "window_from",
    "window_to",
    "asked_visit_id",
    "asked_follow_up_id",
    "is_cancelled",
)


def write(connection: Connection, tenant_id: str, changed: Sequence[ProjectedRecord], now: datetime) -> None:
    """Upsert the rows of live planned visits, delete the rows of deleted and erased ones."""
    table = table_of(PlanItemRow)
    live = [
        (tenant_id, *_row(connection, projected.record)) for projected in changed if not projected.is_gone
    ]
    gone = [(tenant_id, projected.record.record_id) for projected in changed if projected.is_gone]
    bulk.upsert(connection, table, _COLUMNS, live)
    bulk.delete(connection, table, ("tenant_id", "record_id"), gone)


def _row(connection: Connection, record: SourceRecord) -> tuple[object, ...]:
    item = PlanItem.from_data(record.record_id, record.data)
    asked_visit, asked_follow_up = item.asked_by or (None, None)
    return (
        item.id,
        record.scope,
        item.year,
        item.team_id,
        item.establishment_id or None,
        item.establishment_type_id or None,
        item.unit_id or None,
        item.kind,
        item.trigger,
        bulk.stored_date(connection, item.window_from),
        bulk.stored_date(connection, item.window_to),
        asked_visit,
        asked_follow_up,
        item.cancelled is not None,
    )
