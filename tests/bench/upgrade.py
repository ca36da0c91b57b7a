"""UP: upgrade of a full store: migrations with their projections, then all projections written again.

python -m tests.bench.upgrade [RECORDS]: the store has the tables of an early version, on each engine.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass

from tests.bench.engines import engines
from tests.bench.figures import figure
from tests.bench.office import office
from tests.bench.rows import fill, store_url
from tests.e2e.server_process import ServerProcess

from field178_server.database import migrations
from field178_server.database.engine import create_engine_for

RECORDS = 25_000
# Before follow-ups, search, register of visits and totals.
OLD = "0022"
MEMORY_MB = 200


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
    with subprocess.Popen(arguments, env=environment, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    wall_s = time.perf_counter() - started
    return Spent(wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
