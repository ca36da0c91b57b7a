"""S2: new tablets fetch 50,000 records by plain exchanges, in turns with the floor.

python -m tests.bench.pull_everything [RECORDS]: from a server that was just started, on each engine.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from statistics import median

from tests.bench import wire
from tests.bench.engines import BenchEngine, engines
from tests.bench.figures import figure
from tests.bench.floor.process import Floor, running_floor
from tests.bench.office import another, cpu_seconds, office, pid_of
from tests.bench.processes import cpu_seconds as cpu_of
from tests.bench.processes import forget_peak_memory, peak_memory_mb
from tests.bench.records import new_changes
from tests.bench.rows import fill
from tests.e2e.foreign_client import ForeignClient
from tests.e2e.server_process import ServerProcess

RECORDS = 50_000
PAGE = 2000
TURNS = 3
FIRST_LOAD_S = 3.2
_FLOOR_BATCH = 500


@dataclass
class Pull:
    """Seconds in requests, and what came, of one whole pull."""

    wall_s: float = 0.0
    records: int = 0
    down: int = 0
    requests: int = 0


@dataclass
class Pulls:
    """Pulls of one server, the CPU seconds of all and the most memory of the server."""

    each: list[Pull] = field(default_factory=list)
    cpu_s: float = 0.0
    memory_mb: float = 0.0

    @property
    def wall_s(self) -> float:
        """Return the seconds of the median pull."""
        return median(pull.wall_s for pull in self.each)


def main(records: int = RECORDS) -> None:
    """Print time, bytes, requests, server CPU a record and the server's memory, on each engine."""
    for engine in engines():
        with (
            office(**engine.environment()) as (server, first),
            running_floor(engine.new_database()) as floor,
        ):
            _fill(server, first, floor, records)
            server.stop()
            server.start()
            _measure(server, floor, engine, records)


def _fill(server: ServerProcess, client: ForeignClient, floor: Floor, records: int) -> None:
    for first in range(0, records, _FLOOR_BATCH):
        changes = new_changes(client, range(first, first + _FLOOR_BATCH))
        floor.push(wire.packed(client, push=changes))
    fill(server, another(server), records)


def _measure(server: ServerProcess, floor: Floor, engine: BenchEngine, records: int) -> None:
    first, product, bare = Pull(), Pulls(), Pulls()
    for turn in range(TURNS):
        cpu = cpu_of(floor.pid)
        bare.each.append(_pull_floor(floor))
        bare.cpu_s += cpu_of(floor.pid) - cpu
        client = another(server)
        client.url = server.url
        # A sign-in holds 64 MiB for a moment: it belongs to the enrolment, not to the pull.
        forget_peak_memory(pid_of(server))
        cpu = cpu_seconds(server)
        pull = _pull(client)
        product.cpu_s += cpu_seconds(server) - cpu
        product.memory_mb = max(product.memory_mb, peak_memory_mb(pid_of(server)))
        assert pull.records >= records, pull
        product.each.append(pull)
        first = pull if turn == 0 else first
    name = f"pull {records:,}, {engine.name}"
    figure("S2", f"{name}: first load", first.wall_s, "s", FIRST_LOAD_S if engine.is_sqlite else None)
    figure("S2", f"{name}: median pull", product.wall_s, "s", floor=bare.wall_s)
    figure("S2", f"{name}: median pull against the floor", product.wall_s / bare.wall_s, "times", 1.1)
    cpu, floor_cpu = (pulls.cpu_s / TURNS / records * 1e6 for pulls in (product, bare))
    figure("S2", f"{name}: server CPU a record", cpu, "µs", floor=floor_cpu)
    figure("S2", f"{name}: server memory", product.memory_mb, "MB", 170)
    if engine.is_sqlite:
        figure("S2", "bytes down", first.down / 1e6, "MB", 12.7)
        figure("S2", "requests", first.requests, "requests")


def _pull(client: ForeignClient) -> Pull:
    pull, line, more = Pull(), wire.line(), True
    while more:
        answer = wire.exchange(line, client, wire.packed(client, max_records=PAGE))
        wire.follow(client, answer.text)
        pull.wall_s += answer.wall_s
        pull.down += answer.down
        pull.requests += 1
        pull.records += answer.text.count('"frame":"rec"')
        more = answer.more
    return pull


def _pull_floor(floor: Floor) -> Pull:
    pull, line, above, previous = Pull(), wire.line(), 0, -1
    while previous != above:
        page = floor.pull(above, line, PAGE)
        previous, above = above, page.top
        pull.wall_s += page.wall_s
    return pull


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
