"""A server lost and restored from an old backup: real tablets bring everything back by themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.e2e.lost_office import Office, lose_a_week, office_with_tablets
from tests.e2e.real_tablet import RealTablet
from tests.stores import POSTGRES, SQLITE, postgres_cluster

from field178_mobile.replication.events import SyncMessage
from field178_server.backup import create as take

__all__ = ["postgres_cluster"]

WRITES = 25
ORDINARY_DAY = datetime(2026, 10, 20, 8, tzinfo=UTC)
# Since this day exchanges lease numbers of the next year as well: these leases are younger than the backup.
FIRST_OF_DECEMBER = datetime(2026, 12, 1, 2, tzinfo=UTC)


@pytest.fixture(params=[SQLITE, POSTGRES])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    cluster = request.getfixturevalue("postgres_cluster") if request.param == "postgres" else None
    with office_with_tablets(tmp_path, cluster) as made:
        yield made


@pytest.mark.parametrize("now", [ORDINARY_DAY, FIRST_OF_DECEMBER], ids=["october", "december"])
def test_all_of_a_week_since_the_backup_comes_back_by_itself(office: Office, now: datetime) -> None:
    assert lose_a_week(office, changes=3, now=now) == 8


def test_a_tablet_forgets_only_what_a_proved_backup_holds(office: Office) -> None:
    first, second = office.tablets
    kept_safe = {first.file(first.ids.time_ordered(), name=f"Nhà nghỉ {number}") for number in range(3)}
    office.sync()
    assert set(first.receipts()) == kept_safe
    backup = office.backup()
    later = first.file(first.ids.time_ordered(), name="Sau bản sao lưu")
    office.sync()
    assert set(first.receipts()) == {later}

    office.lose_everything()
    office.restore(backup)
    office.sync()
    assert set(office.receipts()) == kept_safe | {later}
    assert first.store.status().in_sync
    assert second.live() == office.live()


def test_changes_during_a_backup_are_not_reported_as_backed_up(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = office.tablets
    before = first.file(first.ids.time_ordered(), name="Trước")
    office.sync()
    meanwhile = set()
    prove = take.faults_of

    def late(*arguments: object) -> list[str]:
        meanwhile.add(first.file(first.ids.time_ordered(), name="Trong lúc sao lưu"))
        assert first.sync() is SyncMessage.IN_SYNC
        return prove(*arguments)

    monkeypatch.setattr(take, "faults_of", late)
    backup = office.backup()
    office.sync()
    assert set(first.receipts()) == meanwhile

    office.lose_everything()
    office.restore(backup)
    assert set(office.receipts()) == {before}
    office.sync()
    assert set(office.receipts()) == {before} | meanwhile
    assert second.live() == office.live()


def test_backups_taken_while_tablets_write_are_all_proved(office: Office) -> None:
    office.sync()
    with ThreadPoolExecutor(2) as pool:
        writing = [pool.submit(write_steadily, tablet) for tablet in office.tablets]
        backups = [office.backup() for _ in range(4)]
        for writing_job in writing:
            writing_job.result()
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
