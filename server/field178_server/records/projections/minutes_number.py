"""Projection of used minutes numbers: the highest used number of each leased block."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from field178_server.database import engine as database
from field178_server.database.declarative_base import table_of
from field178_server.database.fast import bulk
from field178_server.database.fast.prepared import Prepared
from field178_server.database.models import NumberLease
from field178_server.records.projections.source import ProjectedRecord
from field178_shared.record_type import RecordType
from field178_shared.records.number_block import serial_of
from field178_shared.records.value import local_day

TYPES = (RecordType.INSPECTION,)
_KEY = ("tenant_id", "scope", "year", "from_number")
_BLOCKS = Prepared(
    select(
        NumberLease.scope,
        NumberLease.year,
        NumberLease.from_number,
        NumberLease.to_number,
        NumberLease.used_to,
    )
    .where(
        NumberLease.tenant_id == bindparam("tenant_id"),
        database.among(NumberLease.scope, bindparam("scopes")),
        NumberLease.year.between(bindparam("first_year"), bindparam("last_year")),
    )
    .order_by(NumberLease.scope, NumberLease.year, NumberLease.from_number)
    .with_for_update()
)


def write(connection: Connection, tenant_id: str, changed: Sequence[ProjectedRecord], now: datetime) -> None:
    """Raise the highest used number of the blocks of these visits' numbers; never lower it."""
    used = _used_numbers(changed)
    if not used:
        return
    scopes, years = sorted({scope for scope, _ in used}), [year for _, year in used]
    values = {"scopes": scopes, "first_year": min(years), "last_year": max(years)}
    rows = []
    for scope, year, first, last, used_to in _BLOCKS.rows_by(connection, {"tenant_id": tenant_id, **values}):
        serials = used.get((scope, year), [])
        highest = serials[at - 1] if (at := bisect_right(serials, last)) else 0
        if highest >= first and highest > used_to:
            rows.append((highest, tenant_id, scope, year, first))
    bulk.update(connection, table_of(NumberLease), ("used_to",), _KEY, rows)


def _used_numbers(changed: Sequence[ProjectedRecord]) -> dict[tuple[str, int], list[int]]:
    """Return the sorted serials of live visits, by scope and year."""
    used: dict[tuple[str, int], list[int]] = {}
    for projected in changed:
        record = projected.record
        serial = None if projected.is_gone else serial_of(record.value.minutes_number or "")
        if serial is not None and (day := local_day(record.value.started_at)) is not None:
            used.setdefault((record.scope, day.year), []).append(serial)
    for serials in used.values():
        serials.sort()
    return used
