"""Conditions of the visits that count in a quota of the plan, for quotas and for the table of visits."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, func, select

from field178_server.database.models import EstablishmentProjection, FiledRecord

_NOT_INSPECTED = "not_inspected"
IS_VISITED = and_(
    EstablishmentProjection.tenant_id == FiledRecord.tenant_id,
    EstablishmentProjection.record_id == FiledRecord.establishment_id,
)


def counted() -> list[ColumnElement[bool]]:
    """Return the conditions of a visit that got in and is not void."""
    return [
        FiledRecord.type == "inspection",
        FiledRecord.outcome != _NOT_INSPECTED,
        FiledRecord.review_state != "void",
    ]


def place_type() -> ColumnElement[str | None]:
    """Return the kind of the visited establishment as the register has it now."""
    query = select(EstablishmentProjection.establishment_type_id).where(IS_VISITED)
    return query.correlate(FiledRecord).scalar_subquery()


def place_unit() -> ColumnElement[str | None]:
    """Return the commune of the visited establishment now, else that of the visit."""
    query = select(EstablishmentProjection.unit_id).where(IS_VISITED).correlate(FiledRecord)
    return func.coalesce(query.scalar_subquery(), FiledRecord.unit_id)
