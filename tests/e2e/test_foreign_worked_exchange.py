"""The worked exchange of docs/sync-protocol.md §4, played against a real server process."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from tests.contract.protocol_document import blocks, values
from tests.e2e.foreign_client import ForeignClient, Json, canonical, enrolment_code
from tests.e2e.foreign_office import server
from tests.e2e.server_process import ServerProcess

__all__ = ["server"]


def shown(kind: str, **named: str) -> list[Any]:
    """Return the values of a block of the document, with the reader's values in place of `<name>`."""
    (body,) = blocks(f"json {kind}")
    for name, value in named.items():
        body = body.replace(f"<{name}>", value)
    return values(body)


def fits(real: object, written: object) -> bool:
    """Tell whether a value is the one that the document shows; `…` is any."""
    if written == "…":
        return True
    if isinstance(written, dict) and isinstance(real, dict):
        return set(real) == set(written) and all(fits(real[name], value) for name, value in written.items())
    if isinstance(written, list) and isinstance(real, list):
        return len(real) == len(written) and all(map(fits, real, written))
    return real == written


def exchange(client: ForeignClient, number: int, **named: str) -> list[Json]:
    """Send a request of the document and check its answer line by line."""
    named |= {"device": client.device, "officer": client.user}
    (request,) = shown(f"request-{number}", **named)
    answer = client.post("/api/v1/sync", request)
    assert answer.status_code == 200, answer.text
    frames: list[Json] = [json.loads(line) for line in answer.text.splitlines()]
    written = shown(f"answer-{number}", **named)
    assert written[-1]["frames"] == len(written)
    assert [frame["frame"] for frame in frames] == [frame["frame"] for frame in written]
    for one, other in zip(frames, written, strict=True):
        assert fits(one, other), (one, other)
    return frames


def test_the_exchange_of_the_document_is_the_one_of_the_server(server: ServerProcess) -> None:
    scopes = ("--scope", "ref", "--scope", "unit:c11629_v1")
    client = ForeignClient(server.url)
    client.enrol(enrolment_code(server.command("enrol-code", "--user", "an", *scopes)))
    first = exchange(client, 1)
    epoch = first[0]["epoch"]
    hello, *frames = exchange(client, 2, epoch=epoch)
    receipts = sorted([life, held, hello["backed_up"][life]] for life, held in hello["receipts"].items())
    places = sorted(
        [frame["scope"], frame["seq"], frame["digest"]] for frame in frames if frame["frame"] == "ck"
    )
    agreed = [epoch, hello["verdicts"], receipts, [], places]
    state = hashlib.sha256(canonical(agreed)).hexdigest()[:32]
    exchange(client, 3, epoch=epoch, state=state)
