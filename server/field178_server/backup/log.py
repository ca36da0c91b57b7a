"""Log of the backups: every attempt with its place, size and proof, and the last drill of one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from field178_server.audit.operation_context import OperationContext
from field178_server.backup.manifest import Manifest, Proof
from field178_server.database.models import BackupRun
from field178_shared.time.clock import from_wire

RECENT = 10


class RunState(StrEnum):
    """Outcome of an attempt: proved by a restore, kept without that proof, or nothing kept."""

    PROVED = "proved"
    NOT_PROVED = "not_proved"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class BackupRow:
    """One attempt; `taken_at` is the instant it holds the store of, `faults` are codes."""

    run_id: str
    state: RunState
    folder: str
    size: int
    faults: tuple[str, ...]
    taken_by: str | None
    taken_at: datetime
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class LastBackups:
    """The newest proved backup, the newest attempt (often the same), and the last drill of any of them."""

    proved: BackupRow | None = None
    attempt: BackupRow | None = None
    drilled_at: datetime | None = None


def note_taken(
    session: Session, context: OperationContext, folder: Path, manifest: Manifest, proof: Proof
) -> None:
    """Note a finished backup, in the transaction that tells the tablets of it."""
    state = RunState.PROVED if proof.is_proved else RunState.NOT_PROVED
    row = _row(context, state, from_wire(manifest.created_at) or context.now(), proof.faults)
    row.folder = str(folder.absolute())
    row.manifest_sha256 = proof.manifest_sha256
    row.size = sum(file.size for file in manifest.files.values())
    session.add(row)


def note_failed(session: Session, context: OperationContext, begun_at: datetime, code: str) -> None:
    """Note an attempt that left nothing."""
    session.add(_row(context, RunState.FAILED, begun_at, [code]))


def note_drill(session: Session, tenant_id: str, manifest_sha256: str, now: datetime) -> None:
    """Note that a backup was restored in a drill; one that this store has not taken is not among them."""
    session.execute(
        update(BackupRun)
        .where(BackupRun.tenant_id == tenant_id, BackupRun.manifest_sha256 == manifest_sha256)
        .values(drilled_at=now)
    )


def last_backups(session: Session, tenant_id: str) -> LastBackups:
    """Return the newest backups, in one statement."""
    own = BackupRun.tenant_id == tenant_id
    newest = select(func.max(BackupRun.run_id)).where(own)
    drilled = select(func.max(BackupRun.drilled_at)).where(own).scalar_subquery()
    proved = newest.where(BackupRun.state == RunState.PROVED)
    wanted = or_(*(BackupRun.run_id == one.scalar_subquery() for one in (newest, proved)))
    found = session.execute(select(BackupRun, drilled).where(own, wanted).order_by(BackupRun.run_id)).all()
    if not found:
        return LastBackups()
    rows = [_read(row) for row, _ in found]
    is_proved = rows[0].state is RunState.PROVED
    return LastBackups(rows[0] if is_proved else None, rows[-1], found[0][1])


def recent_backups(session: Session, tenant_id: str) -> tuple[BackupRow, ...]:
    """Return the newest attempts, the newest first."""
    rows = session.scalars(
        select(BackupRun)
        .where(BackupRun.tenant_id == tenant_id)
        .order_by(BackupRun.run_id.desc())
        .limit(RECENT)
    )
    return tuple(map(_read, rows))


def _row(context: OperationContext, state: RunState, taken_at: datetime, faults: Sequence[str]) -> BackupRun:
    # What follows the code may be a program's own words: it stays in the proof beside the backup.
    codes = sorted({fault.partition(":")[0] for fault in faults})
    return BackupRun(
        tenant_id=context.tenant_id,
        run_id=context.ids.time_ordered(),
        state=state.value,
        faults=json.dumps(codes),
        taken_by=context.actor.id if context.actor.kind == "officer" else None,
        taken_at=taken_at,
        ended_at=context.now(),
    )


def _read(row: BackupRun) -> BackupRow:
    return BackupRow(
        row.run_id,
        RunState(row.state),
        row.folder,
        row.size,
        tuple(json.loads(row.faults)),
        row.taken_by,
        row.taken_at,
        row.ended_at,
    )
