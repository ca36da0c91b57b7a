"""Log of backups: each attempt with folder, size and proof, and the last drill."""

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
from field178_server.database.models import BackupRun, Erasure, RetentionRun
from field178_shared.time.clock import from_wire

RECENT = 10


class RunState(StrEnum):
    """Outcome of an attempt: proved by a test restore, kept but not proved, or failed."""

    PROVED = "proved"
    NOT_PROVED = "not_proved"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class BackupRow:
    """An attempt of a backup; `taken_at`: the instant of its snapshot, `faults`: codes."""

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
    """Rows of the newest proved backup and of the newest attempt (often the same), and the last drill."""

    proved: BackupRow | None = None
    attempt: BackupRow | None = None
    drilled_at: datetime | None = None


def note_taken(
    session: Session, context: OperationContext, folder: Path, manifest: Manifest, proof: Proof
) -> None:
    """Write the row of a finished backup, in the transaction that marks changes as backed up."""
    state = RunState.PROVED if proof.is_proved else RunState.NOT_PROVED
    row = _row(context, state, from_wire(manifest.created_at) or context.now(), proof.faults)
    row.folder = str(folder.absolute())
    row.manifest_sha256 = proof.envelope_sha256
    row.size = sum(file.size for file in manifest.files.values())
    session.add(row)


def note_failed(session: Session, context: OperationContext, begun_at: datetime, code: str) -> None:
    """Write the row of a failed attempt."""
    session.add(_row(context, RunState.FAILED, begun_at, [code]))


def note_drill(session: Session, tenant_id: str, manifest_sha256: str, now: datetime) -> None:
    """Write the time of a drill to the backup's row; do nothing for a backup of another store."""
    session.execute(
        update(BackupRun)
        .where(BackupRun.tenant_id == tenant_id, BackupRun.manifest_sha256 == manifest_sha256)
        .values(drilled_at=now)
    )


def last_backups(session: Session, tenant_id: str) -> LastBackups:
    """Return the rows of the newest backups and the last drill, in one statement."""
    own = BackupRun.tenant_id == tenant_id
    newest = select(func.max(BackupRun.run_id)).where(own)
    drilled = select(func.max(BackupRun.drilled_at)).where(own).scalar_subquery()
    proved = newest.where(BackupRun.state == RunState.PROVED)
    is_newest = or_(*(BackupRun.run_id == newest_id.scalar_subquery() for newest_id in (newest, proved)))
    matches = session.execute(
        select(BackupRun, drilled).where(own, is_newest).order_by(BackupRun.run_id)
    ).all()
    if not matches:
        return LastBackups()
    rows = [_read(row) for row, _ in matches]
    is_proved = rows[0].state is RunState.PROVED
    return LastBackups(rows[0] if is_proved else None, rows[-1], matches[0][1])


def folders_before_erasures(session: Session, tenant_id: str, until: datetime) -> list[str]:
    """Return the folders of backups with content that was erased later, up to an instant, oldest first."""
    # Between confirmation and `erased_at` the content is still in the files of the store, and in their copy.
    last_erased = [
        select(func.max(table.erased_at))
        .where(table.tenant_id == tenant_id, table.erased_at <= until)
        .scalar_subquery()
        for table in (Erasure, RetentionRun)
    ]
    rows = session.scalars(
        select(BackupRun.folder)
        .where(
            BackupRun.tenant_id == tenant_id,
            BackupRun.state != RunState.FAILED,
            or_(*(BackupRun.taken_at < erased for erased in last_erased)),
        )
        .order_by(BackupRun.run_id)
    )
    return list(rows)


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
    # Only the code: the rest may be a message of a program, and is in the proof beside the backup.
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
