"""The newest released version beside this one: an office upgrades its server first and its tablets later."""

from __future__ import annotations

import json
import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from tests.e2e.kept_folders.make import opened
from tests.e2e.released.release_code import HERE, ReleaseCode, newest_release
from tests.e2e.server_process import ServerProcess
from tests.postgres import Cluster, running_cluster, why_not

from field178_mobile.replication.events import SyncMessage
from field178_mobile.store import StateWord
from field178_server.database import migrations
from field178_server.database.engine import create_engine_for

TABLET = str(HERE / "tablet_of_release.py")


@dataclass
class Office:
    """The folders that the release wrote, and the server that this version serves its store with."""

    release: ReleaseCode
    folder: Path
    server: ServerProcess
    ids: dict[str, Any]

    def day(self, name: str, url: str = "") -> dict[str, Any]:
        """Let the tablet of the release file an establishment and sync."""
        tablet, address = str(self.folder / "tablet"), url or self.server.url
        printed = self.release.run(TABLET, tablet, address, self.ids["user"], name)
        result: dict[str, Any] = json.loads(printed)
        return result


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> ReleaseCode:
    code = newest_release(tmp_path_factory.mktemp("release"))
    if code is None:
        pytest.skip("the history of this copy does not reach the newest release (git fetch --unshallow)")
    return code


@pytest.fixture(scope="module")
def office(release: ReleaseCode, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("office")
    release.run("-m", "tests.e2e.kept_folders.make", str(folder / "made.tar.xz"))
    with tarfile.open(folder / "made.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    server = ServerProcess(folder / "office")
    server.command("init")
    server.command("check")
    server.start()
    yield Office(release, folder, server, json.loads((folder / "content.json").read_text("utf-8")))
    server.stop()


def test_a_tablet_of_the_release_works_with_this_server(office: Office) -> None:
    day = office.day("Karaoke Hoa Sữa (GL-20)")
    assert (day["message"], day["in_sync"], day["receipt"]) == ("IN_SYNC", True, ["applied", None])
    assert day["states"][office.ids["unsent"]] == StateWord.RECEIVED.name
    office.server.command("review", office.ids["unsent"], "return", "--reason", "Thiếu số biên bản")
    day = office.day("Karaoke Hoa Lan (GL-21)")
    assert day["states"][office.ids["unsent"]] == StateWord.RETURNED.name
    assert "Karaoke Hoa Sữa (GL-20)" in day["names"]
    office.server.command("check")


def test_this_tablet_goes_on_with_the_folder_of_the_release(office: Office, tmp_path: Path) -> None:
    shutil.copytree(office.folder / "tablet", tmp_path / "tablet")
    tablet = opened(tmp_path / "tablet", office.server.url, lambda _vault: office.ids["user"])
    assert tablet.store.shown_state(office.ids["returned"]).word is StateWord.RETURNED
    assert office.ids["draft"] in {draft.record_id for draft in tablet.store.drafts.all()}
    assert tablet.sync() is SyncMessage.IN_SYNC
    assert tablet.store.status().in_sync
    tablet.close()


def test_the_server_of_the_release_refuses_a_newer_store(office: Office, tmp_path: Path) -> None:
    shutil.copytree(office.folder / "office", tmp_path / "office")
    store = tmp_path / "office/field178.sqlite"
    engine = create_engine_for(f"sqlite:///{store}")
    if migrations.current(engine) == _newest_revision(office.release):
        with engine.begin() as connection:
            connection.execute(sqlalchemy.text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    before = store.read_bytes()
    for command in (("serve", "--host", "127.0.0.1", "--port", "0"), ("init",), ("check",)):
        done = office.release.attempt(
            "-c",
            "from field178_server.command import main; main()",
            *command,
            extra={"FIELD178_DATA_DIR": str(tmp_path / "office")},
        )
        assert done.returncode == 1, (command, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
    assert store.read_bytes() == before


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    if reason := why_not():
        pytest.skip(reason)
    with running_cluster() as running:
        yield running


@pytest.mark.postgres
def test_both_versions_serve_one_store_during_an_upgrade(
    release: ReleaseCode, cluster: Cluster, tmp_path: Path
) -> None:
    data = tmp_path / "office"
    data.mkdir()
    extra = {"FIELD178_DATA_DIR": str(data), "FIELD178_DATABASE_URL": cluster.new_database()}
    release.command("init", extra=extra)
    release.command("team", "add", "Đội 178", "--unit", "c11629_v1", extra=extra)
    release.command(
        "user", "add", "an", "--role", "team_lead", "--team", "Đội 178", extra=extra,
        stdin="con-trau-gam-co-an-1\n",
    )  # fmt: skip
    this = ServerProcess(data, extra)
    with release.serving(data, extra) as address:
        code = release.command("enrol-code", "--user", "an", extra=extra)
        user = release.run(
            str(HERE / "enrol_with_release.py"), str(tmp_path / "tablet"), address, stdin=code
        ).strip()
        office = Office(release, tmp_path, this, {"user": user})
        assert office.day("Trước nâng cấp", address)["receipt"] == ["applied", None]
        this.command("init")
        assert office.day("Máy chủ cũ, kho mới", address)["receipt"] == ["applied", None]
        this.start()
        assert office.day("Máy chủ mới")["receipt"] == ["applied", None]
        last = office.day("Lại máy chủ cũ", address)
        assert (last["in_sync"], last["receipt"]) == (True, ["applied", None])
    last = office.day("Chỉ còn máy chủ mới")
    this.stop()
    assert last["in_sync"]
    assert {"Trước nâng cấp", "Máy chủ cũ, kho mới", "Máy chủ mới", "Lại máy chủ cũ"} < set(last["names"])
    this.command("check")


def _newest_revision(release: ReleaseCode) -> str:
    return release.run(
        "-c", "from field178_server.database import migrations; print(migrations.head())"
    ).strip()
