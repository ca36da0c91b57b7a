"""L1: 50 batches a second of 20 records from the tablets of 16 teams, on SQLite and PostgreSQL: the waits."""

from __future__ import annotations

import sys
import threading
import time
from dataclasses import dataclass, field

from tests import postgres
from tests.bench import wire
from tests.bench.figures import figure, percentile
from tests.bench.office import COMMUNES, add_team, another, cpu_seconds, office
from tests.bench.records import new_changes
from tests.e2e.foreign_client import ForeignClient
from tests.e2e.server_process import ServerProcess

TABLETS = 16


@dataclass(frozen=True, slots=True)
class Rush:
    """Batches a second, for how many seconds, and records of each."""

    rate: int = 50
    seconds: int = 8
    records: int = 20

    @property
    def batches(self) -> int:
        """Return the number of requests that are sent in all."""
        return self.rate * self.seconds


RUSH = Rush()


@dataclass
class Run:
    """What a run has seen: seconds from the moment a batch was due to its whole answer."""

    waits: list[float] = field(default_factory=list)
    applied: int = 0


def main() -> None:
    """Print the seconds of the waits, median and 99th percentile, on each database engine."""
    cheap = {"FIELD178_PASSWORD_COST": "test"}
    with office(**cheap) as (server, _):
        _measure(server, "SQLite", 400)
    if (reason := postgres.why_not()) is not None:
        print(f"L1 PostgreSQL: {reason}", file=sys.stderr)
        return
    with (
        postgres.running_cluster(postgres.DURABLE) as cluster,
        office(FIELD178_DATABASE_URL=cluster.new_database(), **cheap) as (server, _),
    ):
        _measure(server, "PostgreSQL", 250)


def _measure(server: ServerProcess, engine: str, target_ms: float) -> None:
    clients = tablets_of(server)
    cpu = cpu_seconds(server)
    run = driven(clients, RUSH)
    cpu = cpu_seconds(server) - cpu
    sent = RUSH.batches * RUSH.records
    figure("L1", f"{engine}: wait p50", percentile(run.waits, 0.5) * 1000, "ms")
    figure("L1", f"{engine}: wait p99", percentile(run.waits, 0.99) * 1000, "ms", target_ms)
    figure("L1", f"{engine}: records not acknowledged", abs(sent - run.applied), "records", 0)
    figure("L1", f"{engine}: server CPU a record", cpu / sent * 1000, "ms")


def tablets_of(server: ServerProcess) -> list[ForeignClient]:
    """Enrol a tablet for each of sixteen teams."""
    for number, commune in enumerate(COMMUNES[:TABLETS]):
        add_team(server, f"to{number}", [commune])
    return [another(server, user=f"to{number}") for number in range(TABLETS)]


def driven(clients: list[ForeignClient], rush: Rush) -> Run:
    """Let every tablet send when its next batch is due, whether or not the others are answered."""
    turns = [range(first, rush.batches, len(clients)) for first in range(len(clients))]
    size = rush.records
    pushed = [
        [new_changes(client, range(n * size, (n + 1) * size)) for n in turn]
        for client, turn in zip(clients, turns, strict=True)
    ]
    run, started = Run(), time.perf_counter() + 1

    def work(tablet: int) -> None:
        session, client = wire.line(), clients[tablet]
        for number, push in zip(turns[tablet], pushed[tablet], strict=True):
            body = wire.packed(client, push=push)
            due = started + number / rush.rate
            time.sleep(max(0.0, due - time.perf_counter()))
            answer = wire.exchange(session, client, body)
            run.waits.append(time.perf_counter() - due)
            run.applied += answer.acknowledged
            wire.follow(client, answer.text)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(clients))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return run


if __name__ == "__main__":
    main()
