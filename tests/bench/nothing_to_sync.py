"""S4: a tablet with nothing to send and nothing to fetch, of 1 scope and of 20, in turns with the floor."""

from __future__ import annotations

import hashlib
import json

from tests.bench import wire
from tests.bench.engines import engines
from tests.bench.figures import figure, percentile
from tests.bench.floor.process import Floor, running_floor
from tests.bench.office import another, cpu_seconds, office
from tests.bench.processes import cpu_seconds as cpu_of
from tests.e2e.foreign_client import ForeignClient, canonical
from tests.e2e.server_process import ServerProcess

ROUNDS = 200
UNITS_FOR_20_SCOPES = 18


def main() -> None:
    """Print the bytes of body each way, the requests, the milliseconds and the CPU of one no-op."""
    for engine in engines():
        with (
            office(units=UNITS_FOR_20_SCOPES, **engine.environment()) as (server, client),
            running_floor(engine.new_database()) as floor,
        ):
            single = another(server, "ref")
            single.cursors = {}
            single.pull_all()
            for tablet in (single, client):
                _measure(server, tablet, floor, engine.name)


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


def _measure(server: ServerProcess, client: ForeignClient, floor: Floor, engine: str) -> None:
    scopes = f"{len(client.cursors)} scope{'s' if len(client.cursors) > 1 else ''}, {engine}"
    body, line, floor_line = agreed_body(client), wire.line(), wire.line()
    cpu, floor_cpu = cpu_seconds(server), cpu_of(floor.pid)
    answers, floor_s = [], []
    for _ in range(ROUNDS):
        floor_s.append(floor.pull(0, floor_line).wall_s)
        answers.append(wire.exchange(line, client, body))
    cpu, floor_cpu = cpu_seconds(server) - cpu, cpu_of(floor.pid) - floor_cpu
    assert all('"agreed":true' in answer.text for answer in answers), answers[0].text
    spent, least = percentile([answer.wall_s for answer in answers], 0.5), percentile(floor_s, 0.5)
    figure("S4", f"body up, {scopes}", len(body) / 1000, "kB", 0.45)
    figure("S4", f"body down, {scopes}", answers[0].down / 1000, "kB", 0.45)
    figure("S4", f"requests, {scopes}", 1, "requests", 1)
    figure("S4", f"time p50, {scopes}", spent * 1000, "ms", floor=least * 1000)
    figure("S4", f"time p50 against the floor, {scopes}", spent / least, "times", 1.2)
    figure("S4", f"server CPU, {scopes}", cpu / ROUNDS * 1000, "ms", floor=floor_cpu / ROUNDS * 1000)


if __name__ == "__main__":
    main()
