"""A process killed at any boundary or statement of a write leaves all of a step or nothing of it.

`python -m tests.prove crashes` kills 2,000.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("the processes fork", allow_module_level=True)

CRASHES = 90
SERVER_POINTS = {"push.begin", "push.commit", "push.done", "answer"}
TABLET_TRANSACTIONS = {"file", "draft", "sent", "checkpoint", "finish", "prune", "setting", "initialise"}


def test_no_killed_process_leaves_half_a_step() -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        done = subprocess.run(
            [sys.executable, "-m", "tests.contract.crash_points", "0", str(CRASHES), folder],
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr[-2000:]
    met = json.loads(done.stdout)
    assert met["tablet"] + met["server"] == CRASHES
    assert {name.partition(".")[0] for name in met["tablet_points"]} >= TABLET_TRANSACTIONS
    assert set(met["server_points"]) == SERVER_POINTS
    assert met["groups"] > 0
