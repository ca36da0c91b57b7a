"""S3: ten changes up, then down, in turns with the floor; among 100,000 records the cost MUST NOT grow.

python -m tests.bench.ten_changes [RECORDS …]: 10,000 and 100,000 by default.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field

from requests import Session
from tests.bench import wire
from tests.bench.engines import BenchEngine, engines
from tests.bench.figures import figure, percentile
from tests.bench.floor.process import Floor, running_floor
from tests.bench.in_process import InProcess, in_process
from tests.bench.office import another, cpu_seconds, office
from tests.bench.records import StoredVisit, edits, new_changes
from tests.bench.rows import fill, skip_ahead
from tests.e2e.foreign_client import ForeignClient, Json
from tests.e2e.server_process import ServerProcess

SIZES = (10_000, 100_000)
CHANGES = 10
ROUNDS = 40
TIMES = {"up": 2.0, "down": 1.3}
KB = {"up": 0.9, "down": 3.3}
_FLOOR_BATCH = 500


@dataclass
class Way:
    """Requests of one direction at one size: seconds here and at the floor, CPU, largest body, statements."""

    seconds: list[float] = field(default_factory=list)
    floor_s: list[float] = field(default_factory=list)
    cpu_s: float = 0.0
    size_bytes: int = 0
    statements: int = 0

    @property
    def cpu_ms(self) -> float:
        """Return the CPU of one request."""
        return self.cpu_s / len(self.seconds) * 1000


Ways = dict[str, Way]


def main(*sizes: int) -> None:
    """Print time, bytes and statements at the first size, and how CPU and statements grow to the next.

    PostgreSQL is measured at the first size.
    """
    sizes = sizes or SIZES
    for engine in engines():
        with (
            office(**engine.environment()) as (server, reader),
            running_floor(engine.new_database()) as floor,
        ):
            _fill_floor(floor, reader, sizes[0])
            measured: dict[int, Ways] = {}
            writer, filler, filled = another(server), another(server), 0
            for size in sizes if engine.is_sqlite else sizes[:1]:
                visits = fill(server, filler, size - filled, filled)
                filled = size
                skip_ahead(server, reader, writer)
                measured[size] = _ways(server, floor, writer, reader, visits)
        _print(engine, measured)


def _print(engine: BenchEngine, measured: dict[int, Ways]) -> None:
    (size, few), *more = measured.items()
    for way, cost in few.items():
        name = f"10 edits {way} among {size:,}, {engine.name}"
        p50, floor_p50 = percentile(cost.seconds, 0.5), percentile(cost.floor_s, 0.5)
        figure("S3", f"{name}: time p50", p50 * 1000, "ms", floor=floor_p50 * 1000)
        figure("S3", f"{name}: time p50 against the floor", p50 / floor_p50, "times", TIMES[way])
        figure("S3", f"{name}: server CPU", cost.cpu_ms, "ms")
        figure("S3", f"{name}: body", cost.size_bytes / 1000, "kB", KB[way])
        figure("S3", f"{name}: statements", cost.statements, "statements", 25 if way == "up" else None)
        for larger, many in more:
            added = many[way].statements - cost.statements
            figure("S3", f"10 edits {way} among {larger:,}: statements more", added, "statements", 0)
            growth = many[way].cpu_ms / cost.cpu_ms
            figure("S3", f"10 edits {way} among {larger:,}: CPU against {size:,}", growth, "times", 1.3)


def catch_up(client: ForeignClient) -> None:
    """Bring a client's cursors to the end without keeping a row."""
    session, more = wire.line(), True
    while more:
        answer = wire.exchange(session, client, wire.packed(client, max_records=2000))
        wire.follow(client, answer.text)
        more = answer.more


def _fill_floor(floor: Floor, client: ForeignClient, size: int) -> None:
    for first in range(0, size, _FLOOR_BATCH):
        floor.push(wire.packed(client, push=_records(client, range(first, first + _FLOOR_BATCH))))


def _records(client: ForeignClient, numbers: range) -> list[Json]:
    """Return records for the floor alone; numbers of the client's changes stay as the product has them."""
    before = client.n
    changes = new_changes(client, numbers)
    client.n = before
    return changes


def _ways(
    server: ServerProcess,
    floor: Floor,
    writer: ForeignClient,
    reader: ForeignClient,
    visits: list[StoredVisit],
) -> Ways:
    rounds = [visits[CHANGES * n : CHANGES * (n + 1)] for n in range(ROUNDS + 1)]
    up, down = Way(), Way()
    with in_process(server) as inside:
        up.statements = _inside(inside, writer, _pushed(writer, rounds[-1]))
        down.statements = _inside(inside, reader, None)
    lines = [wire.line() for _ in range(3)]
    for number, edited in enumerate(rounds[:-1]):
        body = _pushed(writer, edited)
        whole = wire.packed(reader, push=_records(reader, range(number * CHANGES, (number + 1) * CHANGES)))
        at_floor = floor.push(body, lines[0])
        up.floor_s.append(at_floor.wall_s)
        answer = _measured(server, up, lines[1], writer, body)
        wire.applied(answer, CHANGES)
        up.size_bytes = max(up.size_bytes, answer.up)
        # The floor has no merge: whole records come down, as from the product.
        floor.push(whole, lines[0])
        down.floor_s.append(floor.pull(at_floor.top, lines[0]).wall_s)
        answer = _measured(server, down, lines[2], reader, wire.packed(reader))
        assert answer.text.count('"frame":"rec"') == CHANGES
        down.size_bytes = max(down.size_bytes, answer.down)
        catch_up(writer)
    return {"up": up, "down": down}


def _measured(
    server: ServerProcess, way: Way, line: Session, client: ForeignClient, body: bytes
) -> wire.Answer:
    before = cpu_seconds(server)
    answer = wire.exchange(line, client, body)
    way.cpu_s += cpu_seconds(server) - before
    way.seconds.append(answer.wall_s)
    wire.follow(client, answer.text)
    return answer


def _pushed(client: ForeignClient, visits: list[StoredVisit]) -> bytes:
    return wire.packed(client, push=edits(client, visits))


def _inside(inside: InProcess, client: ForeignClient, body: bytes | None) -> int:
    cost = inside.exchange(client, body or wire.packed(client))
    wire.follow(client, cost.text)
    return cost.statements


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
