"""S1: one tablet pushes 10,000 new records (four inspections of 20 answers to one outreach session)."""

from __future__ import annotations

import gzip
import json
import time
import uuid

from tests.bench.figures import figure
from tests.bench.floor.process import push_all
from tests.bench.office import cpu_seconds, office
from tests.e2e.foreign_client import ForeignClient, Json
from tests.shared import builders

from field178_shared.canonical import canonical  # as a tablet writes its request

RECORDS = 10_000
BATCH = 500
ANSWERS = 20


def main() -> None:
    """Print time, server CPU a record, bytes and requests."""
    with office() as (server, client):
        batches = [_changes(client, start) for start in range(0, RECORDS, BATCH)]
        cpu, started = cpu_seconds(server), time.perf_counter()
        up = applied = 0
        for changes in batches:
            body = _body(client, changes)
            answer = client.post(
                "/api/v1/sync", body, **{"Content-Encoding": "gzip", "Accept-Encoding": "gzip"}
            )
            up += len(body)
            applied += answer.text.count('"status":"applied"')
            _follow(client, answer.text)
        seconds, cpu = time.perf_counter() - started, cpu_seconds(server) - cpu
        assert applied == RECORDS, f"{applied} of {RECORDS} acknowledged"
    floor = push_all(_body(client, changes) for changes in batches)
    figure("S1", "push 10,000 new records", seconds, "s", 6.0, seconds / floor.wall_s)
    figure("S1", "server CPU a record", cpu / RECORDS * 1000, "ms", 0.6, cpu / floor.cpu_s)
    figure("S1", "bytes up", up / 1e6, "MB")
    figure("S1", "requests", len(batches), "requests", 20)


def _body(client: ForeignClient, changes: list[Json]) -> bytes:
    return gzip.compress(canonical(client.request(push=changes, digests={})), 6)


def _follow(client: ForeignClient, text: str) -> None:
    """Take over what the next request needs, and no more: this bench measures the server."""
    for line in text.splitlines():
        if '"frame":"hello"' in line or '"frame":"ck"' in line:
            frame = json.loads(line)
            client.verdicts = frame.get("verdicts", client.verdicts)
            if frame["frame"] == "ck":
                client.cursors[frame["scope"]] = frame["seq"]


def _changes(client: ForeignClient, start: int) -> list[Json]:
    team = next(scope for scope in client.cursors if scope.startswith("team:"))
    return [_change(client, team, number) for number in range(start, start + BATCH)]


def _change(client: ForeignClient, team: str, number: int) -> Json:
    if number % 5 == 4:
        data = builders.outreach_session(unit_id="c11629_v1", duration_minutes=30 + number % 60)
        return client.change(str(uuid.uuid4()), "outreach_session", "unit:c11629_v1", data, create=True)
    data = builders.inspection(unit_id="c11629_v1", team_id=team.partition(":")[2])
    data["answers"] = dict(list(data["answers"].items())[:ANSWERS])
    return client.change(str(uuid.uuid4()), "inspection", team, data, create=True)


if __name__ == "__main__":
    main()
