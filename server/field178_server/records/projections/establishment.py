"""Projection of establishments: the rows of the register."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from field178_server.database.declarative_base import table_of
from field178_server.database.fast import bulk
from field178_server.database.models import EstablishmentProjection
from field178_server.records.projections import visited
from field178_server.records.projections.source import ProjectedRecord, SourceRecord
from field178_shared.codelists import load
from field178_shared.record_type import RecordType
from field178_shared.text.normalisation import fold, sort_key

TYPES = (RecordType.ESTABLISHMENT,)

_COLUMNS = (
    "tenant_id",
    "record_id",
    "scope",
    "unit_id",
    "establishment_type_id",
    "operating_status_id",
    "name",
    "address",
    "folded",
    "sort_key",
    "lat",
    "lon",
    "registration_number",
    "inspection_priority_id",
    "rev",
    "changed_at",
)


def write(connection: Connection, tenant_id: str, changed: Sequence[ProjectedRecord], now: datetime) -> None:
    """Upsert the rows of live establishments, delete the rows of deleted and erased ones."""
    table = table_of(EstablishmentProjection)
    at = bulk.stored_instant(connection, now)
    live = [(tenant_id, *_row(projected.record), at) for projected in changed if not projected.is_gone]
    gone = [(tenant_id, projected.record.record_id) for projected in changed if projected.is_gone]
    bulk.upsert(connection, table, _COLUMNS, live)
    bulk.delete(connection, table, ("tenant_id", "record_id"), gone)
    visited.write(connection, tenant_id, changed)


def search_text(name: str, address: str, number: str, unit_id: str) -> str:
    """Return the folded search text of an establishment: name, address, number and commune."""
    unit = load().units.get(unit_id)
    return fold(f"{name} {address} {number} {unit.vi if unit else ''}")


def _row(record: SourceRecord) -> tuple[object, ...]:
    place = record.value
    name, unit_id, number = place.name or "", place.unit_id or "", place.registration_number or ""
    address = ", ".join(part for part in (place.address_line, place.village) if part)
    return (
        record.record_id,
        record.scope,
        unit_id,
        place.establishment_type_id or "",
        place.operating_status_id or "",
        name,
        address,
        search_text(name, address, number, unit_id),
        sort_key(name),
        place.lat,
        place.lon,
        number or None,
        place.inspection_priority_id or None,
        record.rev,
    )
