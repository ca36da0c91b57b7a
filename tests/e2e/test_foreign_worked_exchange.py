"""The exchanges of docs/sync-protocol.md §4 and §12.6, played against a real server process."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.contract.protocol_document import blocks, values
from tests.e2e.foreign_client import ForeignClient, Json, canonical, enrolment_code
from tests.e2e.foreign_office import server
from tests.e2e.server_process import ServerProcess, running_server

__all__ = ["server"]


def shown(kind: str, **named: str) -> list[Any]:
    """Return the values of a block of the document, with the reader's values in place of `<name>`."""
    (body,) = blocks(f"json {kind}")
    for name, value in named.items():
        body = body.replace(f"<{name}>", value)
    return values(body)


def fits(real: object, written: object) -> bool:
    """Tell whether a value is the one that the document shows; `…` is any, as a name any other members."""
    if written == "…":
        return True
    if isinstance(written, dict) and isinstance(real, dict):
        named = written.keys() - {"…"}
        is_whole = "…" in written or set(real) == named
        return is_whole and named <= real.keys() and all(fits(real[name], written[name]) for name in named)
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
    for received, other in zip(frames, written, strict=True):
        assert fits(received, other), json.dumps([received, other], ensure_ascii=False)
    return frames


def enrolled(server: ServerProcess) -> ForeignClient:
    scopes = ("--scope", "ref", "--scope", "unit:c11629_v1")
    client = ForeignClient(server.url)
    client.enrol(enrolment_code(server.command("enrol-code", "--user", "an", *scopes)))
    return client


def test_the_exchange_of_the_document_is_the_one_of_the_server(server: ServerProcess) -> None:
    client = enrolled(server)
    first = exchange(client, 1)
    epoch = first[0]["epoch"]
    hello, *frames = exchange(client, 2, epoch=epoch)
    places = sorted(
        [frame["scope"], frame["seq"], frame["digest"]] for frame in frames if frame["frame"] == "ck"
    )
    agreed = [epoch, hello["backed_up"], [], places]
    state = hashlib.sha256(canonical(agreed)).hexdigest()[:32]
    exchange(client, 3, epoch=epoch, state=state)


def copy_store(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(target)) as written:
        read.backup(written)


def test_the_restore_of_the_document_is_the_one_of_the_server(tmp_path: Path) -> None:
    store, backup = tmp_path / "office" / "field178.sqlite", tmp_path / "backup.sqlite"
    with running_server(tmp_path / "office") as server:
        server.command(
            "user", "add", "an", "--role", "team_lead", "--team", "Đội 178", stdin="con-trau-gam-co-an-1\n"
        )
        client, port = enrolled(server), server.port
        first = exchange(client, 1)
        (person,) = (frame for frame in first if frame["frame"] == "rec")
        server.stop()
        copy_store(store, backup)
        server.start(port)
        epoch = first[0]["epoch"]
        exchange(client, 2, epoch=epoch)
        server.stop()
        copy_store(backup, store)
        epoch2 = server.command("new-epoch").split()[-1]
        server.start(port)
        named = {"epoch": epoch, "epoch2": epoch2, "bucket": client.user[-2:], "h": person["h"]}
        for number in range(4, 9):
            exchange(client, number, **named)
