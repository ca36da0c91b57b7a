"""S8: tablets of 20 teams come back into the network together: each signs in and pushes 20 new records.

python -m tests.bench.sign_in_rush [ROUNDS]
"""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor

from tests.bench import wire
from tests.bench.engines import engines
from tests.bench.figures import figure, percentile
from tests.bench.office import add_teams, cpu_seconds, office
from tests.bench.records import new_changes
from tests.e2e.foreign_client import ForeignClient
from tests.e2e.server_process import ServerProcess

TEAMS = 20
RECORDS = 20
ROUNDS = 5
LEAST_A_SECOND = {"SQLite": 120, "PostgreSQL": 80}


def main(rounds: int = ROUNDS) -> None:
    """Print tablets a second and server CPU of each, as the medians of some rushes, on each engine."""
    for engine in engines():
        with office(**engine.environment(), FIELD178_PASSWORD_COST="test") as (server, _):
            _measure(server, engine.name, rounds)


def _measure(server: ServerProcess, engine: str, rounds: int) -> None:
    clients = add_teams(server, TEAMS)
    seconds, cpus = [], []
    for number in range(rounds):
        bodies = [_body(client, number * TEAMS + n) for n, client in enumerate(clients)]
        cpu, started = cpu_seconds(server), time.perf_counter()
        with ThreadPoolExecutor(len(clients)) as pool:
            answers = list(pool.map(_come_back, clients, bodies))
        seconds.append(time.perf_counter() - started)
        cpus.append((cpu_seconds(server) - cpu) / len(clients))
        for client, answer in zip(clients, answers, strict=True):
            wire.applied(answer, RECORDS)
            wire.follow(client, answer.text)
    figure("S8", f"sign-in and 20 records, {engine}: server CPU", percentile(cpus, 0.5) * 1000, "ms", 8)
    rate = len(clients) / percentile(seconds, 0.5)
    least = LEAST_A_SECOND[engine]
    figure("S8", f"tablets a second, {engine}", rate, "tablets", least, is_least=True)


def _body(client: ForeignClient, number: int) -> bytes:
    numbers = range(number * RECORDS, (number + 1) * RECORDS)
    return wire.packed(client, push=new_changes(client, numbers))


def _come_back(client: ForeignClient, body: bytes) -> wire.Answer:
    client.sign_in()
    return wire.exchange(wire.line(), client, body)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
