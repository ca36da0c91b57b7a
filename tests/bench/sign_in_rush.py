"""S8: tablets come back into the network together: each signs in and pushes 20 new records."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from tests.bench import wire
from tests.bench.figures import figure, percentile
from tests.bench.office import COMMUNES, add_team, another, cpu_seconds, office
from tests.bench.records import new_changes
from tests.e2e.foreign_client import ForeignClient

RECORDS = 20
ROUNDS = 5


def main() -> None:
    """Print tablets a second and server CPU of each, as the medians of some rushes of teams of their own."""
    with office(FIELD178_PASSWORD_COST="test") as (server, _):
        for number, commune in enumerate(COMMUNES):
            add_team(server, f"to{number}", [commune])
        clients = [another(server, user=f"to{number}") for number in range(len(COMMUNES))]
        seconds, cpus = [], []
        for number in range(ROUNDS):
            bodies = [_body(client, number) for client in clients]
            cpu, started = cpu_seconds(server), time.perf_counter()
            with ThreadPoolExecutor(len(clients)) as pool:
                answers = list(pool.map(_come_back, clients, bodies))
            seconds.append(time.perf_counter() - started)
            cpus.append((cpu_seconds(server) - cpu) / len(clients))
            for client, answer in zip(clients, answers, strict=True):
                wire.applied(answer, RECORDS)
                wire.follow(client, answer.text)
    figure("S8", "sign-in and 20 records: server CPU", percentile(cpus, 0.5) * 1000, "ms", 10)
    # The other way round than the other figures: at least so many.
    figure("S8", "tablets a second (goal: 100 at least)", len(clients) / percentile(seconds, 0.5), "tablets")


def _body(client: ForeignClient, number: int) -> bytes:
    numbers = range(number * RECORDS, (number + 1) * RECORDS)
    return wire.packed(client, push=new_changes(client, numbers))


def _come_back(client: ForeignClient, body: bytes) -> wire.Answer:
    client.sign_in()
    return wire.exchange(wire.line(), client, body)


if __name__ == "__main__":
    main()
