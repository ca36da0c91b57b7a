"""L1: pushes of 20 records by 16 teams at a steady rate, on SQLite and PostgreSQL: the waits, by minute.

python -m tests.bench.load [SECONDS]: three minutes on each engine by default.
"""

from __future__ import annotations

import sys
import threading
import time
import zlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.bench import wire
from tests.bench.engines import engines
from tests.bench.figures import figure, percentile
from tests.bench.office import add_teams, cpu_seconds, office
from tests.bench.records import new_changes
from tests.e2e.foreign_client import ForeignClient
from tests.e2e.server_process import ServerProcess

from field178_shared.wire.canonical import canonical

TABLETS = 16
SECONDS = 180
RATE = {"SQLite": 60, "PostgreSQL": 50}
P99_MS = 150


@dataclass(frozen=True, slots=True)
class Rush:
    """Pushes a second, for how many seconds, and records of each."""

    rate: int
    seconds: int = SECONDS
    records: int = 20

    @property
    def pushes(self) -> int:
        """Return the number of pushes in all."""
        return self.rate * self.seconds


@dataclass
class Run:
    """Seconds from the moment a push was due to its whole answer, by the minute in which it was due."""

    by_minute: defaultdict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    applied: int = 0
    busy: int = 0

    @property
    def waits(self) -> list[float]:
        """Return the waits of all minutes."""
        return [wait for waits in self.by_minute.values() for wait in waits]


def main(seconds: int = SECONDS) -> None:
    """Print the waits of each minute, median and 99th percentile, on each database engine."""
    for engine in engines():
        with office(**engine.environment(), FIELD178_PASSWORD_COST="test") as (server, _):
            _measure(server, engine.name, Rush(RATE[engine.name], seconds))


def _measure(server: ServerProcess, engine: str, rush: Rush) -> None:
    clients = add_teams(server, TABLETS)
    cpu = cpu_seconds(server)
    run = driven(clients, rush)
    cpu = cpu_seconds(server) - cpu
    sent, name = rush.pushes * rush.records, f"{rush.rate} pushes a second, {engine}"
    for minute, waits in sorted(run.by_minute.items()):
        _waits(f"{name}: minute {minute + 1}", waits)
    _waits(f"{name}: {rush.seconds} s", run.waits, P99_MS)
    figure("L1", f"{name}: records not acknowledged", abs(sent - run.applied), "records", 0)
    figure("L1", f'{name}: answered "busy"', run.busy, "pushes", 0)
    figure("L1", f"{name}: server CPU a record", cpu / sent * 1000, "ms")


def _waits(name: str, waits: list[float], target_ms: float | None = None) -> None:
    p50, p99 = (percentile(waits, share) * 1000 for share in (0.5, 0.99))
    figure("L1", f"{name}: wait p99", p99, "ms", target_ms, p50=p50)


def driven(clients: Sequence[ForeignClient], rush: Rush) -> Run:
    """Let every tablet push when its next push is due, whether or not the others are answered."""
    turns = [range(first, rush.pushes, len(clients)) for first in range(len(clients))]
    prepared = [_prepared(client, turn, rush) for client, turn in zip(clients, turns, strict=True)]
    for client in clients:
        client.sign_in()
    run, started = Run(), time.perf_counter() + 1

    def work(tablet: int) -> None:
        line, client = wire.line(), clients[tablet]
        for number, changes in zip(turns[tablet], prepared[tablet], strict=True):
            body = _body(client, changes)
            due = number / rush.rate
            time.sleep(max(0.0, started + due - time.perf_counter()))
            answer, refusals = wire.pushed_when_free(line, client, body)
            run.busy += refusals
            run.by_minute[int(due // 60)].append(time.perf_counter() - started - due)
            run.applied += answer.acknowledged
            wire.follow(client, answer.text)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(clients))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return run


def _prepared(client: ForeignClient, turn: range, rush: Rush) -> list[bytes]:
    """Return the changes of each push, compressed: minutes of them as objects would take gigabytes."""
    return [
        zlib.compress(canonical(new_changes(client, range(n * rush.records, (n + 1) * rush.records))), 1)
        for n in turn
    ]


def _body(client: ForeignClient, changes: bytes) -> bytes:
    request = canonical(client.request(push=[]))
    return wire.compressed(request.replace(b'"push":[]', b'"push":' + zlib.decompress(changes)))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
