"""S4: a tablet with nothing to send and nothing to fetch, with 19 scopes."""

from __future__ import annotations

import gzip
import hashlib
import json
import time

from tests.bench.figures import figure, percentile
from tests.bench.office import office
from tests.e2e.foreign_client import ForeignClient, canonical

ROUNDS = 200


def main() -> None:
    """Print the bytes of body each way, the requests and the milliseconds of one no-op."""
    with office(units=17) as (_, client):
        assert len(client.cursors) == 19, client.cursors
        body = gzip.compress(json.dumps(_agreed_request(client), separators=(",", ":")).encode())
        answers = []
        spent = []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            answers.append(client.post("/api/v1/sync", body, **{"Content-Encoding": "gzip"}))
            spent.append((time.perf_counter() - started) * 1000)
        assert all('"agreed":true' in answer.text for answer in answers), answers[0].text
    figure("S4", "body up, 19 scopes", len(body) / 1000, "kB", 0.6)
    figure("S4", "body down, 19 scopes", len(answers[0].content) / 1000, "kB", 0.6)
    figure("S4", "requests", 1, "requests", 1)
    figure("S4", "time p50", percentile(spent, 0.5), "ms")


def _agreed_request(client: ForeignClient) -> dict[str, object]:
    hello = client.sync()[0]
    receipts = [[client.incarnation, hello["receipts"][client.incarnation], 0]]
    scopes = sorted([scope, seq, client.digest(scope)] for scope, seq in client.cursors.items())
    notices = sorted(notice["id"] for notice in hello["notices"])
    value = [hello["epoch"], hello["verdicts"], receipts, notices, scopes]
    state = hashlib.sha256(canonical(value)).hexdigest()[:32]
    request = client.request(state=state, cursors=client.cursors)
    request.pop("digests")
    return request


if __name__ == "__main__":
    main()
