"""A run of a job: its arguments, its progress, and its outcome."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from sqlalchemy import Update, select, update
from sqlalchemy.orm import Session

from field178_server.audit.operation_context import OperationContext
from field178_server.database.engine import changed_rows
from field178_server.database.models import Job
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.jobs.queue import Arguments, JobState, Outcome
from field178_server.runtime import Runtime
from field178_shared.time.clock import duration_clock

_REPORT_EVERY_S = 0.5


class JobStopped(Exception):
    """The stop of the job was requested, and the job had no effect."""


class JobFailed(Exception):
    """Failure of a job with an own `code` of its kind, which is stored in the outcome."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(slots=True)
class JobRun:
    """Arguments of a job's function. The actor of `context` is the officer who queued the job."""

    runtime: Runtime
    context: OperationContext
    job_id: str
    arguments: Arguments
    kind: str
    is_concluded: bool = False
    _reported_at: float = field(default=-_REPORT_EVERY_S)

    def progress(self, done: int, total: int) -> None:
        """Write the progress, at most twice a second; raise JobStopped if a stop was requested.

        MUST be called outside of a write transaction, which would deadlock with itself.
        """
        now = duration_clock()
        if now - self._reported_at < _REPORT_EVERY_S and done < total:
            return
        self._reported_at = now
        self.raise_if_stopped()
        counts = {"done_count": done, "total_count": total}
        run_write(self.runtime.engine, lambda session: session.execute(self._own().values(**counts)))

    def raise_if_stopped(self) -> None:
        """Raise JobStopped if somebody requested the job's stop."""
        query = select(Job.is_stop_wanted).where(
            Job.tenant_id == self.runtime.tenant_id, Job.job_id == self.job_id
        )
        with snapshot(self.runtime.engine) as session:
            if session.scalar(query):
                raise JobStopped

    def conclude(self, session: Session, outcome: Outcome) -> None:
        """Write the outcome; MUST be called in the transaction of the job's effect.

        Raises JobStopped if a stop was requested before, so that the transaction is rolled back.
        """
        ended = self._own().where(Job.state == JobState.RUNNING, Job.is_stop_wanted.is_(False))
        text = json.dumps(dict(outcome), ensure_ascii=False, sort_keys=True)
        values = {"state": JobState.DONE.value, "outcome": text, "ended_at": self.context.now()}
        # The flag is set after the write, because the transaction may be retried.
        if changed_rows(session.execute(ended.values(**values))) != 1:
            raise JobStopped
        self.is_concluded = True

    def _own(self) -> Update:
        return update(Job).where(Job.tenant_id == self.runtime.tenant_id, Job.job_id == self.job_id)
