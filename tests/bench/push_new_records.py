"""S1, D: one tablet pushes 10,000 new records, on SQLite and PostgreSQL, beside the floor."""

from __future__ import annotations

import sys
import time

from tests import postgres
from tests.bench import wire
from tests.bench.figures import figure
from tests.bench.floor.process import Spent, push_all
from tests.bench.office import cpu_seconds, office, pid_of
from tests.bench.processes import forget_peak_memory, peak_memory_mb
from tests.bench.records import new_changes
from tests.e2e.foreign_client import ForeignClient, Json
from tests.e2e.server_process import ServerProcess

RECORDS = 10_000
BATCH = 500
STORE = "field178.sqlite"


def main() -> None:
    """Print time and server CPU against the floor, bytes each way, requests and memory, on each engine."""
    with office() as (server, client):
        _measure(server, client, "")
    if (reason := postgres.why_not()) is not None:
        print(f"S1 PostgreSQL: {reason}", file=sys.stderr)
        return
    with (
        postgres.running_cluster(postgres.DURABLE) as cluster,
        office(FIELD178_DATABASE_URL=cluster.new_database()) as (server, client),
    ):
        _measure(server, client, cluster.new_database())


def _measure(server: ServerProcess, client: ForeignClient, floor_url: str) -> None:
    engine = "PostgreSQL" if floor_url else "SQLite"
    batches = [new_changes(client, range(first, first + BATCH)) for first in range(0, RECORDS, BATCH)]
    # A sign-in holds 64 MiB for a moment: it belongs to the enrolment, not to the push.
    forget_peak_memory(pid_of(server))
    spent, answers = _pushed(server, client, batches)
    memory = peak_memory_mb(pid_of(server))
    floor = push_all((wire.packed(client, push=changes) for changes in batches), floor_url)
    name = f"push 10,000 new records, {engine}"
    figure("S1", name, spent.wall_s, "s")
    figure("S1", f"{name}, against the floor", spent.wall_s / floor.wall_s, "times", 2.5)
    figure("S1", f"{name}: server CPU a record", spent.cpu_s / RECORDS * 1000, "ms")
    # On PostgreSQL the database works in processes of its own, which neither figure counts.
    figure("S1", f"{name}: server CPU, against the floor", spent.cpu_s / floor.cpu_s, "times", 2.5)
    figure("S1", f"{name}: server memory", memory, "MB", 120)
    if not floor_url:
        figure("S1", "bytes up", sum(answer.up for answer in answers) / 1e6, "MB", 3)
        figure("S1", "bytes down", sum(answer.down for answer in answers) / 1e3, "kB", 500)
        figure("S1", "requests", len(answers), "requests", 20)
        server.stop()  # it moves its log into the store
        figure("D", "disk a record", (server.folder / STORE).stat().st_size / RECORDS / 1000, "kB", 3)


def _pushed(
    server: ServerProcess, client: ForeignClient, batches: list[list[Json]]
) -> tuple[Spent, list[wire.Answer]]:
    session, answers = wire.line(), []
    cpu, started = cpu_seconds(server), time.perf_counter()
    for changes in batches:
        answer = wire.exchange(session, client, wire.packed(client, push=changes))
        wire.applied(answer, len(changes))
        wire.follow(client, answer.text)
        answers.append(answer)
    return Spent(time.perf_counter() - started, cpu_seconds(server) - cpu), answers


if __name__ == "__main__":
    main()
