"""A real server whose finished files lie in a real object store: uploads, cuts, backups, and its absence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner
from tests.e2e.foreign_client import HTTP, ForeignClient, enrolment_code
from tests.e2e.server_process import ServerProcess, running_server
from tests.e2e.test_uploads import begun, blob, head, named, offset, patch
from tests.object_store import ObjectStore, running_object_store
from tests.office_keys import opened, share_options
from tests.server.pictures import jpeg, sha256

from field178_server.cli import main

PICTURE = jpeg(320, 240)
HASH = sha256(PICTURE)
NAME = f"office/main/{HASH[:2]}/{HASH}"
HALF = len(PICTURE) // 2


@pytest.fixture
def objects(tmp_path: Path) -> Iterator[ObjectStore]:
    with running_object_store(tmp_path) as store:
        yield store


@pytest.fixture
def server(tmp_path: Path, objects: ObjectStore) -> Iterator[ServerProcess]:
    with running_server(tmp_path / "data", **objects.settings("office")) as server:
        server.command(
            "user", "add", "an", "--role", "team_lead", "--team", "Đội 178", stdin="con-trau-gam-co-an-1\n"
        )
        yield server


@pytest.fixture
def client(server: ServerProcess) -> ForeignClient:
    client = ForeignClient(server.url)
    client.enrol(enrolment_code(server.command("enrol-code", "--user", "an")))
    return client


def sent(client: ForeignClient) -> str:
    at = begun(client, PICTURE, named(client, PICTURE))
    assert patch(client, at, 0, PICTURE).status_code == 204
    return at


def test_a_file_comes_in_by_pieces_and_lies_in_the_bucket_alone(
    server: ServerProcess, client: ForeignClient, objects: ObjectStore
) -> None:
    at = begun(client, PICTURE, named(client, PICTURE))
    assert patch(client, at, 0, PICTURE[:HALF]).status_code == 204
    assert objects.names() == []
    server.kill()
    server.start(server.port)
    assert offset(client, at) == HALF
    assert patch(client, at, HALF, PICTURE[HALF:]).status_code == 204
    assert objects.names() == [NAME]
    assert objects.bytes_of(NAME) == PICTURE
    here = [path for path in server.folder.rglob("*") if path.is_file() and path.stat().st_size > HALF]
    assert not [path for path in here if PICTURE in path.read_bytes()]
    assert blob(client, PICTURE).content == PICTURE
    piece = HTTP.get(
        f"{client.url}/api/v1/blobs/{HASH}", headers=head(client) | {"Range": "bytes=10-19"}, timeout=30
    )
    assert (piece.status_code, piece.content) == (206, PICTURE[10:20])


def test_a_process_that_dies_between_object_and_row_loses_nothing(
    server: ServerProcess, client: ForeignClient
) -> None:
    for point in ("blob.renamed", "blob.named"):
        data = jpeg(300, 200, seed=len(point))
        at = begun(client, data, named(client, data))
        server.stop()
        server.start(server.port, FIELD178_CRASH_AT=point)
        with pytest.raises(requests.ConnectionError):
            patch(client, at, 0, data)
        server.stop()
        server.start(server.port)
        assert offset(client, at) == len(data)
        assert blob(client, data).content == data


def test_without_the_bucket_nothing_is_acknowledged_and_nothing_is_lost(
    server: ServerProcess, client: ForeignClient, objects: ObjectStore
) -> None:
    at = begun(client, PICTURE, named(client, PICTURE))
    objects.stop()
    answer = patch(client, at, 0, PICTURE)
    assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (503, "busy", "60")
    answer_head = HTTP.head(client.url + at, headers=head(client), timeout=60)
    assert (answer_head.status_code, answer_head.headers["Retry-After"]) == (503, "60")
    # The upload was not acknowledged, so it is not found; requests without files are served meanwhile.
    assert blob(client, PICTURE).status_code == 404
    client.sync([])
    objects.start()
    assert offset(client, at) == len(PICTURE)
    assert objects.bytes_of(NAME) == PICTURE
    objects.stop()
    assert blob(client, PICTURE).status_code == 503


def test_a_backup_holds_the_files_and_is_restored_into_another_bucket(
    server: ServerProcess, client: ForeignClient, objects: ObjectStore, tmp_path: Path
) -> None:
    sent(client)
    taken = json.loads(server.command("backup", "--json"))
    assert taken["proved"] is True
    assert opened(Path(taken["backup"])).read(f"blobs/{NAME.removeprefix('office/')}") == PICTURE
    assert blob(client, PICTURE).headers["F178-Backed-Up"] == "1"
    server.command("drill", "--backup", taken["backup"], *share_options(tmp_path))
    assert objects.names() == [NAME]
    server.stop()
    other = ServerProcess(tmp_path / "other", objects.settings("other"))
    other.command("restore", taken["backup"], *share_options(tmp_path))
    assert objects.bytes_of(f"other/main/{HASH[:2]}/{HASH}") == PICTURE
    assert json.loads(other.command("check", "--json")) == {"faults": []}


def test_a_file_that_the_bucket_lost_is_named(
    server: ServerProcess, client: ForeignClient, objects: ObjectStore
) -> None:
    sent(client)
    objects.lose(NAME)
    assert blob(client, PICTURE).status_code == 404
    assert refused(server, "check") == f"blob: {HASH} missing\n"
    assert f"blob: {HASH}" in refused(server, "backup") or HASH in refused(server, "backup")
    assert "F178-Backed-Up" not in blob(client, PICTURE).headers


def refused(server: ServerProcess, command: str) -> str:
    done = CliRunner().invoke(main, [command], env=server._environment())
    assert done.exit_code == 1
    return done.output
