"""X: the register of a million entries is exported by a worker process; its memory must not grow with it.

`python -m tests.bench.exports [ROWS]`; without a number a million.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from sqlalchemy.orm import Session
from tests.bench.figures import figure
from tests.server.office_scene import MovedClock, Office, furnish, settings_of

from field178_server.accounts import officers
from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import Actor
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.jobs.queue import JobState, find_job
from field178_server.office.exports.operations import request_export
from field178_shared.codelists import load

ROWS, MOST_MB = 1_000_000, 150
FORMATS = ("csv", "geojson", "xlsx")
_COLUMNS = (
    "tenant_id",
    "record_id",
    "scope",
    "unit_id",
    "establishment_type_id",
    "operating_status_id",
    "name",
    "address",
    "folded",
    "sort_key",
    "lat",
    "lon",
    "registration_number",
    "rev",
    "changed_at",
)


def fill(office: Office, count: int) -> None:
    """Put entries into the register alone: what an export reads, without the records behind it."""
    path = office.settings.effective_database_url.removeprefix("sqlite:///")
    marks = ", ".join("?" * len(_COLUMNS))
    with closing(sqlite3.connect(path)) as store:
        store.execute("PRAGMA foreign_keys=OFF")
        store.execute("PRAGMA synchronous=OFF")
        statement = f"INSERT INTO establishment_row ({', '.join(_COLUMNS)}) VALUES ({marks})"
        store.executemany(statement, _entries(count))
        store.commit()


def _entries(count: int) -> Iterator[tuple[object, ...]]:
    for number in range(count):
        name, point = (
            f"Nhà nghỉ Hoa Ban {number}",
            (207_900_000 + number % 1000, 1_065_600_000 + number % 997),
        )
        yield (
            "main",
            f"0194f285-2680-7256-afd1-{number:012x}",
            "unit:c11629_v2",
            "c11629_v2",
            "guesthouse",
            "operating",
            name,
            f"Số {number}, thôn 1",
            name.lower(),
            f"{number:08d}",
            *point,
            f"0200{number:06d}",
            1,
            "2025-01-01T00:00:00.000000Z",
        )


def ask(office: Office, form: str) -> str:
    """Queue one export; return its job."""

    def work(session: Session) -> str:
        officer = officers.context_of(session, officers.by_login_or_id(session, "main", "chi"))
        runtime = office.runtime
        actor = Actor("officer", officer.id)
        context = OperationContext("main", runtime.clock, runtime.ids, load(), actor)
        return request_export(session, context, officer, {"what": "establishments", "format": form})

    return run_write(office.engine, work)


def run(office: Office) -> tuple[float, float, float]:
    """Run what waits in a process of its own; return its memory before and at most in MB, and seconds."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "tests.bench.export_worker", str(office.settings.data_dir)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    idle, peak = map(float, done.stdout.splitlines()[-1].split())
    return idle, peak, time.perf_counter() - began


def main(count: int) -> None:
    """Fill a store and export it in each format."""
    with tempfile.TemporaryDirectory() as folder:
        settings, clock = settings_of(Path(folder) / "data"), MovedClock()
        furnish(settings, clock)
        office = Office(settings, clock)
        fill(office, count)
        for form in FORMATS:
            job_id = ask(office, form)
            idle, peak, spent = run(office)
            with snapshot(office.engine) as session:
                job = find_job(session, "main", job_id)
            assert job is not None
            assert job.state is JobState.DONE, job.outcome
            rows = int(str(job.outcome["records"]))
            figure("X", f"{form}: memory above idle", peak - idle, "MB", MOST_MB, whole_mb=peak, rows=rows)
            figure("X", f"{form}: time", spent, "s")
        office.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
