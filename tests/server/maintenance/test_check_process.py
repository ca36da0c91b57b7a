"""The integrity check in its own process reports its failure and ends with the server."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from field178_server import own_process
from field178_server.database.engine import create_engine_for
from field178_server.maintenance import check_process


def test_failed_process_is_reported_with_reason_and_exit_code(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    engine = create_engine_for(f"sqlite:///{tmp_path / 'absent' / 'store.sqlite'}")
    with pytest.raises(subprocess.CalledProcessError) as failed:
        check_process.faults_in_own_process(engine, "main", None)
    assert failed.value.returncode == 1
    assert json.loads(capfd.readouterr().err)["exception"] == "OperationalError"


def test_the_process_ends_with_the_server_in_the_middle_of_a_check(tmp_path: Path) -> None:
    file = tmp_path / "store.sqlite"
    with closing(sqlite3.connect(file)) as writer:
        writer.execute("CREATE TABLE t (a)")
        # The check waits for this lock until SQLite reports the store as busy.
        writer.execute("BEGIN EXCLUSIVE")
        arguments = json.dumps([f"sqlite:///{file}", "main", None])
        ended = subprocess.run(
            own_process.command_of(check_process.MODULE),
            input=f"{arguments}\n",
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert (ended.returncode, ended.stdout, ended.stderr) == (own_process.LEFT_ALONE, "", "")
