"""S2: a new tablet keeps 50,000 records: from the bytes of the answers to committed, sealed rows.

The tablet is a process of its own, with msgspec and, as on Android, without it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from tests.bench.figures import figure
from tests.bench.office import OFFICER, PASSWORD, another, office
from tests.bench.rows import fill
from tests.bench.tablet_process import Spent, Subject
from tests.e2e.real_tablet import enrolled
from tests.e2e.server_process import ServerProcess

RECORDS = 50_000


def main(records: int = RECORDS) -> None:
    """Print time, CPU a record, the memory it took and the stages, for each way of reading JSON."""
    with office() as (server, _):
        fill(server, another(server), records)
        for name, has_msgspec in (("with msgspec", True), ("without msgspec", False)):
            streamed = measured(server, has_msgspec=has_msgspec, reads_whole=False)
            spent = measured(server, has_msgspec=has_msgspec)
            assert min(streamed.records, spent.records) >= records, (streamed, spent)
            figure("S2", f"first load into the tablet's store, {name}", streamed.wall_s, "s")
            figure("S2", f"tablet CPU, {name}", spent.cpu_s, "CPU-s", 4.0)
            figure("S2", f"tablet CPU a record, {name}", spent.cpu_s / records * 1e6, "us", 80)
            figure(
                "S2", f"tablet memory above idle, {name}", spent.memory_mb, "MB", 80, idle_mb=spent.idle_mb
            )
            stages = measured(server, has_msgspec=has_msgspec, is_staged=True).stages
            shares = {stage: seconds / records * 1e6 for stage, seconds in stages.items()}
            figure("S2", f"tablet stages, {name}", sum(shares.values()), "us", **shares)


def measured(
    server: ServerProcess, *, has_msgspec: bool, reads_whole: bool = True, is_staged: bool = False
) -> Spent:
    """Return what a tablet that holds nothing spends on its first sync."""
    with tempfile.TemporaryDirectory() as folder:
        tablet = enrolled(server, OFFICER, Path(folder), password=PASSWORD)
        tablet.close()
        enrolment = tablet.enrolment
        subject = Subject(
            folder,
            server.url,
            enrolment.device,
            tablet.key.hex(),
            enrolment.receipt_key,
            has_msgspec,
            reads_whole,
            is_staged,
        )
        request = json.dumps(asdict(subject))
        command = [sys.executable, "-m", "tests.bench.tablet_process"]
        done = subprocess.run(command, input=request, stdout=subprocess.PIPE, text=True, check=True)
    return Spent(**json.loads(done.stdout))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
