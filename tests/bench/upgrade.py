"""UP: upgrade of a full store: migrations with their projections, then all projections written again.

python -m tests.bench.upgrade [RECORDS]: the store has the tables of an early version, on each engine.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass

from tests.bench.engines import engines
from tests.bench.figures import figure
from tests.bench.office import office
from tests.bench.processes import peak_memory_mb
from tests.bench.rows import fill, store_url
from tests.e2e.server_process import ServerProcess

from field178_server.database import migrations
from field178_server.database.engine import create_engine_for

RECORDS = 25_000
# Before follow-ups, search, register of visits and totals.
OLD = "0022"
MEMORY_MB = 200
_LOOK_S = 0.02


@dataclass(frozen=True)
class Spent:
    """What a process took."""

    wall_s: float
    cpu_s: float
    memory_mb: float


def main(records: int = RECORDS) -> None:
    """Print time, CPU and memory of `field178 init` on the older store, and of `field178 project`."""
    for engine in engines():
        with office(**engine.environment()) as (server, client):
            fill(server, client, records)
            server.stop()
            _downgrade(server)
            for name, command in (("migrations", "init"), ("projections", "project")):
                spent = _run(server, command)
                figure("UP", f"{records:,} records, {name}, {engine.name}", spent.wall_s, "s")
                figure("UP", f"{records:,} records, {name}, {engine.name}: CPU", spent.cpu_s, "s")
                memory = f"{records:,} records, {name}, {engine.name}: memory"
                figure("UP", memory, spent.memory_mb, "MB", MEMORY_MB)


def _downgrade(server: ServerProcess) -> None:
    engine = create_engine_for(store_url(server))
    migrations.downgrade(engine, OLD)
    engine.dispose()


def _run(server: ServerProcess, command: str) -> Spent:
    """Run a command in a process of its own."""
    environment = {**os.environ, "FIELD178_DATA_DIR": str(server.folder), **server.environment}
    started = time.perf_counter()
    arguments = [sys.executable, "-m", "field178_server.cli", command]
    memory_mb = 0.0
    with subprocess.Popen(arguments, env=environment, stdout=subprocess.DEVNULL) as process:
        while not (ended := os.wait4(process.pid, os.WNOHANG))[0]:
            # ru_maxrss counts the memory of this process as well, from which the other was forked.
            with suppress(OSError, AssertionError):
                memory_mb = peak_memory_mb(process.pid)
            time.sleep(_LOOK_S)
        process.returncode = os.waitstatus_to_exitcode(ended[1])
    assert process.returncode == 0, command
    usage = ended[2]
    return Spent(time.perf_counter() - started, usage.ru_utime + usage.ru_stime, memory_mb)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
