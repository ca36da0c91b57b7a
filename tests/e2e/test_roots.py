"""The root chain on a real server: a foreign client proves a root, a real tablet sees a store set back."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from tests.e2e.foreign_client import ForeignClient, Json, enrolment_code, padded
from tests.e2e.foreign_office import created
from tests.e2e.real_tablet import RealTablet, enrolled
from tests.e2e.server_process import ServerProcess, running_server

from field178_mobile.replication.events import SyncMessage

STORE = "field178.sqlite"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    """A server of its own: its store is taken away under it."""
    folder = tmp_path / "server"
    with running_server(folder) as made:
        options = ("an", "--role", "team_lead", "--team", "Đội 178")
        made.command("user", "add", *options, stdin="con-trau-gam-co-an-1\n")
        yield made


@pytest.fixture
def tablet(server: ServerProcess, tmp_path: Path) -> Iterator[RealTablet]:
    made = enrolled(server, "an", tmp_path / "tablet")
    yield made
    made.close()


def root(server: ServerProcess) -> Json:
    answer: Json = json.loads(server.command("root", "--json"))
    return answer


def set_back(server: ServerProcess, to: Path) -> None:
    """Put an older store file in the place of the present one, as nobody should."""
    port = server.port
    server.stop()
    for suffix in ("-wal", "-shm"):
        (server.folder / (STORE + suffix)).unlink(missing_ok=True)
    shutil.copy(to, server.folder / STORE)
    server.start(port)


def copied(server: ServerProcess, to: Path) -> Path:
    with closing(sqlite3.connect(server.folder / STORE)) as store, closing(sqlite3.connect(to)) as copy:
        store.backup(copy)
    return to


def alarm_of(tablet: RealTablet) -> str | None:
    kept = tablet.checkpoint().root
    return kept.alarm if kept is not None else None


def test_a_foreign_client_proves_a_root_by_the_key_of_its_enrolment(server: ServerProcess) -> None:
    code = enrolment_code(link := server.command("enrol-code", "--user", "an"))
    client = ForeignClient(server.url)
    enrolment = client.enrol(code)
    assert f"&k={enrolment['receipt_key']}" in link
    assert client.sync()[0]["root"]["index"] == 1
    created(client)
    made = root(server)
    hello = client.sync()[0]
    assert hello["root"] == {name: made[name] for name in ("index", "hash", "sig")}
    key = Ed25519PublicKey.from_public_bytes(padded(enrolment["receipt_key"]))
    text = f"field178-root-v1|{hello['epoch']}|{hello['root']['index']}|{hello['root']['hash']}"
    key.verify(padded(hello["root"]["sig"]), text.encode())
    with pytest.raises(InvalidSignature):
        key.verify(padded(hello["root"]["sig"]), text.replace("v1|", "v1|x").encode())


def test_rolled_back_store_is_detected_reported_and_corrected_by_a_new_epoch(
    server: ServerProcess, tablet: RealTablet, tmp_path: Path
) -> None:
    tablet.file(tablet.ids.time_ordered(), name="Trước")
    tablet.sync()
    root(server)
    older = copied(server, tmp_path / "older.sqlite")
    tablet.file(tablet.ids.time_ordered(), name="Sau")
    tablet.sync()
    made = root(server)
    assert tablet.sync() is SyncMessage.IN_SYNC
    seen = tablet.checkpoint().root
    assert seen is not None
    assert (seen.index, seen.hash, seen.alarm) == (made["index"], made["hash"], None)

    set_back(server, older)
    assert tablet.sync() is SyncMessage.IN_SYNC
    assert alarm_of(tablet) == "lower"

    tablet.file(tablet.ids.time_ordered(), name="Trong lúc báo động")
    assert tablet.sync() is SyncMessage.IN_SYNC
    for _ in range(2):
        root(server)
        tablet.file(tablet.ids.time_ordered(), name="Vẫn gửi")
        tablet.sync()
    assert root(server)["index"] > made["index"]
    tablet.sync()
    assert alarm_of(tablet) == "other"
    assert server.command("check") == "Mọi thứ đều ổn.\n"

    server.command("new-epoch")
    made = root(server)
    assert tablet.sync() is SyncMessage.IN_SYNC
    kept = tablet.checkpoint().root
    assert kept is not None
    assert (kept.epoch, kept.index, kept.alarm) == (made["epoch"], made["index"], None)
    assert len(tablet.live()) >= 5
