"""Projection of used minutes numbers: the highest used number of each leased block."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import BindParameter, Connection, bindparam, update

from field178_server.database.declarative_base import table_of
from field178_server.database.models import NumberLease
from field178_server.records.projections.source import ProjectedRecord, SourceRecord
from field178_shared.record_type import RecordType
from field178_shared.records.number_block import serial_of
from field178_shared.records.value import local_day

TYPES = (RecordType.INSPECTION,)
_LEASE = table_of(NumberLease).c
_SERIAL: BindParameter[int] = bindparam("serial")
_USED = (
    update(NumberLease)
    .where(
        _LEASE.tenant_id == bindparam("tenant"),
        _LEASE.scope == bindparam("in_scope"),
        _LEASE.year == bindparam("in_year"),
        _LEASE.from_number <= _SERIAL,
        _LEASE.to_number >= _SERIAL,
        _LEASE.used_to < _SERIAL,
    )
    .values(used_to=_SERIAL)
)


def write(connection: Connection, tenant_id: str, changed: Sequence[ProjectedRecord], now: datetime) -> None:
    """Raise the highest used number of the blocks of these visits' numbers; never lower it."""
    used = {
        number for projected in changed if not projected.is_gone for number in _number_of(projected.record)
    }
    if used:
        rows = [
            {"tenant": tenant_id, "in_scope": scope, "in_year": year, "serial": serial}
            for scope, year, serial in sorted(used)
        ]
        connection.execute(_USED, rows)


def _number_of(record: SourceRecord) -> Iterator[tuple[str, int, int]]:
    serial = serial_of(record.value.minutes_number or "")
    if serial is not None and (day := local_day(record.value.started_at)) is not None:
        yield record.scope, day.year, serial
