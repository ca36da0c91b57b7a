"""Files against a real server process: a stock tus client, cuts, power cuts at every named point."""

from __future__ import annotations

import base64
import io
import json
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from tests.e2e.foreign_client import HTTP, ForeignClient, enrolment_code
from tests.e2e.server_process import ServerProcess, running_server
from tests.office_keys import share_options
from tests.server.pictures import jpeg, sha256
from tusclient.client import TusClient

UNIT = "unit:c11629_v1"
PICTURE = jpeg(320, 240)
UPLOADS = "/api/v1/uploads"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    with running_server(tmp_path) as server:
        server.command(
            "user", "add", "an", "--role", "team_lead", "--team", "Đội 178", stdin="con-trau-gam-co-an-1\n"
        )
        yield server


@pytest.fixture
def client(server: ServerProcess) -> ForeignClient:
    client = ForeignClient(server.url)
    client.enrol(enrolment_code(server.command("enrol-code", "--user", "an")))
    return client


def metadata(data: bytes, record_id: str) -> dict[str, str]:
    return {"sha256": sha256(data), "content_type": "image/jpeg", "record_id": record_id}


def named(client: ForeignClient, data: bytes) -> str:
    """File a record that names a picture."""
    record_id = str(uuid.uuid4())
    fields = {
        "name": "Nhà nghỉ Hoa Phượng",
        "establishment_type_id": "guesthouse",
        "unit_id": "c11629_v1",
        "address_line": "Thôn Trung",
        "operating_status_id": "operating",
        "attachments": {"a1": {"sha256": sha256(data), "size": len(data), "content_type": "image/jpeg"}},
    }
    client.sync([client.change(record_id, "establishment", UNIT, fields, create=True)])
    assert [receipt["status"] for receipt in client.receipts.values()] == ["applied"] * len(client.receipts)
    return record_id


def stock_client(client: ForeignClient) -> TusClient:
    return TusClient(client.url + UPLOADS, headers={"Authorization": f"Bearer {client.token}"})


def head(client: ForeignClient) -> dict[str, str]:
    return {"Authorization": f"Bearer {client.token}", "Tus-Resumable": "1.0.0"}


def begun(client: ForeignClient, data: bytes, record_id: str) -> str:
    metadata_header = ",".join(
        f"{name} {base64.b64encode(value.encode()).decode()}"
        for name, value in metadata(data, record_id).items()
    )
    headers = {**head(client), "Upload-Length": str(len(data)), "Upload-Metadata": metadata_header}
    answer = HTTP.post(client.url + UPLOADS, headers=headers, timeout=30)
    assert answer.status_code == 201, answer.text
    return str(answer.headers["Location"])


def patch(client: ForeignClient, at: str, offset: int, data: bytes) -> requests.Response:
    headers = {
        **head(client),
        "Content-Type": "application/offset+octet-stream",
        "Upload-Offset": str(offset),
    }
    return HTTP.patch(client.url + at, data=data, headers=headers, timeout=30)


def offset(client: ForeignClient, at: str) -> int:
    answer = HTTP.head(client.url + at, headers=head(client), timeout=30)
    assert answer.status_code == 200, answer.status_code
    return int(answer.headers["Upload-Offset"])


def blob(client: ForeignClient, data: bytes) -> requests.Response:
    return HTTP.get(f"{client.url}/api/v1/blobs/{sha256(data)}", headers=head(client), timeout=30)


def test_a_stock_client_sends_a_file_and_goes_on_after_a_cut(
    server: ServerProcess, client: ForeignClient
) -> None:
    record_id = named(client, PICTURE)
    stock = stock_client(client)
    first = stock.uploader(
        file_stream=io.BytesIO(PICTURE), chunk_size=700, metadata=metadata(PICTURE, record_id)
    )
    first.upload_chunk()
    first.upload_chunk()
    assert first.offset == 1400
    server.kill()
    server.start(server.port)
    again = stock.uploader(
        file_stream=io.BytesIO(PICTURE),
        chunk_size=700,
        url=first.url,
        metadata=metadata(PICTURE, record_id),
        upload_checksum=True,
    )
    assert again.offset == 1400
    again.upload()
    assert blob(client, PICTURE).content == PICTURE
    assert "F178-Backed-Up" not in blob(client, PICTURE).headers
    taken = json.loads(server.command("backup", "--json"))
    assert taken["proved"] is True
    assert blob(client, PICTURE).headers["F178-Backed-Up"] == "1"
    server.command("drill", "--backup", taken["backup"], *share_options(server.folder))
