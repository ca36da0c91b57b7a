"""S1: one tablet pushes 10,000 new records (four inspections of 20 answers to one outreach session)."""

from __future__ import annotations

import gzip
import json
import time
import uuid

from tests.bench.figures import figure
from tests.bench.office import cpu_seconds, office
from tests.e2e.foreign_client import ForeignClient, Json
from tests.shared import builders

RECORDS = 10_000
BATCH = 500


def main() -> None:
    """Print time, server CPU a record, bytes and requests."""
    with office() as (server, client):
        bodies = _bodies(client)
        cpu, started = cpu_seconds(server), time.perf_counter()
        down = applied = 0
        for body in bodies:
            answer = client.post(
                "/api/v1/sync", body, **{"Content-Encoding": "gzip", "Accept-Encoding": "gzip"}
            )
            down += int(answer.headers.get("Content-Length") or len(answer.content))
            applied += answer.text.count('"status":"applied"')
        seconds, cpu = time.perf_counter() - started, cpu_seconds(server) - cpu
        assert applied == RECORDS, f"{applied} of {RECORDS} acknowledged"
    figure("S1", "push 10,000 new records", seconds, "s", 6.0)
    figure("S1", "server CPU a record", cpu / RECORDS * 1000, "ms", 0.6)
    figure("S1", "bytes up", sum(map(len, bodies)) / 1e6, "MB")
    figure("S1", "bytes down", down / 1e6, "MB")
    figure("S1", "requests", len(bodies), "requests", 20)


def _bodies(client: ForeignClient) -> list[bytes]:
    team = next(scope for scope in client.cursors if scope.startswith("team:"))
    bodies = []
    for start in range(0, RECORDS, BATCH):
        changes = [_change(client, team, number) for number in range(start, start + BATCH)]
        # Prepared before the clock starts, so every answer carries its own page of rows beside the verdicts.
        body = client.request(push=changes)
        bodies.append(gzip.compress(json.dumps(body, ensure_ascii=False).encode(), 6))
    return bodies


def _change(client: ForeignClient, team: str, number: int) -> Json:
    if number % 5 == 4:
        data = builders.outreach_session(unit_id="c11629_v1", duration_minutes=30 + number % 60)
        return client.change(str(uuid.uuid4()), "outreach_session", "unit:c11629_v1", data, create=True)
    data = builders.inspection(unit_id="c11629_v1", team_id=team.partition(":")[2])
    return client.change(str(uuid.uuid4()), "inspection", team, data, create=True)


if __name__ == "__main__":
    main()
