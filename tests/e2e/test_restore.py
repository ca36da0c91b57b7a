"""A server lost and restored from an old backup: real tablets bring everything back by themselves."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests import postgres
from tests.e2e.real_tablet import RealTablet, Receipts, enrolled
from tests.e2e.server_process import ServerProcess, running_server
from tests.stores import POSTGRES, SQLITE, postgres_cluster

from field178_mobile.sync.events import SyncMessage
from field178_server.backup import take
from field178_server.database import create_engine_for

__all__ = ["postgres_cluster"]

PASSWORD = "mat-khau-cua-an-1\n"
WRITES = 25


@dataclass
class Office:
    """A server, its two tablets, and the place of its backups."""

    server: ServerProcess
    tablets: list[RealTablet]
    backups: Path
    cluster: postgres.Cluster | None

    def backup(self) -> Path:
        said = json.loads(self.server.command("backup", "--to", str(self.backups), "--json"))
        assert said["proved"] is True
        return Path(said["backup"])

    def lose_everything(self) -> None:
        """Folder and database are gone; the next database is a new, empty one."""
        self.server.stop()
        shutil.rmtree(self.server.folder)
        if self.cluster is not None:
            self.server.environment["FIELD178_DATABASE_URL"] = self.cluster.new_database()

    def restore(self, backup: Path) -> None:
        port = self.server.port if self.server.process else int(self.server.url.rsplit(":", 1)[1])
        self.server.command("restore", str(backup))
        self.server.start(port)

    def sync(self) -> None:
        """Until both know what the other sent."""
        for tablet in [*self.tablets, *self.tablets]:
            assert tablet.sync() is SyncMessage.IN_SYNC

    def receipts(self) -> Receipts:
        found = self.rows("SELECT change_id, status, reason, rev FROM receipt")
        return {change_id: (status, reason, rev) for change_id, status, reason, rev in found}

    def live(self) -> dict[str, tuple[str, int]]:
        found = self.rows("SELECT record_id, scope, rev FROM record WHERE NOT deleted AND scope <> 'office'")
        return {record_id: (scope, rev) for record_id, scope, rev in found}

    def bodies(self) -> dict[str, str]:
        return dict(self.rows("SELECT record_id, body FROM record WHERE type = 'establishment'"))

    def rows(self, query: str) -> list[tuple]:
        folder = self.server.folder / "field178.sqlite"
        url = self.server.environment.get("FIELD178_DATABASE_URL", f"sqlite:///{folder}")
        engine = create_engine_for(url)
        try:
            with engine.connect() as connection:
                return [tuple(row) for row in connection.exec_driver_sql(query)]
        finally:
            engine.dispose()


@pytest.fixture(params=[SQLITE, POSTGRES])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    cluster = request.getfixturevalue("postgres_cluster") if request.param == "postgres" else None
    environment = {"FIELD178_PASSWORD_COST": "test"}
    if cluster is not None:
        environment["FIELD178_DATABASE_URL"] = cluster.new_database()
    folder = tmp_path / "office"
    folder.mkdir()
    with running_server(folder, **environment) as server, ExitStack() as stack:
        server.command("user", "add", "an", "--role", "team_lead", "--team", "Đội 178", stdin=PASSWORD)
        tablets = [enrolled(server, "an", tmp_path / f"t{number}") for number in range(2)]
        for tablet in tablets:
            stack.enter_context(closing(tablet))
        yield Office(server, tablets, tmp_path / "other-disk", cluster)


def test_everything_acknowledged_after_the_backup_comes_back_by_itself(office: Office) -> None:
    one, two = office.tablets
    old = one.ids.time_ordered()
    filed = {one.file(old, name="Nhà nghỉ cũ")}
    filed |= {two.file(two.ids.time_ordered(), name=f"Nhà nghỉ {number}") for number in range(3)}
    office.sync()
    backup = office.backup()

    later = [two.ids.time_ordered() for _ in range(3)]
    filed |= {one.file(one.ids.time_ordered(), name=f"Karaoke {number}") for number in range(3)}
    filed |= {two.file(record, name="Sau bản sao lưu") for record in later}
    filed.add(two.file(old, rooms_total=12))
    refused = one.file(one.ids.time_ordered(), name="Số phòng sai", rooms_total=-4)
    office.sync()
    receipts, live, bodies = office.receipts(), office.live(), office.bodies()
    assert set(receipts) == filed | {refused}
    assert receipts[refused][0] == "quarantined"

    office.lose_everything()
    office.restore(backup)
    assert len(office.receipts()) == 4
    assert old in office.live()
    assert not set(later) & set(office.live())
    office.sync()

    assert set(receipts) - set(office.receipts()) == set()
    assert office.receipts() == receipts
    assert office.live() == live
    assert office.bodies() == bodies
    for tablet in office.tablets:
        assert tablet.live() == live
        assert tablet.store.status().in_sync
    assert office.server.command("check")


def test_a_tablet_forgets_only_what_a_proved_backup_holds(office: Office) -> None:
    one, two = office.tablets
    kept_safe = {one.file(one.ids.time_ordered(), name=f"Nhà nghỉ {number}") for number in range(3)}
    office.sync()
    assert set(one.receipts()) == kept_safe
    backup = office.backup()
    later = one.file(one.ids.time_ordered(), name="Sau bản sao lưu")
    office.sync()
    assert set(one.receipts()) == {later}

    office.lose_everything()
    office.restore(backup)
    office.sync()
    assert set(office.receipts()) == kept_safe | {later}
    assert one.store.status().in_sync
    assert two.live() == office.live()


def test_what_arrives_during_a_backup_is_not_told_to_be_safe(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = office.tablets
    before = one.file(one.ids.time_ordered(), name="Trước")
    office.sync()
    meanwhile = set()
    prove = take.faults_of

    def late(*arguments: object) -> list[str]:
        meanwhile.add(one.file(one.ids.time_ordered(), name="Trong lúc sao lưu"))
        assert one.sync() is SyncMessage.IN_SYNC
        return prove(*arguments)

    monkeypatch.setattr(take, "faults_of", late)
    backup = office.backup()
    office.sync()
    assert set(one.receipts()) == meanwhile

    office.lose_everything()
    office.restore(backup)
    assert set(office.receipts()) == {before}
    office.sync()
    assert set(office.receipts()) == {before} | meanwhile
    assert two.live() == office.live()


def test_backups_taken_while_tablets_write_are_all_proved(office: Office) -> None:
    office.sync()
    with ThreadPoolExecutor(2) as pool:
        writing = [pool.submit(write_steadily, tablet) for tablet in office.tablets]
        backups = [office.backup() for _ in range(4)]
        for one in writing:
            one.result()
    held = [held_in(backup) for backup in backups]
    assert held == sorted(held)
    assert held_in(office.backup()) == 2 * WRITES


def write_steadily(tablet: RealTablet) -> None:
    for number in range(WRITES):
        tablet.file(tablet.ids.time_ordered(), name=f"Nhà nghỉ {number}")
        tablet.sync()


def held_in(backup: Path) -> int:
    manifest = json.loads((backup / "manifest.json").read_text())
    return sum(life["held"] for life in manifest["store"]["lives"])
