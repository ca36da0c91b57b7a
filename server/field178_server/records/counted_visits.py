"""Conditions of the visits that count in a quota of the plan, for quotas and for the table of visits."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_

from field178_server.database.models import EstablishmentProjection, FiledRecord
from field178_server.records.review_states import IS_NOT_VOID
from field178_shared.record_type import RecordType

_NOT_INSPECTED = "not_inspected"
IS_VISITED = and_(
    EstablishmentProjection.tenant_id == FiledRecord.tenant_id,
    EstablishmentProjection.record_id == FiledRecord.establishment_id,
)


def counted() -> list[ColumnElement[bool]]:
    """Return the conditions of a visit that was an inspection (the team got in) and is not void."""
    return [
        FiledRecord.type == RecordType.INSPECTION,
        FiledRecord.outcome != _NOT_INSPECTED,
        IS_NOT_VOID,
    ]
