"""Queries of retention: runs with their results, holds of records, tablets that have not synced since."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from field178_server.database.models import Device, LegalHold, Record, RetentionRun
from field178_server.jobs.queue import JobRow, find_job
from field178_server.office.retention.extent import DueCountsByRow, read_extents
from field178_server.office.retention.proof import RemovalProof

# Runs on the page; older ones are in the audit trail.
SHOWN = 20


@dataclass(frozen=True, slots=True)
class RunRow:
    """A retention run: its dry run, its decision, its result, and the tablets that have not synced since."""

    run_id: str
    on_day: date
    requested_by: str
    requested_at: datetime
    confirmed_by: str | None
    confirmed_at: datetime | None
    extents: DueCountsByRow
    removed: DueCountsByRow
    proof: RemovalProof | None
    reduced_at: datetime | None
    erased_at: datetime | None
    job: JobRow | None
    unsynced: tuple[str, ...] = ()

    @property
    def is_requested(self) -> bool:
        """Whether it waits for a second officer."""
        return self.confirmed_at is None

    @property
    def is_stuck(self) -> bool:
        """Whether its job ended before everything was removed and proved."""
        is_over = self.job is None or self.job.state.is_final
        return self.confirmed_at is not None and self.proof is None and is_over


@dataclass(frozen=True, slots=True)
class HoldRow:
    """A hold of a record that was not released."""

    hold_id: str
    record_id: str
    type: str
    scope: str
    reason: str
    set_by: str
    set_at: datetime


def runs_of(session: Session, tenant_id: str) -> list[RunRow]:
    """Return the latest runs, the newest first."""
    query = select(RetentionRun).where(RetentionRun.tenant_id == tenant_id)
    rows = session.scalars(query.order_by(RetentionRun.run_id.desc()).limit(SHOWN))
    return [_row(session, row) for row in rows]


def find_run(session: Session, tenant_id: str, run_id: str) -> RunRow | None:
    """Return a run by id, or None."""
    row = session.get(RetentionRun, (tenant_id, run_id))
    return None if row is None else _row(session, row)


def holds_of(session: Session, tenant_id: str) -> list[HoldRow]:
    """Return the holds of records that were not released, the newest first."""
    query = (
        select(LegalHold, Record.type, Record.scope)
        .join(Record, (Record.tenant_id == LegalHold.tenant_id) & (Record.record_id == LegalHold.record_id))
        .where(LegalHold.tenant_id == tenant_id, LegalHold.released_at.is_(None))
        .order_by(LegalHold.hold_id.desc())
    )
    return [
        HoldRow(row.hold_id, row.record_id, record_type, scope, row.reason, row.set_by, row.set_at)
        for row, record_type, scope in session.execute(query)
    ]


def count_waiting(session: Session, tenant_id: str) -> int:
    """Return the number of runs that wait for a second officer: 0 or 1."""
    query = select(func.count()).where(
        RetentionRun.tenant_id == tenant_id, RetentionRun.confirmed_at.is_(None)
    )
    return session.scalar(query) or 0


def _row(session: Session, row: RetentionRun) -> RunRow:
    result = json.loads(row.result)
    return RunRow(
        run_id=row.run_id,
        on_day=row.on_day,
        requested_by=row.requested_by,
        requested_at=row.requested_at,
        confirmed_by=row.confirmed_by,
        confirmed_at=row.confirmed_at,
        extents=read_extents(json.loads(row.extent)),
        removed=read_extents(result.get("removed")),
        proof=RemovalProof.read(result.get("proof")),
        reduced_at=row.reduced_at,
        erased_at=row.erased_at,
        job=find_job(session, row.tenant_id, row.job_id) if row.job_id else None,
        unsynced=_unsynced(session, row.tenant_id, row.reduced_at),
    )


def _unsynced(session: Session, tenant_id: str, since: datetime | None) -> tuple[str, ...]:
    """Return the labels of tablets without a sync since an instant: they still have what was removed."""
    if since is None:
        return ()
    query = select(Device).where(Device.tenant_id == tenant_id, Device.revoked_at.is_(None))
    return tuple(
        device.label or device.device_id
        for device in session.scalars(query.order_by(Device.label, Device.device_id))
        if device.last_seen_at is None or device.last_seen_at <= since
    )
