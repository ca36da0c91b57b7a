"""A new tablet begins with a packed scope at a real server: the product's own, and a foreign client."""

from __future__ import annotations

import gzip
import hashlib
import json
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from tests.e2e.foreign_client import HTTP, ForeignClient, Json, content_hash, enrolment_code
from tests.e2e.real_tablet import UNIT, enrolled
from tests.e2e.server_process import ServerProcess, running_server

from field178_mobile.sync import pack_queue
from field178_mobile.sync.events import SyncMessage

RECORDS = 60
PLACE = {
    "name": "Nhà nghỉ Hoa Phượng",
    "establishment_type_id": "guesthouse",
    "unit_id": "c11629_v1",
    "address_line": "Thôn Trung",
    "operating_status_id": "operating",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    folder = tmp_path_factory.mktemp("office")
    with running_server(folder, FIELD178_SNAPSHOT_RECORDS="50") as running:
        running.command(
            *("user", "add", "an", "--role", "team_lead", "--team", "Đội 178"), stdin="mat-khau-cua-an-1\n"
        )
        author = client_of(running)
        author.pull_all()
        names = [str(uuid.uuid4()) for _ in range(RECORDS)]
        author.sync([author.change(one, "establishment", UNIT, PLACE, create=True) for one in names])
        yield running


def client_of(server: ServerProcess) -> ForeignClient:
    client = ForeignClient(server.url)
    client.enrol(enrolment_code(server.command("enrol-code", "--user", "an")))
    return client


def got(client: ForeignClient, url: str, **more: str) -> requests.Response:
    headers = {"Authorization": f"Bearer {client.token}", "F178-Protocol": "1", **more}
    return HTTP.get(client.url + url, headers=headers, timeout=30)


def test_a_foreign_client_reads_the_pack_and_goes_on_behind_it(server: ServerProcess) -> None:
    client = client_of(server)
    frames = client.sync(snapshots=True)
    (offer,) = (one for one in frames if one["frame"] == "snapshot")
    assert offer["scope"] == UNIT
    first = got(client, offer["url"], Range="bytes=0-499")
    rest = got(client, offer["url"], Range="bytes=500-", **{"If-Range": first.headers["ETag"]})
    assert (first.status_code, rest.status_code) == (206, 206)
    content = first.content + rest.content
    assert len(content) == offer["bytes"]
    assert hashlib.sha256(content).hexdigest() == offer["sha256"]
    rows: list[Json] = [json.loads(line) for line in gzip.decompress(content).splitlines()]
    assert all(content_hash(row) == row["h"] for row in rows)
    client.base |= {row["id"]: row for row in rows}
    client.cursors[UNIT] = offer["seq"]
    assert UNIT in client.pull_all()[-1]["verified"]


def test_the_tablet_begins_with_it(
    server: ServerProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pack_queue, "PIECE_BYTES", 1000)
    tablet = enrolled(server, "an", tmp_path / "tablet")
    assert tablet.sync() is SyncMessage.IN_SYNC
    assert len(tablet.live()) >= RECORDS
    log = (server.folder / "server.log").read_text()
    assert log.count("/api/v1/snapshots/") > 1
    tablet.close()
