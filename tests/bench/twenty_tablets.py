"""S5: tablets of one team come back into the network at once; what is acknowledged MUST be stored."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from sqlalchemy import func, select
from tests.bench import wire
from tests.bench.figures import figure
from tests.bench.floor.process import running_floor
from tests.bench.office import another, office
from tests.bench.records import new_changes
from tests.bench.rows import store_url
from tests.e2e.foreign_client import HTTP, ForeignClient
from tests.e2e.server_process import ServerProcess

from field178_server.database.engine import create_engine_for
from field178_server.database.models import Record, StoredReceipt

RECORDS = 100
TABLETS = (2, 5, 20)
FILED = ("inspection", "outreach_session")


def main() -> None:
    """Print, for 2, 5 and 20 tablets, the whole time, slowest against fastest, and what is missing."""
    for tablets in TABLETS:
        with office() as (server, _):
            clients = [another(server) for _ in range(tablets)]
            pushed = [_body(client, number) for number, client in enumerate(clients)]
            answers, times, seconds = _pushed_at_once(clients, pushed)
            acknowledged = sum(answer.acknowledged for answer in answers)
            stored, receipts = _stored(server)
        floor = _floor(pushed)
        target = (0.6, 3) if tablets == TABLETS[-1] else (None, None)
        name = f"{tablets} tablets x {RECORDS} records"
        figure("S5", name, seconds, "s", target[0], ratio=seconds / floor)
        figure("S5", f"{name}: slowest to fastest", max(times) / min(times), "times", target[1])
        figure("S5", f"{name}: acknowledged, not stored", abs(acknowledged - stored), "records", 0)
        figure("S5", f"{name}: not acknowledged", tablets * RECORDS - acknowledged, "records", 0)
        figure("S5", f"{name}: receipts without a record", abs(receipts - stored), "records", 0)


def _body(client: ForeignClient, number: int) -> bytes:
    return wire.packed(client, push=new_changes(client, range(number * RECORDS, (number + 1) * RECORDS)))


def _pushed_at_once(
    clients: Sequence[ForeignClient], pushed: Sequence[bytes]
) -> tuple[list[wire.Answer], list[float], float]:
    lines = [wire.line() for _ in clients]
    for line, client in zip(lines, clients, strict=True):
        wire.exchange(line, client, wire.packed(client))
    answers: list[wire.Answer] = []
    times, seconds = _at_once(
        lambda n: answers.append(wire.exchange(lines[n], clients[n], pushed[n])), len(clients)
    )
    return answers, times, seconds


def _at_once(work: Callable[[int], None], count: int) -> tuple[list[float], float]:
    """Run a function once for each tablet at the same moment; return the seconds of each and of all."""
    gate, times = threading.Barrier(count + 1), [0.0] * count

    def run(number: int) -> None:
        gate.wait()
        started = time.perf_counter()
        work(number)
        times[number] = time.perf_counter() - started

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    gate.wait()
    started = time.perf_counter()
    for thread in threads:
        thread.join()
    return times, time.perf_counter() - started


def _stored(server: ServerProcess) -> tuple[int, int]:
    engine = create_engine_for(store_url(server))
    with engine.connect() as connection:
        records = select(func.count()).select_from(Record).where(Record.type.in_(FILED))
        counts = (
            connection.scalar(records),
            connection.scalar(select(func.count()).select_from(StoredReceipt)),
        )
    engine.dispose()
    return counts[0] or 0, counts[1] or 0


def _floor(pushed: Sequence[bytes]) -> float:
    with running_floor() as floor:
        lines = [wire.line() for _ in pushed]
        HTTP.get(f"{floor.url}/records", params={"above": 0}, timeout=60)
        return _at_once(lambda n: floor.push(pushed[n], lines[n]), len(pushed))[1]


if __name__ == "__main__":
    main()
