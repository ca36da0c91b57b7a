"""Rows and digests of a portable backup that is restored on the other engine."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine
from tests.office_keys import opened
from tests.server.backup.test_create import PICTURE, desk_of, settings_of, stored_picture, url_of
from tests.world import ESTABLISHMENT, UNIT, World

from field178_server.backup import create as backup
from field178_server.backup import portable
from field178_server.backup.copy import scratch_store
from field178_server.backup.errors import BackupError, Reason
from field178_server.backup.fingerprint import fingerprint_of
from field178_server.backup.restore import restore
from field178_server.database.engine import create_engine_for
from field178_server.database.unit_of_work import snapshot
from field178_server.maintenance import integrity
from field178_server.security.keyring import create_keys

pytestmark = pytest.mark.postgres


@pytest.fixture
def empty_database(postgres_engine: Engine, tmp_path: Path) -> Iterator[str]:
    with scratch_store(url_of(postgres_engine), tmp_path) as url:
        yield url


def filled(engine: Engine, data: Path) -> World:
    world = World(engine)
    stored_picture(world, data)
    world.tablet(UNIT).created({**ESTABLISHMENT, "name": "Nhà nghỉ Sao Mai"})
    return world


def digests(engine: Engine, tenant_id: str) -> tuple[object, ...]:
    with snapshot(engine) as session:
        own = fingerprint_of(session, tenant_id)
    return own.scopes, own.receipts


def rows(engine: Engine) -> dict[str, object]:
    with snapshot(engine) as session:
        return {
            table.name: portable._rows_of(session.connection(), table)
            for table in portable._TABLES
            # A restore begins another epoch and writes it into these.
            if table.name not in ("tenant", "audit", "root", "root_part", "device", "access_state")
        }


def test_sqlite_store_moves_to_postgresql_and_back(
    sqlite_engine: Engine, tmp_path: Path, empty_database: str
) -> None:
    settings = settings_of(sqlite_engine, tmp_path / "a")
    create_keys(settings.key_dir, random.Random(1).randbytes)
    world = filled(sqlite_engine, settings.data_dir)
    before = rows(sqlite_engine)
    taken = backup.create(settings, sqlite_engine, desk_of(world), tmp_path / "b", is_portable=True)
    assert taken.proof.faults == []
    moved = replace(settings, data_dir=tmp_path / "c", database_url=empty_database)
    restore(opened(taken.folder), moved, desk_of(world))
    engine = create_engine_for(empty_database)
    assert integrity.faults(moved) == []
    assert digests(engine, world.tenant_id) == digests(sqlite_engine, world.tenant_id)
    assert rows(engine) == before
    photos = [path.read_bytes() for path in (moved.data_dir / "blobs").rglob("*") if path.is_file()]
    assert photos == [PICTURE]
    again = backup.create(moved, engine, desk_of(world), tmp_path / "d", is_portable=True)
    assert (again.proof.faults, again.manifest.engine) == ([], "sqlite")
    back = replace(settings, data_dir=tmp_path / "e", database_url="")
    restore(opened(again.folder), back, desk_of(world))
    assert integrity.faults(back) == []
    own = create_engine_for(back.effective_database_url)
    assert rows(own) == before
    own.dispose()
    engine.dispose()


def test_backup_of_postgresql_alone_is_refused_by_sqlite(postgres_engine: Engine, tmp_path: Path) -> None:
    settings = settings_of(postgres_engine, tmp_path / "a")
    world = filled(postgres_engine, settings.data_dir)
    taken = backup.create(settings, postgres_engine, desk_of(world), tmp_path / "b")
    with pytest.raises(BackupError) as caught:
        restore(
            opened(taken.folder),
            replace(settings, data_dir=tmp_path / "c", database_url=""),
            desk_of(world),
        )
    assert caught.value.reason is Reason.OTHER_ENGINE
