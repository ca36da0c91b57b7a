"""S1: one tablet pushes 10,000 new records (four inspections of 20 answers to one outreach session)."""

from __future__ import annotations

import gzip
import json
import time

from tests.bench.figures import figure
from tests.bench.floor.process import push_all
from tests.bench.office import cpu_seconds, office
from tests.e2e.foreign_client import ForeignClient, Json
from tests.shared import builders

from field178_shared.ids import IdSource
from field178_shared.time.clock import SystemClock
from field178_shared.wire.canonical import canonical  # as a tablet writes its request

RECORDS = 10_000
BATCH = 500
ANSWERS = 20
# In time order, as a tablet makes them.
IDS = IdSource(SystemClock())


def main() -> None:
    """Print time, server CPU a record, bytes each way and requests, the first two against the floor."""
    with office() as (server, client):
        batches = [_changes(client, start) for start in range(0, RECORDS, BATCH)]
        cpu, started = cpu_seconds(server), time.perf_counter()
        up = down = 0
        for changes in batches:
            body = _body(client, changes)
            answer = _answer(client, body)
            up += len(body)
            down += len(answer)
            held = _follow(client, gzip.decompress(answer))
        seconds, cpu = time.perf_counter() - started, cpu_seconds(server) - cpu
        assert held == RECORDS, f"{held} of {RECORDS} acknowledged"
    floor = push_all(_body(client, changes) for changes in batches)
    figure("S1", "push 10,000 new records", seconds, "s", 2.5, ratio=seconds / floor.wall_s)
    figure("S1", "server CPU a record", cpu / RECORDS * 1000, "ms", 0.25, ratio=cpu / floor.cpu_s)
    figure("S1", "bytes up", up / 1e6, "MB", 3)
    figure("S1", "bytes down", down / 1e3, "kB", 500)
    figure("S1", "time against the floor", seconds / floor.wall_s, "x", 3)
    figure("S1", "requests", len(batches), "requests", 20)


def _body(client: ForeignClient, changes: list[Json]) -> bytes:
    return gzip.compress(canonical(client.request(push=changes)), 6)


def _answer(client: ForeignClient, body: bytes) -> bytes:
    coded = {"Content-Encoding": "gzip", "Accept-Encoding": "gzip"}
    answer = client.post("/api/v1/sync", body, stream=True, **coded)
    assert answer.status_code == 200, answer.text
    return b"".join(answer.raw.stream(decode_content=False))


def _follow(client: ForeignClient, answer: bytes) -> int:
    """Take over what the next request needs; return how many changes are acknowledged by now."""
    hello, *frames = [json.loads(line) for line in answer.splitlines()]
    client.verdicts = hello["verdicts"]
    for frame in frames:
        assert frame["frame"] in ("res", "ck", "end"), frame
        if frame["frame"] == "ck":
            client.cursors[frame["scope"]] = frame["seq"]
    acknowledged: int = hello["receipts"][client.incarnation][0]
    return acknowledged


def _changes(client: ForeignClient, start: int) -> list[Json]:
    team = next(scope for scope in client.cursors if scope.startswith("team:"))
    return [_change(client, team, number) for number in range(start, start + BATCH)]


def _change(client: ForeignClient, team: str, number: int) -> Json:
    record_id, ids = IDS.time_ordered(), {"change_id": IDS.time_ordered()}
    if number % 5 == 4:
        data = builders.outreach_session(unit_id="c11629_v1", duration_minutes=30 + number % 60)
        return client.change(record_id, "outreach_session", "unit:c11629_v1", data, create=True, **ids)
    data = builders.inspection(unit_id="c11629_v1", team_id=team.partition(":")[2])
    data["answers"] = dict(list(data["answers"].items())[:ANSWERS])
    return client.change(record_id, "inspection", team, data, create=True, **ids)


if __name__ == "__main__":
    main()
