"""The job of a confirmed retention run: removal step by step, deletion of bytes, proof and result."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from field178_server.attachments.secure_delete import finish_erasures
from field178_server.attachments.storage.file_store import file_store_of
from field178_server.audit.trail import AuditEntry
from field178_server.database.models import Record, RetentionRun
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.jobs.run import JobFailed, JobRun
from field178_server.office.retention.extent import DueCounts, DueCountsByRow, read_extents, wire_of
from field178_server.office.retention.operations import RUN_ID
from field178_server.office.retention.other_data import count_others, remove_exports, remove_others
from field178_server.office.retention.periods import RetentionPeriod, digest_of, periods_on
from field178_server.office.retention.proof import prove
from field178_server.office.retention.reduction import Removed
from field178_server.office.retention.removal import Step, remove_step
from field178_shared.errors import AppError, ErrorCode
from field178_shared.merge import Data

STORE_BUSY, PERIODS_CHANGED = "store_busy", "periods_changed"


def run_retention(run: JobRun) -> None:
    """Remove what a confirmed run is about; a stopped or killed job goes on where it was.

    Each step is one transaction. The result names what this and earlier attempts removed; texts are searched
    for in the files only by the attempt that removed them.
    """
    runtime, run_id = run.runtime, run.arguments[RUN_ID]
    periods, by = _confirmed(run, run_id)
    run_write(runtime.engine, lambda session: _forget_holds(session, run, run_id))
    with snapshot(runtime.engine) as session:
        total = session.scalar(select(func.count()).where(Record.tenant_id == runtime.tenant_id)) or 0
    removed = Removed()
    done, after, is_last = 0, "", False
    while not is_last:
        run.progress(min(done, total), total + 1)

        def work(session: Session, after: str = after) -> Step:
            step = remove_step(session, run.context, periods, by, after)
            _keep(session, run, run_id, step.extents, {"blobs": step.files, "uploads": step.uploads})
            return step

        step = run_write(runtime.engine, work)
        removed.add(step.removed)
        done, after, is_last = done + step.read, step.after, not step.after

    def others(session: Session) -> None:
        _keep(session, run, run_id, count_others(session, runtime, periods), {})
        remove_others(session, runtime, periods, run.context.now())
        row = session.get_one(RetentionRun, (runtime.tenant_id, run_id), with_for_update=True)
        row.reduced_at = row.reduced_at or run.context.now()

    run_write(runtime.engine, others)
    remove_exports(runtime, periods)
    _finish(run, run_id, removed)


def _confirmed(run: JobRun, run_id: str) -> tuple[tuple[RetentionPeriod, ...], str]:
    with snapshot(run.runtime.engine) as session:
        row = session.get(RetentionRun, (run.runtime.tenant_id, run_id))
        if row is None or row.confirmed_by is None:
            raise AppError(ErrorCode.NOT_FOUND)
        periods = periods_on(run.context.lists, row.on_day)
        if row.periods != digest_of(periods):
            raise JobFailed(PERIODS_CHANGED)
        return periods, row.confirmed_by


def _forget_holds(session: Session, run: JobRun, run_id: str) -> None:
    """Set the counts of held records to none: each attempt counts them anew."""
    row = session.get_one(RetentionRun, (run.runtime.tenant_id, run_id), with_for_update=True)
    extents = read_extents(json.loads(row.result).get("removed"))
    for extent in extents.values():
        extent.on_hold.clear()
    row.result = json.dumps({"removed": wire_of(extents)}, sort_keys=True)


def _keep(
    session: Session, run: JobRun, run_id: str, extents: DueCountsByRow, files: dict[str, Sequence[str]]
) -> None:
    """Add counts and files of a step to the row of the run, in the transaction that removes."""
    row = session.get_one(RetentionRun, (run.runtime.tenant_id, run_id), with_for_update=True)
    result = json.loads(row.result)
    removed = read_extents(result.get("removed"))
    for name, extent in extents.items():
        removed[name] = _sum(removed.get(name), extent)
    row.result = json.dumps({**result, "removed": wire_of(removed)}, sort_keys=True)
    earlier = json.loads(row.files)
    row.files = json.dumps({name: [*earlier.get(name, ()), *more] for name, more in files.items()} or earlier)


def _sum(earlier: DueCounts | None, extent: DueCounts) -> DueCounts:
    if earlier is None:
        return extent
    days = [day for day in (earlier.oldest, extent.oldest) if day is not None]
    return DueCounts(
        earlier.count + extent.count,
        earlier.items + extent.items,
        earlier.size + extent.size,
        min(days, default=None),
        earlier.units + extent.units,
        earlier.on_hold + extent.on_hold,
    )


def _finish(run: JobRun, run_id: str, removed: Removed) -> None:
    runtime = run.runtime
    store = file_store_of(runtime.settings)
    if finish_erasures(runtime.engine, runtime.tenant_id, store, runtime.clock):
        # Maintenance deletes the bytes within the hour; the proof needs another attempt.
        raise JobFailed(STORE_BUSY)
    proof = prove(runtime.engine, runtime.tenant_id, store, removed.texts, removed.photos)

    def conclude(session: Session) -> None:
        row = session.get_one(RetentionRun, (runtime.tenant_id, run_id), with_for_update=True)
        row.result = json.dumps({**json.loads(row.result), "proof": proof.wire()}, sort_keys=True)
        row.files, row.proved_at = "{}", run.context.now()
        run.context.note(
            session, AuditEntry("retention_done", run_id, details={"is_clean": int(proof.is_clean)})
        )
        counts: Data = {"is_clean": proof.is_clean, "values": proof.values}
        run.conclude(session, counts)

    run_write(runtime.engine, conclude)
