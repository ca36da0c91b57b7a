"""Ten changes (S3) up, then down, among 10,000 records and among 100,000: the cost MUST NOT grow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.bench import wire
from tests.bench.figures import figure, percentile
from tests.bench.in_process import InProcess, in_process
from tests.bench.office import another, cpu_seconds, office
from tests.bench.records import StoredVisit, edits
from tests.bench.rows import fill, skip_ahead
from tests.e2e.foreign_client import ForeignClient
from tests.e2e.server_process import ServerProcess

SIZES = (10_000, 100_000)
CHANGES = 10
ROUNDS = 40

Bodies = Callable[[], bytes]


@dataclass(frozen=True)
class Way:
    """One direction at one size: medians, and the bytes of its larger body."""

    wall_ms: float
    cpu_ms: float
    bytes_kb: float
    statements: int


def main() -> None:
    """Print time, bytes and statements at the first size, and how CPU and statements grow to the next."""
    ways: dict[str, list[Way]] = {"up": [], "down": []}
    with office() as (server, reader):
        writer, filler = another(server), another(server)
        visits, filled = list[StoredVisit](), 0
        for size in SIZES:
            visits = fill(server, filler, size - filled, filled)
            filled = size
            skip_ahead(server, reader, writer)
            up, down = _ways(server, writer, reader, visits)
            ways["up"].append(up)
            ways["down"].append(down)
    for way, (few, many) in ways.items():
        figure("S3", f"10 edits {way} among {SIZES[0]:,}: time p50", few.wall_ms, "ms", 12)
        figure("S3", f"10 edits {way}: server CPU", few.cpu_ms, "ms")
        figure("S3", f"10 edits {way}: body", few.bytes_kb, "kB", 0.9 if way == "up" else 3.3)
        figure("S3", f"10 edits {way}: statements", few.statements, "statements")
        more = many.statements - few.statements
        figure("S3", f"10 edits {way} among {SIZES[1]:,}: statements more", more, "statements", 0)
        figure("S3", f"10 edits {way} among {SIZES[1]:,}: CPU", many.cpu_ms / few.cpu_ms, "times", 1.3)


def catch_up(client: ForeignClient) -> None:
    """Bring a client's cursors to the end without keeping a row."""
    session, more = wire.line(), True
    while more:
        answer = wire.exchange(session, client, wire.packed(client, max_records=2000))
        wire.follow(client, answer.text)
        more = answer.more


def _ways(
    server: ServerProcess, writer: ForeignClient, reader: ForeignClient, visits: list[StoredVisit]
) -> tuple[Way, Way]:
    rounds = [visits[CHANGES * n : CHANGES * (n + 1)] for n in range(ROUNDS + 1)]
    with in_process(server) as inside:
        counts = [_inside(inside, writer, _pushed(writer, rounds[-1])), _inside(inside, reader, None)]
    lines = {client.device: wire.line() for client in (writer, reader)}
    wall: dict[str, list[float]] = {"up": [], "down": []}
    cpu, size = {"up": 0.0, "down": 0.0}, {"up": 0, "down": 0}
    for some in rounds[:-1]:
        for way, client in (("up", writer), ("down", reader)):
            body = _pushed(client, some) if way == "up" else wire.packed(client)
            before = cpu_seconds(server)
            answer = wire.exchange(lines[client.device], client, body)
            cpu[way] += cpu_seconds(server) - before
            if way == "up":
                wire.applied(answer, CHANGES)
            else:
                assert answer.text.count('"frame":"rec"') == CHANGES
            wall[way].append(answer.wall_s * 1000)
            size[way] = answer.up if way == "up" else answer.down
            wire.follow(client, answer.text)
            catch_up(client)
    up, down = (
        Way(percentile(wall[way], 0.5), cpu[way] / ROUNDS * 1000, size[way] / 1000, count)
        for way, count in zip(("up", "down"), counts, strict=True)
    )
    return up, down


def _pushed(client: ForeignClient, visits: list[StoredVisit]) -> bytes:
    return wire.packed(client, push=edits(client, visits, 178))


def _inside(inside: InProcess, client: ForeignClient, body: bytes | None) -> int:
    cost = inside.exchange(client, body or wire.packed(client))
    wire.follow(client, cost.text)
    return cost.statements


if __name__ == "__main__":
    main()
