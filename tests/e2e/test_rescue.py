"""From a tablet that cannot sync, through its rescue file, to the office: nothing of it is played."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.e2e.race import an_office
from tests.e2e.real_tablet import RealTablet, enrolled
from tests.e2e.server_process import ServerProcess
from tests.e2e.test_tablet_photos import Photos, noisy_picture
from tests.full_disk import no_room_beyond
from tests.mobile.support import draft_of

from field178_mobile.components.photos.picture import prepare
from field178_mobile.replication.events import SyncMessage
from field178_mobile.replication.offline_export import OfflineExporter
from field178_server.cli import main
from field178_shared.errors import AppError, ErrorCode
from field178_shared.time.clock import SystemClock


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with an_office(tmp_path_factory.mktemp("office")) as server:
        yield server


@pytest.fixture
def tablet(office: ServerProcess, tmp_path: Path) -> Iterator[RealTablet]:
    with closing(enrolled(office, "an", tmp_path / "tablet")) as device:
        assert device.sync() is SyncMessage.IN_SYNC
        yield device


def file_some(tablet: RealTablet, count: int = 4) -> list[str]:
    record = tablet.ids.time_ordered()
    filed = [tablet.file(record, name="Nhà nghỉ Hoa Sim")]
    return filed + [tablet.file(record, name=f"Nhà nghỉ {number}") for number in range(count - 1)]


def rescued(tablet: RealTablet, folder: Path) -> Path:
    done = OfflineExporter(
        tablet.store, tablet.enrolment, tablet.key, SystemClock(), lambda: folder / "out"
    )()
    assert done.path.parent == folder / "out"
    return done.path


def imported(office: ServerProcess, file: Path, *options: str) -> dict[str, object]:
    report = json.loads(office.command("rescue-import", str(file), "--json", *options))
    assert isinstance(report, dict)
    return {name: report[name] for name in ("changes", "new", "known", "held", "unreadable")}


def file_with_photo(tablet: RealTablet, picture: bytes) -> str:
    record = tablet.ids.time_ordered()
    named = tablet.store.photos.add(record, picture, "image/jpeg")
    tablet.file(record, name="Nhà nghỉ có ảnh", attachments={"p": named})
    return str(named["sha256"])


def states(tablet: RealTablet) -> list[tuple[object, ...]]:
    query = "SELECT id, state, status FROM outbox ORDER BY ordinal"
    return tablet.store.read(lambda context: context.connection.execute(query).fetchall())


def test_unsent_work_reaches_the_office_by_file_and_the_tablet_gets_receipts(
    office: ServerProcess, tablet: RealTablet, tmp_path: Path
) -> None:
    filed = file_some(tablet)
    before = states(tablet)
    file = rescued(tablet, tmp_path)
    assert states(tablet) == before
    counts = {"changes": 4, "new": 4, "known": 0, "held": 0, "unreadable": 0}
    assert imported(office, file, "--dry-run") == counts
    assert imported(office, file) == counts
    assert imported(office, file) == {**counts, "new": 0, "known": 4}
    assert tablet.sync() is SyncMessage.IN_SYNC
    assert {change: status for change, (status, _, _) in tablet.receipts().items()} == dict.fromkeys(
        filed, "applied"
    )
    assert [rev for _, rev in tablet.live().values() if rev == 4]


def test_sent_changes_are_counted_as_received(
    office: ServerProcess, tablet: RealTablet, tmp_path: Path
) -> None:
    file_some(tablet, 2)
    tablet.sync()
    file_some(tablet, 1)
    counts = imported(office, rescued(tablet, tmp_path))
    assert counts == {"changes": 3, "new": 1, "known": 2, "held": 0, "unreadable": 0}


def test_the_work_of_a_revoked_tablet_is_quarantined(
    office: ServerProcess, tablet: RealTablet, tmp_path: Path
) -> None:
    file_some(tablet, 2)
    office.command("revoke", tablet.enrolment.device)
    assert imported(office, rescued(tablet, tmp_path))["held"] == 2
    tablet.sync()
    assert {reason for _, reason, _ in tablet.receipts().values()} == {"device_revoked"}


def test_offline_export_of_a_damaged_database_contains_the_journal(
    office: ServerProcess, tablet: RealTablet, tmp_path: Path
) -> None:
    file_some(tablet)
    tablet.store.read(lambda context: context.connection.execute("UPDATE outbox SET sealed = x'00'"))
    assert imported(office, rescued(tablet, tmp_path))["new"] == 4


def test_a_damaged_file_is_a_clear_error_and_imports_nothing(
    office: ServerProcess, tablet: RealTablet, tmp_path: Path
) -> None:
    file_some(tablet)
    file = rescued(tablet, tmp_path)
    whole = file.read_bytes()
    file.write_bytes(whole[:-1])
    environment = {"FIELD178_DATA_DIR": str(office.folder)}
    refused = CliRunner().invoke(main, ["rescue-import", str(file)], env=environment)
    assert (refused.exit_code, "[rescue_file] problem=cut" in refused.output) == (1, True)
    file.write_bytes(whole)
    assert imported(office, file)["new"] == 4


def test_photos_stay_on_the_tablet_until_they_are_uploaded(
    office: ServerProcess, tablet: RealTablet, tmp_path: Path
) -> None:
    picture = prepare(noisy_picture(21))
    sha256 = file_with_photo(tablet, picture)
    file = rescued(tablet, tmp_path)
    assert file.stat().st_size < len(picture)
    assert imported(office, file)["new"] == 1
    kept = office.folder / "blobs" / "main" / sha256[:2] / sha256
    assert not kept.exists()
    assert tablet.store.status().unsent_photos == 1
    tablet.sync()
    Photos(tablet).run()
    assert kept.read_bytes() == picture
    assert tablet.store.status().in_sync


def test_drafts_stay_on_the_tablet(tablet: RealTablet, tmp_path: Path) -> None:
    tablet.store.drafts.save(draft_of(tablet.store, tablet.ids.time_ordered(), SystemClock().now()))
    done = OfflineExporter(tablet.store, tablet.enrolment, tablet.key, SystemClock(), lambda: tmp_path)()
    assert done.changes == 0
    assert tablet.store.status().drafts == 1


def test_unwritable_folder_shows_an_error(tablet: RealTablet, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("not a folder")
    with pytest.raises(AppError) as refused:
        rescued(tablet, tmp_path)
    assert refused.value.code is ErrorCode.RESCUE_UNWRITTEN


def test_full_disk_shows_an_error_and_leaves_no_partial_file(tablet: RealTablet, tmp_path: Path) -> None:
    file_some(tablet, 40)
    with no_room_beyond(10_000), pytest.raises(AppError) as refused:
        rescued(tablet, tmp_path)
    assert refused.value.code is ErrorCode.RESCUE_NO_ROOM
    assert list((tmp_path / "out").iterdir()) == []


def test_every_import_is_in_the_audit_trail(
    office: ServerProcess, tablet: RealTablet, tmp_path: Path
) -> None:
    file_some(tablet, 1)
    imported(office, rescued(tablet, tmp_path))
    query = "SELECT details FROM audit WHERE action = 'rescue.import' AND object_id = ?"
    with closing(sqlite3.connect(next(office.folder.glob("*.sqlite")))) as store:
        rows = store.execute(query, (tablet.enrolment.device,)).fetchall()
    assert [json.loads(row[0]) for row in rows] == [{"new": 1, "known": 0, "held": 0, "unreadable": 0}]
