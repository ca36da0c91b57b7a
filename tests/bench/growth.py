"""Growing stores: costs of S1, S3, S4 and the review queue. Usage: python -m tests.bench.growth [SIZE …].

Measured inside this process, so that CPU and statements are those of the request alone. The long form is
`python -m tests.bench.growth 10000 100000 1000000`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.bench import wire
from tests.bench.figures import figure, percentile
from tests.bench.in_process import InProcess, in_process
from tests.bench.nothing_to_sync import agreed_body
from tests.bench.office import another, office
from tests.bench.records import StoredVisit, edits, new_changes
from tests.bench.rows import TENANT, fill, skip_ahead
from tests.e2e.foreign_client import ForeignClient
from tests.e2e.server_process import ServerProcess

from field178_server.database.unit_of_work import snapshot
from field178_server.office.reviews.queue import QueueView, queue_counts, queue_page
from field178_server.records.access import AccessFilter
from field178_server.runtime import EXTENSION

SIZES = (10_000, 100_000)
ROUNDS = 8
RECORDS = 250
CHANGES = 10
CPU_TARGET = 1.3


@dataclass(frozen=True)
class Cost:
    """The median CPU of one request or page, and its statements."""

    cpu_ms: float
    statements: int


def main(sizes: list[int]) -> None:
    """Print each scenario at the first size, and at the others how it compares."""
    with office() as (server, client):
        writer, filler, filled = another(server), another(server), 0
        first: dict[str, Cost] = {}
        for size in sizes:
            visits = fill(server, filler, size - filled, filled)
            filled = size
            skip_ahead(server, client, writer)
            costs = _costs(server, client, writer, visits, size)
            if not first:
                first = costs
            _print(size, costs, first)


def _print(size: int, costs: dict[str, Cost], first: dict[str, Cost]) -> None:
    for name, cost in costs.items():
        base, at = first[name], f"{name} at {size:,} rows"
        if cost is base:
            figure("G", f"{at}: CPU", cost.cpu_ms, "ms")
            figure("G", f"{at}: statements", cost.statements, "statements")
        else:
            figure("G", f"{at}: CPU", cost.cpu_ms / base.cpu_ms, "times", CPU_TARGET)
            figure("G", f"{at}: statements more", cost.statements - base.statements, "statements", 0)


def _costs(
    server: ServerProcess, client: ForeignClient, writer: ForeignClient, visits: list[StoredVisit], size: int
) -> dict[str, Cost]:
    with in_process(server) as inside:
        _exchange(inside, client, wire.packed(client))  # what the first request alone must prepare
        return {
            "S4 nothing to sync": _nothing(inside, client),
            "S3 10 edits up": _median([_edit(inside, writer, visits, n) for n in range(ROUNDS)]),
            "S3 10 edits down": _median([_down(inside, client, writer, visits, n) for n in range(ROUNDS)]),
            f"S1 {RECORDS} new": _median([_push(inside, writer, size, n) for n in range(ROUNDS)]),
            "review queue": _median([_queue(inside) for _ in range(ROUNDS)]),
        }


def _nothing(inside: InProcess, client: ForeignClient) -> Cost:
    body = agreed_body(client)
    costs = [inside.exchange(client, body) for _ in range(ROUNDS * 4)]
    assert all('"agreed":true' in cost.text for cost in costs), costs[0].text[:300]
    return _median([Cost(cost.cpu_s * 1000, cost.statements) for cost in costs])


def _edit(inside: InProcess, writer: ForeignClient, visits: list[StoredVisit], number: int) -> Cost:
    some = visits[number * CHANGES :][:CHANGES]
    return _exchange(inside, writer, wire.packed(writer, push=edits(writer, some)))


def _down(
    inside: InProcess, client: ForeignClient, writer: ForeignClient, visits: list[StoredVisit], number: int
) -> Cost:
    if number == 0:
        _exchange(inside, client, wire.packed(client))
    _edit(inside, writer, visits, ROUNDS + number)
    return _exchange(inside, client, wire.packed(client))


def _push(inside: InProcess, writer: ForeignClient, size: int, number: int) -> Cost:
    start = 10 * size + number * RECORDS
    push = new_changes(writer, range(start, start + RECORDS))
    return _exchange(inside, writer, wire.packed(writer, push=push))


def _exchange(inside: InProcess, client: ForeignClient, body: bytes) -> Cost:
    cost = inside.exchange(client, body)
    assert '"status":"conflict"' not in cost.text
    assert '"status":"quarantined"' not in cost.text
    wire.follow(client, cost.text)
    return Cost(cost.cpu_s * 1000, cost.statements)


def _queue(inside: InProcess) -> Cost:
    """One page of the queue with its drawers' counts, as the console reads them for a reviewer."""
    view = QueueView(TENANT, AccessFilter(None))

    def read() -> None:
        with snapshot(inside.app.extensions[EXTENSION].engine) as session:
            assert queue_page(session, view).rows
            assert queue_counts(session, view)

    return _spent(inside, read)


def _spent(inside: InProcess, work: Callable[[], None]) -> Cost:
    before, started = inside.statements, time.process_time()
    work()
    return Cost((time.process_time() - started) * 1000, inside.statements - before)


def _median(costs: list[Cost]) -> Cost:
    return Cost(percentile([cost.cpu_ms for cost in costs], 0.5), max(cost.statements for cost in costs))


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or list(SIZES))
