"""Twelve tablets come at once while the store is held up: some wait, the others are told when to return."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path

import pytest
import requests
from tests.bench.office import another, office
from tests.e2e.foreign_client import ForeignClient, Json
from tests.e2e.server_process import ServerProcess

# One request of tablets is answered, four for each of two threads wait.
THREADS, PLACES, TABLETS = 2, 9, 12
CROWD = 60


@pytest.fixture(scope="module")
def server() -> Iterator[ServerProcess]:
    with office(FIELD178_THREADS=str(THREADS)) as (server, _):
        yield server


def test_a_crowd_is_shed_and_the_office_still_works(server: ServerProcess) -> None:
    clients = [another(server) for _ in range(TABLETS)]
    pushes = [_push(client) for client in clients]
    with ThreadPoolExecutor(TABLETS) as pool:
        with _held_up(server.folder / "field178.sqlite"):
            sent = {pool.submit(_send, clients[n], pushes[n]): n for n in range(TABLETS)}
            shed = list(islice(as_completed(sent, timeout=8), TABLETS - PLACES))
            assert requests.get(f"{server.url}/", timeout=5).status_code == 200
        answers = {number: future.result() for future, number in sent.items()}
    refused = {sent[future] for future in shed}
    for number, answer in answers.items():
        if number in refused:
            assert answer.status_code == 503
            assert answer.json()["code"] == "busy"
            assert 2 <= int(answer.headers["Retry-After"]) <= 15
        else:
            assert _receipts(answer) == [pushes[number]["change_id"]]
    for number in refused:
        assert _receipts(_send(clients[number], pushes[number])) == [pushes[number]["change_id"]]
    assert _stored(server) >= {push["record_id"] for push in pushes}


def test_sixty_tablets_at_once_are_all_answered() -> None:
    with office() as (server, _):
        clients = [another(server) for _ in range(CROWD)]
        pushes = [_push(client) for client in clients]
        with ThreadPoolExecutor(CROWD) as pool:
            answers = list(pool.map(_send, clients, pushes))
        assert [_receipts(answer) for answer in answers] == [[push["change_id"]] for push in pushes]
        assert _stored(server) == {push["record_id"] for push in pushes}


def test_a_refused_request_gives_its_place_back(server: ServerProcess) -> None:
    stranger = ForeignClient(server.url)
    refused = [stranger.post("/api/v1/sync", {}).status_code for _ in range(2 * PLACES)]
    assert refused == [401] * (2 * PLACES)


def _push(client: ForeignClient) -> Json:
    data = {
        "name": "Nhà nghỉ Hoa Phượng",
        "establishment_type_id": "guesthouse",
        "unit_id": "c11629_v1",
        "address_line": "Thôn Trung",
        "operating_status_id": "operating",
    }
    return client.change(str(uuid.uuid4()), "establishment", "unit:c11629_v1", data, create=True)


def _send(client: ForeignClient, push: Json) -> requests.Response:
    headers = {"F178-Protocol": "1", "Authorization": f"Bearer {client.token}"}
    body = client.request(push=[push])
    return requests.post(f"{client.url}/api/v1/sync", json=body, headers=headers, timeout=30)


def _receipts(answer: requests.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    frames = [json.loads(line) for line in answer.text.splitlines()]
    return [
        frame["change_id"] for frame in frames if frame["frame"] == "res" and frame["status"] == "applied"
    ]


def _stored(server: ServerProcess) -> set[str]:
    with closing(sqlite3.connect(server.folder / "field178.sqlite")) as store:
        return {row[0] for row in store.execute("SELECT record_id FROM record WHERE type = 'establishment'")}


@contextmanager
def _held_up(store: Path) -> Iterator[None]:
    with closing(sqlite3.connect(store, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        yield
        writer.execute("ROLLBACK")
