"""Secure delete after the commit of an erasure or retention run: photos, exports, old database pages."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from threading import Thread
from typing import TypeAlias

import structlog
from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from field178_server.attachments.storage.file_store import FileStore
from field178_server.database.engine import BUSY_TIMEOUT_S, forget_deleted, write_lock
from field178_server.database.models import Blob, Erasure, RetentionRun
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.jobs.job_files import JobFiles
from field178_server.jobs.staged_imports import StagedImports
from field178_server.security.clear_copies import remove_abandoned
from field178_shared.errors import AppError
from field178_shared.time.clock import Clock

THREAD = "erasing"

# What two officers decided, with the files to delete and `erased_at` once they and old pages are gone.
_Decided: TypeAlias = Erasure | RetentionRun

log = structlog.get_logger()


def finish_erasures(engine: Engine, tenant_id: str, store: FileStore, clock: Clock) -> int:
    """Finish every erasure and retention run; return the number of unfinished ones.

    Unfinished: the store was busy, or a process has a copy in clear (a backup, a drill) that may be older.
    Can be repeated at any time: after an interruption the rows still list what is to be erased.
    """
    with snapshot(engine) as session:
        erasures = _unfinished(session, tenant_id)
    if not erasures:
        return 0
    for row in erasures:
        _erase_files(engine, store, row)
    # After the old pages: a copy that is made from now on has none of them.
    if not (_forget(engine) and remove_abandoned(engine, store.data_dir)):
        return len(erasures)
    run_write(engine, lambda session: _note(session, erasures, clock.now()))
    return 0


def erase_soon(engine: Engine, tenant_id: str, store: FileStore, clock: Clock) -> Thread:
    """Finish every confirmed erasure in a new thread; unfinished ones are tried again within an hour."""

    return _soon(lambda: finish_erasures(engine, tenant_id, store, clock), "purges_not_erased")


def forget_soon(engine: Engine) -> Thread:
    """Remove overwritten rows from the files of the database in a new thread, else with the next erasure."""
    return _soon(lambda: 0 if _forget(engine) else 1, "overwritten_not_removed")


def _soon(work: Callable[[], int], warning: str) -> Thread:
    """Run work in a thread of its own; a result above 0, or an error of the store, is logged."""

    def run() -> None:
        try:
            if left := work():
                log.warning(warning, count=left)
        except (SQLAlchemyError, AppError, OSError) as error:
            log.warning(warning, error=type(error).__name__)

    thread = Thread(target=run, name=THREAD, daemon=True)
    thread.start()
    return thread


def _unfinished(session: Session, tenant_id: str) -> list[_Decided]:
    erasures = select(Erasure).where(
        Erasure.tenant_id == tenant_id, Erasure.confirmed_at.is_not(None), Erasure.erased_at.is_(None)
    )
    runs = select(RetentionRun).where(
        RetentionRun.tenant_id == tenant_id,
        RetentionRun.reduced_at.is_not(None),
        RetentionRun.erased_at.is_(None),
    )
    return [*session.scalars(erasures), *session.scalars(runs)]


def _erase_files(engine: Engine, store: FileStore, row: _Decided) -> None:
    named = json.loads(row.files)
    for upload_id in named.get("uploads", ()):
        store.drop(upload_id)
    exports = JobFiles(store.data_dir, row.tenant_id)
    for job_id in named.get("exports", ()):
        exports.remove(job_id)
    imports = StagedImports(store.data_dir, row.tenant_id)
    for import_id in named.get("imports", ()):
        imports.remove(import_id)
    for sha256 in named.get("blobs", ()):
        erase_unless_named(engine, row.tenant_id, store, sha256)


def erase_unless_named(engine: Engine, tenant_id: str, store: FileStore, sha256: str) -> None:
    """Delete the bytes of a file durably, unless it has a row again: it may have been uploaded again."""
    with store.clearing():
        with snapshot(engine) as session:
            is_named = session.get(Blob, (tenant_id, sha256)) is not None
        if not is_named:
            store.erase(sha256)


def _forget(engine: Engine) -> bool:
    lock = write_lock(engine)
    if lock is not None and not lock.acquire(timeout=BUSY_TIMEOUT_S):
        return False
    try:
        return forget_deleted(engine)
    finally:
        if lock is not None:
            lock.release()


def _stored(session: Session, row: _Decided) -> _Decided:
    if isinstance(row, Erasure):
        return session.get_one(Erasure, (row.tenant_id, row.record_id))
    return session.get_one(RetentionRun, (row.tenant_id, row.run_id))


def _note(session: Session, rows: list[_Decided], now: datetime) -> None:
    for row in rows:
        _stored(session, row).erased_at = now
