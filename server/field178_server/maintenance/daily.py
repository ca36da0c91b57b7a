"""Hourly maintenance and daily integrity check, run beside the requests."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from subprocess import CalledProcessError
from typing import TypeAlias

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from field178_server.accounts import memberships
from field178_server.attachments.garbage_collection import Collected, collect
from field178_server.attachments.secure_delete import finish_erasures
from field178_server.attachments.storage.file_store import file_store_of
from field178_server.attachments.uploads import uploading_of
from field178_server.audit import verify
from field178_server.audit.office_write import release_planned_visits
from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import Actor, AuditEntry
from field178_server.database.unit_of_work import run_write
from field178_server.jobs.job_files import JobFiles
from field178_server.jobs.staged_imports import StagedImports
from field178_server.maintenance import check_log
from field178_server.maintenance.integrity import faults_of_store
from field178_server.records import plan_commitments
from field178_server.records.batch import Batch
from field178_server.runtime import Runtime
from field178_server.security.clear_copies import remove_abandoned
from field178_shared.codelists import load
from field178_shared.errors import AppError
from field178_shared.time.clock import local_date

FIRST_AFTER_S = 60.0
EVERY_S = 3600.0

FaultsOfStore: TypeAlias = Callable[[Engine, str, str | None], list[str]]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class MaintenanceResult:
    """Result of a maintenance run; `collected` None: not due yet, or the file store did not respond."""

    erasures_left: int
    uploads_given_up: int
    is_checked: bool
    collected: Collected | None


def check_if_due(runtime: Runtime, faults_of: FaultsOfStore = faults_of_store) -> bool:
    """Run the daily integrity check if it is due and store its faults; return whether it was run.

    A failed check is logged and begun again at the next run.
    """
    engine, tenant_id = runtime.engine, runtime.tenant_id
    if not run_write(engine, lambda session: check_log.claim(session, tenant_id, runtime.clock.now())):
        return False
    try:
        faults = faults_of(engine, tenant_id, runtime.keyring.receipt_keys)
    except (OSError, CalledProcessError, SQLAlchemyError) as error:
        exit_code = getattr(error, "returncode", None)
        log.warning("store_check_failed", error=type(error).__name__, exit_code=exit_code)
        return False
    run_write(engine, lambda session: check_log.keep(session, tenant_id, runtime.clock.now(), faults))
    log.log(logging.ERROR if faults else logging.INFO, "store_checked", faults=len(faults))
    return True


def run_maintenance(runtime: Runtime, faults_of: FaultsOfStore = faults_of_store) -> MaintenanceResult:
    """Run the maintenance of the store: `serve` and `field178 tidy` call it once an hour.

    Hourly: delete abandoned copies in clear, finish erasures, extend the hash chains, release unannounced
    visits, update scopes by memberships, delete old export files and staged imports, give up
    expired uploads.
    Daily: check all digests, collect unreferenced files.
    """
    store = file_store_of(runtime.settings)
    remove_abandoned(runtime.engine, runtime.settings.data_dir)
    if left := finish_erasures(runtime.engine, runtime.tenant_id, store, runtime.clock):
        log.warning("purges_not_erased", count=left)
    # Before the chains: the next root covers the commitment.
    run_write(runtime.engine, lambda session: _commit_to_plan(session, runtime))
    verify.extend(runtime.engine, runtime.tenant_id, runtime.keyring.receipt, runtime.clock)
    if released := run_write(runtime.engine, lambda session: _release_planned(session, runtime)):
        log.info("planned_visits_released", count=released)
    if changed := run_write(runtime.engine, lambda session: _follow_memberships(session, runtime)):
        log.info("memberships_followed", count=changed)
    if removed := JobFiles(runtime.settings.data_dir, runtime.tenant_id).remove_old(runtime.clock.now()):
        log.info("exports_removed", count=removed)
    if removed := StagedImports(runtime.settings.data_dir, runtime.tenant_id).remove_old(runtime.clock.now()):
        log.info("staged_imports_removed", count=removed)
    given_up = uploading_of(runtime).expire()
    is_checked = check_if_due(runtime, faults_of)
    return MaintenanceResult(left, given_up, is_checked, _collect(runtime) if is_checked else None)


def _release_planned(session: Session, runtime: Runtime) -> int:
    batch = Batch(session, runtime.tenant_id, runtime.clock, runtime.ids)
    released = release_planned_visits(batch, _system(runtime), runtime.plan_key.keys())
    batch.flush()
    return released


def _commit_to_plan(session: Session, runtime: Runtime) -> None:
    """Commit to the unannounced visits of the next day in the evening, and open the lists of past days."""
    keys, now = runtime.plan_key.keys(), runtime.clock.now()
    context = _system(runtime)
    made = plan_commitments.commit_next_day(session, runtime.tenant_id, keys, now)
    if made is not None:
        details = {"day": made.day.isoformat(), "commitment": made.commitment}
        context.note(session, AuditEntry("plan_day_committed", details["day"], details=details))
    for opened in plan_commitments.open_past_days(session, runtime.tenant_id, keys, local_date(now)):
        details = {"day": opened.day.isoformat(), "commitment": opened.commitment}
        context.note(session, AuditEntry("plan_day_opened", details["day"], details=details))


def _follow_memberships(session: Session, runtime: Runtime) -> int:
    return memberships.follow_day(session, _system(runtime))


def _system(runtime: Runtime) -> OperationContext:
    return OperationContext(runtime.tenant_id, runtime.clock, runtime.ids, load(), Actor("system"))


def _collect(runtime: Runtime) -> Collected | None:
    try:
        done = collect(runtime)
    except AppError as error:
        # The object store is unreachable: the next daily run tries again.
        log.warning("files_not_collected", code=error.code)
        return None
    log.info("files_collected", files=done.files, strays=done.strays, unnamed=done.unnamed)
    return done


@contextmanager
def maintenance_running(
    check: Callable[[], object], first_after_s: float = FIRST_AFTER_S, every_s: float = EVERY_S
) -> Iterator[None]:
    """Call `check` once an hour in a thread, during the block; it MUST find out itself whether it is due."""
    is_over = threading.Event()

    def run() -> None:
        wait_s = first_after_s
        while not is_over.wait(wait_s):
            wait_s = every_s
            try:
                check()
            except (SQLAlchemyError, AppError, OSError) as error:
                # The store is unreachable or busy, or the disk is full: the next run tries again.
                log.warning("maintenance_failed", error=type(error).__name__)

    thread = threading.Thread(target=run, name="daily-check", daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
