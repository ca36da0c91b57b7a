"""One run of a job: its arguments, its progress, and its outcome within the transaction of its effect."""

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

_TOLD_EVERY_S = 0.5


class JobStopped(Exception):
    """Somebody asked this job to stop, and nothing of it was applied."""


class JobFailed(Exception):
    """The work was not done, for a reason that only its kind knows; `code` is what the outcome says."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(slots=True)
class JobRun:
    """What the work of a job is given. `context` acts in the name of the officer who queued it."""

    runtime: Runtime
    context: OperationContext
    job_id: str
    arguments: Arguments
    kind: str
    is_concluded: bool = False
    _told_at: float = field(default=-_TOLD_EVERY_S)

    def progress(self, done: int, total: int) -> None:
        """Tell how far the work is, twice a second at most; raises JobStopped where a stop is wanted.

        MUST be called outside of a write transaction, which would wait for itself.
        """
        now = duration_clock()
        if now - self._told_at < _TOLD_EVERY_S and done < total:
            return
        self._told_at = now
        self.raise_if_stopped()
        counts = {"done_count": done, "total_count": total}
        run_write(self.runtime.engine, lambda session: session.execute(self._own().values(**counts)))

    def raise_if_stopped(self) -> None:
        """Raise JobStopped where a stop is wanted."""
        asked = select(Job.is_stop_wanted).where(
            Job.tenant_id == self.runtime.tenant_id, Job.job_id == self.job_id
        )
        with snapshot(self.runtime.engine) as session:
            if session.scalar(asked):
                raise JobStopped

    def conclude(self, session: Session, outcome: Outcome) -> None:
        """Write the outcome; MUST be part of the transaction that has the effect of the job.

        Raises JobStopped, so that nothing is applied, when a stop came before this transaction.
        """
        ended = self._own().where(Job.state == JobState.RUNNING, Job.is_stop_wanted.is_(False))
        text = json.dumps(dict(outcome), ensure_ascii=False, sort_keys=True)
        values = {"state": JobState.DONE.value, "outcome": text, "ended_at": self.context.now()}
        # Written before the flag is set: the transaction may be run again.
        if changed_rows(session.execute(ended.values(**values))) != 1:
            raise JobStopped
        self.is_concluded = True

    def _own(self) -> Update:
        return update(Job).where(Job.tenant_id == self.runtime.tenant_id, Job.job_id == self.job_id)
