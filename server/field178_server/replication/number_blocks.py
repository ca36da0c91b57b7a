"""Blocks of minutes numbers, leased to tablets so that minutes can be numbered offline (record-types §5).

A block belongs to one incarnation of a tablet's database: a restored or cloned tablet gets its own block.
The unused numbers of a lost tablet remain a gap; the lease names the tablet.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, func, select
from sqlalchemy.orm import Session

from field178_server.accounts import teams
from field178_server.audit import trail
from field178_server.audit.operation_context import OperationContext
from field178_server.database import engine as database
from field178_server.database.fast.prepared import Prepared
from field178_server.database.models import NumberLease, Record, Scope
from field178_server.devices.context import DeviceContext
from field178_server.records.batch import Batch
from field178_server.records.stored_record import new_record
from field178_shared.record_type import RecordType
from field178_shared.records.number_block import NumberBlock
from field178_shared.time.clock import local_date

BLOCK = 50
# Two weeks without signal at two visits a night.
FEW = 25
# More numbers than a team leases between two backups; skipped after a restore.
GAP = 1000
_BEFORE_NEW_YEAR = timedelta(days=31)
_TEAM = "team:"

_LEASED = Prepared(
    select(
        NumberLease.scope,
        NumberLease.year,
        NumberLease.from_number,
        NumberLease.to_number,
        NumberLease.used_to,
        NumberLease.leased_at,
    ).where(
        NumberLease.tenant_id == bindparam("tenant_id"),
        NumberLease.device_id == bindparam("device_id"),
        NumberLease.incarnation == bindparam("incarnation"),
    )
)
_TEAMS = Prepared(
    select(Record.scope).where(
        Record.tenant_id == bindparam("tenant_id"),
        database.among(Record.record_id, bindparam("ids")),
        Record.type == RecordType.TEAM,
        Record.deleted.is_(False),
    )
)


@dataclass(frozen=True, slots=True)
class Series:
    """The minutes numbers of one team in one year."""

    scope: str
    year: int


def due(
    session: Session, tenant_id: str, device: DeviceContext, incarnation: str, now: datetime
) -> tuple[Series, ...]:
    """Return the number series for which this incarnation needs a block: fewer than `FEW` numbers left."""
    team_scopes = sorted(scope for scope in device.scopes if scope.startswith(_TEAM))
    if not team_scopes:
        return ()
    keys = {"tenant_id": tenant_id, "device_id": device.id, "incarnation": incarnation}
    left: dict[Series, int] = {}
    for scope, year, first, last, used_to, leased_at in _LEASED.rows(session, keys):
        series = Series(scope, year)
        # At most one more block a day: a tablet that reports wrong numbers must not exhaust the series.
        is_fresh = local_date(leased_at) == local_date(now)
        unused = FEW if is_fresh else last - max(used_to, first - 1)
        left[series] = left.get(series, 0) + unused
    lacking = [
        Series(scope, year)
        for scope in team_scopes
        for year in _years(now)
        if left.get(Series(scope, year), 0) < FEW
    ]
    return tuple(_of_teams(session, tenant_id, lacking))


def lease(batch: Batch, device: DeviceContext, incarnation: str) -> None:
    """Lease the number blocks that are due, as records in their teams' scopes. The tablet MUST be locked."""
    for series in due(batch.session, batch.tenant_id, device, incarnation, batch.now):
        # A concurrent lease of the same series waits for this lock, then sees this block.
        batch.session.get_one(Scope, (batch.tenant_id, series.scope), with_for_update=True)
        first = _next(batch.session, batch.tenant_id, series)
        code = _code(batch.session, batch.tenant_id, series, (device.id, incarnation))
        block = NumberBlock(device.id, incarnation, series.year, first, first + BLOCK - 1, code)
        _keep(batch.session, batch.tenant_id, series, block, batch.now)
        batch.put(
            new_record(batch.ids.time_ordered(), RecordType.NUMBER_BLOCK, series.scope, block.to_data())
        )
        stamp = trail.Stamp(batch.tenant_id, batch.ids.time_ordered(), batch.now)
        details = {"year": block.year, "from": block.first, "to": block.last}
        entry = trail.AuditEntry("number_block_leased", device.id, series.scope, details)
        trail.record(batch.session, stamp, trail.Actor("device", device.id), entry)


def leave_out(session: Session, context: OperationContext) -> None:
    """Skip numbers that were perhaps leased after the restored backup: tablets may still use them."""
    for team in teams.everyone(session, context.tenant_id):
        for year in _years(context.now()):
            series = Series(team.scope, year)
            first = _next(session, context.tenant_id, series)
            gap = NumberBlock("", "", year, first, first + GAP - 1, "")
            _keep(session, context.tenant_id, series, gap, context.now())


def leases(session: Session, tenant_id: str, year: int) -> Sequence[NumberLease]:
    """Return the leases of a year, by team and number."""
    query = (
        select(NumberLease)
        .where(NumberLease.tenant_id == tenant_id, NumberLease.year == year)
        .order_by(NumberLease.scope, NumberLease.from_number)
    )
    return session.scalars(query).all()


def _years(now: datetime) -> tuple[int, ...]:
    """Return the year, and in its last month also the next: a tablet may be offline over New Year."""
    return tuple(sorted({local_date(now).year, local_date(now + _BEFORE_NEW_YEAR).year}))


def _of_teams(session: Session, tenant_id: str, lacking: Sequence[Series]) -> Iterable[Series]:
    """Return the series whose team has a record, set up by the office."""
    if not lacking:
        return ()
    ids = sorted({series.scope.removeprefix(_TEAM) for series in lacking})
    scopes_of_teams = {scope for (scope,) in _TEAMS.rows(session, {"tenant_id": tenant_id, "ids": ids})}
    return (series for series in lacking if series.scope in scopes_of_teams)


def _of(tenant_id: str, series: Series) -> tuple[ColumnElement[bool], ...]:
    return (
        NumberLease.tenant_id == tenant_id,
        NumberLease.scope == series.scope,
        NumberLease.year == series.year,
    )


def _next(session: Session, tenant_id: str, series: Series) -> int:
    last = session.scalar(select(func.max(NumberLease.to_number)).where(*_of(tenant_id, series)))
    return (last or 0) + 1


def _code(session: Session, tenant_id: str, series: Series, life: tuple[str, str]) -> str:
    """Return the code of an incarnation in the series: T01, T02, …"""
    columns = (NumberLease.device_id, NumberLease.incarnation, NumberLease.code)
    rows = session.execute(select(*columns).where(*_of(tenant_id, series), NumberLease.code.is_not(None)))
    codes = {(device, incarnation): code for device, incarnation, code in rows}
    return codes.get(life) or f"T{len(codes) + 1:02d}"


def _keep(session: Session, tenant_id: str, series: Series, block: NumberBlock, now: datetime) -> None:
    session.add(
        NumberLease(
            tenant_id=tenant_id,
            scope=series.scope,
            year=block.year,
            from_number=block.first,
            to_number=block.last,
            device_id=block.device or None,
            incarnation=block.incarnation or None,
            code=block.code or None,
            used_to=0,
            leased_at=now,
        )
    )
    session.flush()
