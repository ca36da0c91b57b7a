"""S4: a tablet with nothing to send and nothing to fetch, with 1 scope and with 20."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable

from tests.bench import wire
from tests.bench.figures import figure, percentile
from tests.bench.floor.process import running_floor
from tests.bench.office import another, cpu_seconds, office
from tests.e2e.foreign_client import ForeignClient, canonical
from tests.e2e.server_process import ServerProcess

ROUNDS = 200
UNITS_FOR_20_SCOPES = 18


def main() -> None:
    """Print the bytes of body each way, the requests, the milliseconds and the CPU of one no-op."""
    floor = _floor()
    with office(units=UNITS_FOR_20_SCOPES) as (server, client):
        single = another(server, "ref")
        single.cursors = {}
        single.pull_all()
        for asking in (single, client):
            _measure(server, asking, floor)


def agreed_body(client: ForeignClient) -> bytes:
    """Return the request of a client that agrees with its server on everything."""
    answer = wire.exchange(wire.line(), client, wire.packed(client))
    return wire.packed(client, state=_agreed_state(client, answer))


def _agreed_state(client: ForeignClient, answer: wire.Answer) -> str:
    """Return the one hash of protocol §8, from the digests in the `ck`s of an answer without rows."""
    frames = [json.loads(line) for line in answer.text.splitlines()]
    hello, digests = frames[0], {frame["scope"]: frame["digest"] for frame in frames if "digest" in frame}
    assert set(digests) == set(client.cursors), "a scope is not told"
    scopes = sorted([scope, seq, digests[scope]] for scope, seq in client.cursors.items())
    notices = sorted(notice["id"] for notice in hello["notices"])
    value = [hello["epoch"], hello["backed_up"], notices, scopes]
    return hashlib.sha256(canonical(value)).hexdigest()[:32]


def _measure(server: ServerProcess, client: ForeignClient, floor: float) -> None:
    scopes = f"{len(client.cursors)} scope{'s' if len(client.cursors) > 1 else ''}"
    body, session = agreed_body(client), wire.line()
    cpu = cpu_seconds(server)
    answers = [wire.exchange(session, client, body) for _ in range(ROUNDS)]
    cpu = cpu_seconds(server) - cpu
    assert all('"agreed":true' in answer.text for answer in answers), answers[0].text
    spent = percentile([answer.wall_s for answer in answers], 0.5)
    figure("S4", f"body up, {scopes}", len(body) / 1000, "kB", 0.45)
    figure("S4", f"body down, {scopes}", answers[0].down / 1000, "kB", 0.45)
    figure("S4", f"requests, {scopes}", 1, "requests", 1)
    figure("S4", f"time p50, {scopes}", spent * 1000, "ms", 8, ratio=spent / floor)
    figure("S4", f"server CPU, {scopes}", cpu / ROUNDS * 1000, "ms")


def _floor() -> float:
    with running_floor() as floor:
        return percentile([_timed(lambda: floor.pull(0)) for _ in range(ROUNDS)], 0.5)


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
