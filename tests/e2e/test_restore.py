"""A server lost and restored from an old backup: real tablets bring everything back by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.e2e.lost_office import Office, lose_a_week, office_with_tablets
from tests.e2e.real_tablet import RealTablet
from tests.office_keys import opened
from tests.stores import POSTGRES, SQLITE, postgres_cluster

__all__ = ["postgres_cluster"]

WRITES = 25
# Since this day exchanges lease numbers of the next year as well: these leases are younger than the backup.
FIRST_OF_DECEMBER = datetime(2026, 12, 1, 2, tzinfo=UTC)


@pytest.fixture(params=[SQLITE, POSTGRES])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    cluster = request.getfixturevalue("postgres_cluster") if request.param == "postgres" else None
    with office_with_tablets(tmp_path, cluster) as made:
        yield made


def test_all_of_a_week_since_the_backup_comes_back_by_itself(office: Office) -> None:
    assert lose_a_week(office, changes=3, now=FIRST_OF_DECEMBER) == 8


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
    return sum(seq for seq, *_ in opened(backup).manifest.store.receipts.values())
