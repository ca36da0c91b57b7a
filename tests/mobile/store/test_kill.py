"""A process that SIGKILL ends at any moment: drafts and records that it reported as saved are there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.mobile.support import KEY, FrozenClock, seeded_ids

from field178_mobile.store import Store

PROGRAM = Path(__file__).with_name("filing_process.py")


@pytest.mark.parametrize("lines", [1, 37])
def test_saved_changes_survive_a_kill(tmp_path: Path, clock: FrozenClock, lines: int) -> None:
    reports = reports_before_the_kill(tmp_path, lines)
    store = Store(tmp_path, clock, seeded_ids(clock))
    store.unlock(KEY)
    assert not store.was_rebuilt
    held = store.read(lambda context: dict(context.connection.execute("SELECT id, record_id FROM outbox")))
    drafts = {draft.id for draft in store.drafts.all()}
    store.close()
    assert {name for kind, name in reports if kind == "filed"} <= set(held)
    assert {name for kind, name in reports if kind == "draft"} <= drafts | set(held.values())


def reports_before_the_kill(folder: Path, lines: int) -> list[list[str]]:
    command = [sys.executable, str(PROGRAM), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        reports = [process.stdout.readline().split() for _ in range(lines)]
        process.kill()
        # Lines in the pipe count as reports too; the last may have been cut in the middle.
        rest = process.stdout.read().splitlines(keepends=True)
    return reports + [line.split() for line in rest if line.endswith("\n")]
