"""A served store and foreign clients enrolled with it, for the tests of the wire, one file a section."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.foreign_client import ForeignClient, Json, enrolment_code
from tests.e2e.server_process import ServerProcess, running_server

UNIT = "unit:c11629_v1"
ESTABLISHMENT: Json = {
    "name": "Nhà nghỉ Hoa Phượng (GL-900)",
    "establishment_type_id": "guesthouse",
    "unit_id": "c11629_v1",
    "address_line": "Thôn GL-1",
    "operating_status_id": "operating",
}
Enrol = Callable[[], ForeignClient]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    folder: Path = tmp_path_factory.mktemp("office")
    with running_server(folder) as running:
        running.command(
            "user", "add", "an", "--role", "team_lead", "--team", "Đội 178", stdin="con-trau-gam-co-an-1\n"
        )
        yield running


@pytest.fixture
def enrol(server: ServerProcess) -> Enrol:
    def enrolled() -> ForeignClient:
        client = ForeignClient(server.url)
        client.enrol(enrolment_code(server.command("enrol-code", "--user", "an")))
        client.pull_all()
        return client

    return enrolled


def new_id() -> str:
    return str(uuid.uuid4())


def created(client: ForeignClient, **data: Any) -> str:
    record_id = new_id()
    change = client.change(record_id, "establishment", UNIT, {**ESTABLISHMENT, **data}, create=True)
    client.sync([change])
    assert client.receipts[change["change_id"]]["status"] == "applied", client.receipts[change["change_id"]]
    return record_id


def verdict(client: ForeignClient, change: Json) -> Json:
    frames = client.sync([change])
    results = [
        frame for frame in frames if frame["frame"] == "res" and frame["change_id"] == change["change_id"]
    ]
    assert len(results) == 1
    return client.receipts[change["change_id"]]
