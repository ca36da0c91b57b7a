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
from field178_shared.records.reading import count_of, text_of
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
    data = record.data
    name = text_of(data, "name")
    address = ", ".join(part for part in (text_of(data, "address_line"), text_of(data, "village")) if part)
    return (
        record.record_id,
        record.scope,
        text_of(data, "unit_id"),
        text_of(data, "establishment_type_id"),
        text_of(data, "operating_status_id"),
        name,
        address,
        search_text(name, address, text_of(data, "registration_number"), text_of(data, "unit_id")),
        sort_key(name),
        count_of(data, "lat"),
        count_of(data, "lon"),
        text_of(data, "registration_number") or None,
        text_of(data, "inspection_priority_id") or None,
        record.rev,
    )
