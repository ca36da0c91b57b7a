"""Move the clock of a process and of all that it starts: Python, servers, tablets, PostgreSQL (libfaketime).

Clocks of durations stay, and so do the times of files: Python compares those with its compiled files.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from math import ceil
from pathlib import Path

import psycopg
from tests import postgres

ROOT = Path(__file__).parents[2]
_LIBRARY = "*/faketime/libfaketimeMT.so.1"
_MOST_BETWEEN = timedelta(minutes=5)


def libraries() -> list[Path]:
    """Return the files of libfaketime on this machine."""
    return sorted(Path("/usr/lib").glob(_LIBRARY))


def shifted(instant: datetime) -> Mapping[str, str]:
    """Return an environment whose clock begins at `instant`; all processes that inherit it agree."""
    files = libraries()
    assert files, "libfaketime is not there: apt-get install faketime"
    # Rounded up: half a second early is the day before.
    seconds = ceil((instant - datetime.now(UTC)).total_seconds())
    return {
        **os.environ,
        "LD_PRELOAD": str(files[0]),
        "FAKETIME": f"{seconds:+d}",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "NO_FAKE_STAT": "1",
    }


def expect_clocks(environment: Mapping[str, str], instant: datetime) -> None:
    """Start a Python process and a PostgreSQL cluster; AssertionError when either has another clock."""
    command = [sys.executable, "-m", __name__]
    read = json.loads(subprocess.check_output(command, cwd=ROOT, env=environment, text=True))
    wrong = {
        name: clock
        for name, clock in read.items()
        if not timedelta(0) <= datetime.fromisoformat(clock) - instant <= _MOST_BETWEEN
    }
    assert not wrong, f"not {instant}: {wrong}"


def _read_clocks() -> Mapping[str, str]:
    clocks = {"python": datetime.now(UTC).isoformat()}
    with (
        postgres.running_cluster() as cluster,
        psycopg.connect(f"host=127.0.0.1 port={cluster.port} user={postgres.OWNER}") as connection,
    ):
        row = connection.execute("SELECT now()").fetchone()
        assert row is not None
        clocks["postgresql"] = row[0].isoformat()
    return clocks


if __name__ == "__main__":
    print(json.dumps(_read_clocks()))
