"""S2: a new tablet fetches 50,000 records by plain exchanges, from a server that was just started."""

from __future__ import annotations

import gzip
import json
import time
from dataclasses import dataclass

from tests.bench import wire
from tests.bench.figures import figure
from tests.bench.floor.process import Spent, running_floor
from tests.bench.office import another, cpu_seconds, office, pid_of
from tests.bench.processes import cpu_seconds as cpu_of
from tests.bench.processes import forget_peak_memory, peak_memory_mb
from tests.bench.records import record, team_of
from tests.bench.rows import fill
from tests.e2e.foreign_client import ForeignClient
from tests.e2e.server_process import ServerProcess

RECORDS = 50_000
PAGE = 2000
_FLOOR_BATCH = 500


@dataclass(slots=True)
class Fetched:
    """Measurements of one whole pull."""

    records: int = 0
    down: int = 0
    requests: int = 0


def main() -> None:
    """Print time, bytes, requests, server CPU a record and the server's memory."""
    with office() as (server, first):
        team = team_of(first)
        fill(server, another(server), RECORDS)
        server.stop()
        server.start()
        floor = _floor(team)
        spent, fetched = _measured(server)
        figure("S2", "pull 50,000", spent.wall_s, "s", 4.0)
        figure("S2", "pull 50,000 against the floor", spent.wall_s / floor.wall_s, "times", 1.1)
        cpu = spent.cpu_s / RECORDS * 1000
        figure("S2", "server CPU a record", cpu, "ms", ratio=spent.cpu_s / floor.cpu_s)
        figure("S2", "bytes down", fetched.down / 1e6, "MB", 12.7)
        figure("S2", "requests", fetched.requests, "requests")
        figure("S2", "server memory", peak_memory_mb(pid_of(server)), "MB", 170)


def _measured(server: ServerProcess) -> tuple[Spent, Fetched]:
    client = another(server)
    client.url = server.url
    # A sign-in holds 64 MiB for a moment: it belongs to the enrolment, not to the pull.
    forget_peak_memory(pid_of(server))
    cpu, started = cpu_seconds(server), time.perf_counter()
    fetched = _pull(client)
    spent = Spent(time.perf_counter() - started, cpu_seconds(server) - cpu)
    assert fetched.records >= RECORDS, fetched
    return spent, fetched


def _pull(client: ForeignClient) -> Fetched:
    fetched, session, more = Fetched(), wire.line(), True
    while more:
        body = wire.packed(client, max_records=PAGE)
        answer = wire.exchange(session, client, body)
        wire.follow(client, answer.text)
        fetched.down += answer.down
        fetched.requests += 1
        fetched.records += answer.text.count('"frame":"rec"')
        more = answer.more
    return fetched


def _floor(team: str) -> Spent:
    """Return what a bare server needs to read and stream the same bodies."""
    with running_floor() as floor:
        for first in range(0, RECORDS, _FLOOR_BATCH):
            numbers = range(first, first + _FLOOR_BATCH)
            rows = [(number, *record(number, team)) for number in numbers]
            listed = [{"record_id": str(n), "type": t, "scope": s, "set": data} for n, t, s, data in rows]
            floor.push(gzip.compress(json.dumps({"push": listed}).encode(), 1))
        cpu, started, above, previous = cpu_of(floor.pid), time.perf_counter(), 0, -1
        while previous != above:
            previous, above = above, int(floor.pull(above, PAGE).headers["X-Top"])
        return Spent(time.perf_counter() - started, cpu_of(floor.pid) - cpu)


if __name__ == "__main__":
    main()
