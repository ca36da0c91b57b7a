"""The worker: a thread that runs the jobs of a store one after the other, in turns of their officers."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import Actor
from field178_server.database.engine import changed_rows
from field178_server.database.models import Job
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.jobs.job_files import JobFiles
from field178_server.jobs.queue import JobState, Outcome
from field178_server.jobs.run import JobFailed, JobRun, JobStopped
from field178_server.records.lists_in_force import ListsInForce
from field178_server.runtime import Runtime
from field178_server.security.error_frames import frames_of
from field178_shared.codelists import load
from field178_shared.errors import AppError, ErrorCode

if sys.platform != "win32":
    import fcntl

# A job that crashed the process twice is not run again.
MAX_ATTEMPTS = 2
LOOK_EVERY_S = 1.0
LOCK = "jobs.lock"
INTERRUPTED = "interrupted"

log = structlog.get_logger()

Work = Callable[[JobRun], None]


class JobWorker:
    """Runner of the queued jobs of one store; `kinds`: the function of each kind."""

    def __init__(self, runtime: Runtime, kinds: Mapping[str, Work]) -> None:
        self._runtime = runtime
        self._kinds = kinds
        self._lists = ListsInForce(runtime.engine, runtime.tenant_id)
        self._turn = 0
        # Number of the last turn by officer; None: the operator.
        self._last_turns: dict[str | None, int] = {}

    def recover(self) -> None:
        """Queue the jobs again that a killed process left running and that had no effect.

        A job with a requested stop is stopped; a job with too many attempts fails. Their files are deleted.

        MUST only be called while no other worker of this store runs.
        """
        files = JobFiles(self._runtime.settings.data_dir, self._runtime.tenant_id)

        def work(session: Session) -> None:
            left = session.scalars(
                select(Job).where(Job.tenant_id == self._runtime.tenant_id, Job.state == JobState.RUNNING)
            )
            for job in left:
                # No erasure looks for the part of a job that failed.
                files.remove(job.job_id)
                if job.is_stop_wanted:
                    self._end(job, JobState.STOPPED, {})
                elif job.attempt_count >= MAX_ATTEMPTS:
                    self._end(job, JobState.FAILED, {"code": INTERRUPTED})
                else:
                    job.state = JobState.QUEUED.value

        run_write(self._runtime.engine, work)

    def run_waiting(self) -> int:
        """Run all queued jobs; return their number."""
        count = 0
        while (run := self._next()) is not None:
            self._run(run)
            count += 1
        return count

    def _next(self) -> JobRun | None:
        """Begin and return the next job: the oldest of the officer whose last turn is the longest ago."""
        waiting = (
            select(Job.queued_by, func.min(Job.job_id))
            .where(Job.tenant_id == self._runtime.tenant_id, Job.state == JobState.QUEUED)
            .group_by(Job.queued_by)
        )
        with snapshot(self._runtime.engine) as session:
            firsts = [
                (self._last_turns.get(queued_by, 0), job_id, queued_by)
                for queued_by, job_id in session.execute(waiting)
            ]
        if not firsts:
            return None
        _, job_id, officer = min(firsts, key=lambda first: first[:2])
        self._turn += 1
        self._last_turns[officer] = self._turn
        return run_write(self._runtime.engine, lambda session: self._begin(session, job_id))

    def _begin(self, session: Session, job_id: str) -> JobRun | None:
        runtime, now = self._runtime, self._runtime.clock.now()
        begun = (
            update(Job)
            .where(Job.tenant_id == runtime.tenant_id, Job.job_id == job_id, Job.state == JobState.QUEUED)
            .values(
                state=JobState.RUNNING.value,
                started_at=now,
                attempt_count=Job.attempt_count + 1,
                done_count=0,
                total_count=0,
            )
        )
        if changed_rows(session.execute(begun)) != 1:
            return None  # stopped meanwhile
        job = session.get_one(Job, (runtime.tenant_id, job_id))
        actor = Actor("officer", job.queued_by) if job.queued_by else Actor("operator")
        context = OperationContext(runtime.tenant_id, runtime.clock, runtime.ids, load(), actor)
        return JobRun(runtime, context, job_id, json.loads(job.arguments), kind=job.kind)

    def _run(self, run: JobRun) -> None:
        self._lists.follow()
        try:
            self._kinds[run.kind](run)
            if not run.is_concluded:
                run_write(self._runtime.engine, lambda session: run.conclude(session, {}))
        except JobStopped:
            self._conclude(run, JobState.STOPPED, {})
        except AppError as error:
            self._conclude(run, JobState.FAILED, {"code": error.code.value})
        except JobFailed as error:
            self._conclude(run, JobState.FAILED, {"code": error.code})
        except Exception as error:  # noqa: BLE001  # its fault ends a job, never the worker
            log.error("job_failed", job=run.job_id, exception=type(error).__name__, frames=frames_of(error))
            self._conclude(run, JobState.FAILED, {"code": ErrorCode.INTERNAL.value})
        log.info("job_ended", job=run.job_id, kind=run.kind)

    def _conclude(self, run: JobRun, state: JobState, outcome: Outcome) -> None:
        def work(session: Session) -> None:
            job = session.get_one(Job, (self._runtime.tenant_id, run.job_id), with_for_update=True)
            # A concluded job had its effect: an error after the commit does not change its state.
            if not JobState(job.state).is_final:
                self._end(job, state, outcome)

        run_write(self._runtime.engine, work)

    def _end(self, job: Job, state: JobState, outcome: Outcome) -> None:
        job.state, job.ended_at = state.value, self._runtime.clock.now()
        job.outcome = json.dumps(dict(outcome), ensure_ascii=False, sort_keys=True)


@contextmanager
def jobs_running(
    runtime: Runtime, kinds: Mapping[str, Work], look_every_s: float = LOOK_EVERY_S
) -> Iterator[None]:
    """Run the jobs of the store in a thread during the block.

    Of several processes with one data folder only the holder of its lock file runs jobs; the system releases
    the lock of a process that died.
    """
    is_over = threading.Event()

    def run() -> None:
        with _only_worker(runtime.settings.data_dir / LOCK, is_over) as is_mine:
            worker = JobWorker(runtime, kinds)
            is_recovered = False
            while is_mine and not is_over.wait(0 if not is_recovered else look_every_s):
                try:
                    if not is_recovered:
                        worker.recover()
                        is_recovered = True
                    worker.run_waiting()
                except (SQLAlchemyError, AppError, OSError) as error:
                    # The store is unreachable or busy, or the disk is full: a job whose end could not be
                    # written is recovered as after a restart.
                    log.warning("jobs_not_run", error=type(error).__name__)
                    is_recovered = False
                    is_over.wait(look_every_s)

    thread = threading.Thread(target=run, name="jobs", daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()


@contextmanager
def _only_worker(path: Path, is_over: threading.Event) -> Iterator[bool]:
    """Wait for the lock of the worker; yield False if `is_over` is set before."""
    if sys.platform == "win32":
        yield True
        return
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield _locked(handle, is_over)
    finally:
        os.close(handle)


def _locked(handle: int, is_over: threading.Event) -> bool:
    while not is_over.is_set():
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            is_over.wait(LOOK_EVERY_S)
        else:
            return True
    return False
