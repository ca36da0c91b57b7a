"""The response of `/healthz` to a monitor."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text
from tests.server.office_scene import MovedClock, Office, furnish, settings_of

from field178_server.database import migrations


def test_a_migrated_store_is_well(office: Office) -> None:
    answer = office.client.get("/healthz")
    assert answer.status_code == 200
    body = answer.get_json()
    assert body.pop("free_mb") > 0
    well = {"status": "ok", "store": "ok", "migration": migrations.head(), "reasons": []}
    assert body == well


def test_a_store_at_another_migration_is_not(office: Office) -> None:
    with office.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    answer = office.client.get("/healthz")
    assert answer.status_code == 503
    assert answer.get_json()["store"] == "not_migrated"


def test_unreachable_store_is_reported_without_details(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "data")
    furnish(settings, MovedClock())
    office = Office(settings)
    # The check at the start has left a connection to the file that is about to go.
    office.runtime.engine.dispose()
    store = settings.data_dir / "field178.sqlite"
    store.unlink()
    store.mkdir()
    answer = office.client.get("/healthz")
    assert answer.status_code == 503
    assert answer.get_json() == {"status": "failing", "store": "unreachable"}
