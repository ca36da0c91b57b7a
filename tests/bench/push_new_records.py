"""S1, D: one tablet pushes 10,000 new records in turns with the floor, on SQLite and PostgreSQL.

python -m tests.bench.push_new_records [RECORDS]
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field

from tests.bench import wire
from tests.bench.engines import engines
from tests.bench.figures import figure, percentile
from tests.bench.floor.process import Floor, running_floor
from tests.bench.office import cpu_seconds, office, pid_of
from tests.bench.processes import cpu_seconds as cpu_of
from tests.bench.processes import forget_peak_memory, peak_memory_mb
from tests.bench.records import new_changes
from tests.bench.rows import settle_totals, stored_bytes
from tests.e2e.foreign_client import ForeignClient
from tests.e2e.server_process import ServerProcess

RECORDS = 10_000
BATCH = 500
TIMES = {"SQLite": 2.0, "PostgreSQL": 2.5}


@dataclass
class Pushed:
    """Seconds of each batch at the floor, and the answers of the product."""

    floor_s: list[float] = field(default_factory=list)
    answers: list[wire.Answer] = field(default_factory=list)


def main(records: int = RECORDS) -> None:
    """Print time and CPU against the floor, bytes, requests, memory and disk, on each engine."""
    for engine in engines():
        with (
            office(**engine.environment()) as (server, client),
            running_floor(engine.new_database()) as floor,
        ):
            _measure(server, client, floor, engine.name, records)


def _measure(server: ServerProcess, client: ForeignClient, floor: Floor, engine: str, records: int) -> None:
    # A sign-in holds 64 MiB for a moment: it belongs to the enrolment, not to the push.
    forget_peak_memory(pid_of(server))
    empty, cpu, floor_cpu = stored_bytes(server), cpu_seconds(server), cpu_of(floor.pid)
    pushed = _push(server, client, floor, records)
    cpu, floor_cpu = cpu_seconds(server) - cpu, cpu_of(floor.pid) - floor_cpu
    memory = peak_memory_mb(pid_of(server))
    times = [answer.wall_s for answer in pushed.answers]
    ratio = percentile(times, 0.5) / percentile(pushed.floor_s, 0.5)
    name = f"push {records:,} new records, {engine}"
    figure("S1", name, sum(times), "s", floor=sum(pushed.floor_s))
    figure("S1", f"{name}: median batch against the floor", ratio, "times", TIMES[engine])
    # On PostgreSQL the database works in processes of its own, which neither figure counts.
    figure("S1", f"{name}: server CPU a record", cpu / records * 1e6, "µs", floor=floor_cpu / records * 1e6)
    figure("S1", f"{name}: server CPU against the floor", cpu / floor_cpu, "times", TIMES[engine])
    figure("S1", f"{name}: server memory", memory, "MB", 120)
    if len(pushed.answers) * BATCH == RECORDS and engine == "SQLite":
        figure("S1", "bytes up", sum(answer.up for answer in pushed.answers) / 1e6, "MB", 3)
        figure("S1", "bytes down", sum(answer.down for answer in pushed.answers) / 1e3, "kB", 500)
        figure("S1", "requests", len(pushed.answers), "requests", 20)
    server.stop()
    settling = settle_totals(server)
    figure("S1", f"{name}: CPU a record to settle totals later", settling / records * 1e6, "µs")
    stored = stored_bytes(server) - empty
    figure("D", f"disk a record with all totals, {engine}", stored / records / 1000, "kB", 3)


def _push(server: ServerProcess, client: ForeignClient, floor: Floor, records: int) -> Pushed:
    pushed, line, floor_line = Pushed(), wire.line(), wire.line()
    for first in range(0, records, BATCH):
        changes = new_changes(client, range(first, first + BATCH))
        body = wire.packed(client, push=changes)
        pushed.floor_s.append(floor.push(body, floor_line).wall_s)
        answer = wire.exchange(line, client, body)
        wire.applied(answer, len(changes))
        wire.follow(client, answer.text)
        pushed.answers.append(answer)
    return pushed


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
