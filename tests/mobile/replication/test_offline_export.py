"""The name of an offline export: the day and time that the officer who writes it reads on the tablet."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from tests.mobile.support import FrozenClock
from tests.mobile.vault.test_vault import DEVICE_KEY, ENROLMENT

from field178_mobile.replication.offline_export import OfflineExporter
from field178_mobile.store import Store


def test_export_after_midnight_is_named_by_the_day_in_vietnam(
    store: Store, clock: FrozenClock, tmp_path: Path
) -> None:
    clock.instant = datetime(2026, 12, 31, 17, 10, tzinfo=UTC)
    written = OfflineExporter(store, ENROLMENT, DEVICE_KEY, clock, lambda: tmp_path / "out")()
    assert written.path.name == "cuu-ho-00de01-20270101-001000.f178"
