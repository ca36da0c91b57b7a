"""Job worker: order, progress, stops, errors, and jobs of a killed process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session
from tests.server.office_scene import Office, copy_of

from field178_server.audit.trail import Actor
from field178_server.database.models import Job
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.jobs import queue
from field178_server.jobs.job_files import JobFiles
from field178_server.jobs.queue import JobRow, JobState
from field178_server.jobs.run import JobRun
from field178_server.jobs.worker import INTERRUPTED, MAX_ATTEMPTS, JobWorker, Work, jobs_running
from field178_shared.errors import AppError, ErrorCode


@dataclass
class Jobs:
    """A queue of jobs of one kind, and what its work was called with."""

    office: Office
    done: list[str] = field(default_factory=list)

    def add(self, **arguments: str) -> str:
        context = self.office.context
        return run_write(self.office.engine, lambda session: queue.add(session, context, "any", arguments))

    def add_of(self, officer_id: str) -> str:
        """Queue a job of an officer."""
        context = replace(self.office.context, actor=Actor("officer", officer_id))
        return run_write(self.office.engine, lambda session: queue.add(session, context, "any", {}))

    def stop(self, job_id: str) -> None:
        context = self.office.context
        run_write(self.office.engine, lambda session: queue.stop(session, context, job_id))

    def worker(self, work: Work) -> JobWorker:
        return JobWorker(self.office.runtime, {"any": work})

    def note(self, run: JobRun) -> None:
        self.done.append(run.job_id)

    def row(self, job_id: str) -> JobRow:
        with snapshot(self.office.engine) as session:
            job = queue.find_job(session, self.office.settings.tenant, job_id)
        assert job is not None
        return job


@pytest.fixture
def jobs(furnished: Path, tmp_path: Path) -> Iterator[Jobs]:
    office = Office(copy_of(furnished, tmp_path / "data"))
    yield Jobs(office)
    office.close()


def test_jobs_run_one_after_the_other_in_the_order_they_came(jobs: Jobs) -> None:
    added = [jobs.add() for _ in range(3)]
    assert jobs.worker(jobs.note).run_waiting() == 3
    assert jobs.done == added
    assert {jobs.row(job_id).state for job_id in added} == {JobState.DONE}


def test_officers_take_turns_and_each_has_its_jobs_in_order(jobs: Jobs) -> None:
    reader, other = jobs.office.officer_id("chi"), jobs.office.officer_id("an")
    many = [jobs.add_of(reader) for _ in range(4)]
    few = [jobs.add_of(other) for _ in range(2)]
    backup = jobs.add()
    jobs.worker(jobs.note).run_waiting()
    assert jobs.done == [many[0], few[0], backup, many[1], few[1], many[2], many[3]]


def test_a_job_that_comes_while_another_officers_wait_is_the_next(jobs: Jobs) -> None:
    reader, other = jobs.office.officer_id("chi"), jobs.office.officer_id("an")
    many, late = [jobs.add_of(reader) for _ in range(4)], list[str]()

    def work(run: JobRun) -> None:
        jobs.note(run)
        if run.job_id == many[1]:
            late.append(jobs.add_of(other))

    jobs.worker(work).run_waiting()
    assert jobs.done == [*many[:2], *late, *many[2:]]


def test_a_job_acts_in_the_name_of_who_queued_it(jobs: Jobs) -> None:
    seen: list[Actor] = []
    jobs.add()
    jobs.worker(lambda run: seen.append(run.context.actor)).run_waiting()
    assert [actor.kind for actor in seen] == ["operator"]


def test_progress_is_stored_and_a_stop_ends_the_work_without_effect(jobs: Jobs) -> None:
    job_id = jobs.add()

    def work(run: JobRun) -> None:
        run.progress(40, 100)
        assert (jobs.row(job_id).done_count, jobs.row(job_id).total_count) == (40, 100)
        jobs.stop(job_id)
        run_write(run.runtime.engine, lambda session: run.conclude(session, {"taken": 7}))

    jobs.worker(work).run_waiting()
    row = jobs.row(job_id)
    assert (row.state, row.outcome) == (JobState.STOPPED, {})


def test_the_outcome_and_the_effect_are_one_transaction(jobs: Jobs) -> None:
    stopped, done = jobs.add(stop="yes"), jobs.add(stop="")

    def work(run: JobRun) -> None:
        def apply(session: Session) -> None:
            queue.add(session, run.context, "effect", {})
            run.conclude(session, {"taken": 1})

        if run.arguments["stop"]:
            jobs.stop(run.job_id)
        run_write(run.runtime.engine, apply)

    worker = JobWorker(jobs.office.runtime, {"any": work, "effect": jobs.note})
    worker.run_waiting()
    assert jobs.row(stopped).state is JobState.STOPPED
    assert jobs.row(done).outcome == {"taken": 1}
    assert len(jobs.done) == 1


def test_a_job_that_waits_is_stopped_at_once_and_never_begins(jobs: Jobs) -> None:
    job_id = jobs.add()
    jobs.stop(job_id)
    assert jobs.worker(jobs.note).run_waiting() == 0
    assert jobs.row(job_id).state is JobState.STOPPED
    jobs.stop(job_id)
    with pytest.raises(AppError):
        jobs.stop("0197a000-0000-7000-8000-00000000ffff")


@pytest.mark.parametrize(
    ("error", "code"),
    [(AppError(ErrorCode.CHANGED, count=2), "changed"), (ZeroDivisionError("name of a person"), "internal")],
)
def test_error_ends_its_job_alone_and_its_log_has_no_content(
    jobs: Jobs, error: Exception, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    broken, after = jobs.add(broken="yes"), jobs.add(broken="")

    def work(run: JobRun) -> None:
        if run.arguments["broken"]:
            raise error
        jobs.note(run)

    assert jobs.worker(work).run_waiting() == 2
    assert jobs.row(broken).state is JobState.FAILED
    assert jobs.row(broken).outcome["code"] == code
    assert "name of a person" not in str(jobs.row(broken).outcome) + "".join(capsys.readouterr())
    assert jobs.done == [after]


def test_job_of_a_killed_process_is_restarted_a_limited_number_of_times(jobs: Jobs) -> None:
    job_id = jobs.add()

    class Killed(BaseException):
        pass

    def work(run: JobRun) -> None:
        raise Killed

    for _ in range(MAX_ATTEMPTS):
        worker = jobs.worker(work)
        worker.recover()
        with pytest.raises(Killed):
            worker.run_waiting()
        assert jobs.row(job_id).state is JobState.RUNNING
    part = JobFiles(jobs.office.runtime.settings.data_dir, jobs.office.runtime.tenant_id).begin(job_id)
    part.write_bytes(b"rows of records")
    worker.recover()
    assert not part.exists(), "no later erasure would look for it"
    assert jobs.worker(work).run_waiting() == 0
    assert jobs.row(job_id).state is JobState.FAILED
    assert jobs.row(job_id).outcome["code"] == INTERRUPTED


def test_stop_of_a_job_that_a_kill_ended_is_stored(jobs: Jobs) -> None:
    job_id = jobs.add()
    with jobs.office.engine.begin() as connection:
        connection.execute(update(Job).values(state=JobState.RUNNING.value))
    jobs.stop(job_id)
    jobs.worker(jobs.note).recover()
    assert jobs.row(job_id).state is JobState.STOPPED


def test_of_two_processes_over_one_folder_one_runs_the_jobs(jobs: Jobs) -> None:
    came = threading.Semaphore(0)

    def work(run: JobRun) -> None:
        jobs.note(run)
        came.release()

    kinds = {"any": work}
    with jobs_running(jobs.office.runtime, kinds, 0.01), jobs_running(jobs.office.runtime, kinds, 0.01):
        added = [jobs.add() for _ in range(5)]
        assert all(came.acquire(timeout=20) for _ in added)
    assert jobs.done == added
