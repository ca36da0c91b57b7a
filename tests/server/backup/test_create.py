"""Backups on both engines: requirements, and what is left out where one is not met."""

from __future__ import annotations

import io
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, make_url
from sqlalchemy.orm import Session
from tests.office_keys import give_office_key, opened
from tests.postgres import Cluster
from tests.server.pictures import jpeg, sha256
from tests.world import OFFICER, TENANT, UNIT, World

from field178_server.accounts import officers
from field178_server.accounts.officers import NewOfficer
from field178_server.attachments.secure_delete import finish_erasures
from field178_server.attachments.storage.chunk import Piece
from field178_server.attachments.storage.file_store import FileStore
from field178_server.attachments.upload_rows import Limits, UploadRequest
from field178_server.attachments.uploads import Uploading
from field178_server.audit.operation_context import OperationContext
from field178_server.backup import create as backup
from field178_server.backup import log, postgresql_clients
from field178_server.backup.errors import BackupError, Reason
from field178_server.backup.job import BACKUP
from field178_server.backup.restore import restore
from field178_server.database import migrations
from field178_server.database.engine import create_engine_for
from field178_server.database.models import Blob
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.devices.context import DeviceContext
from field178_server.health.checks import CheckName, checks_of_server
from field178_server.jobs.queue import add_once
from field178_server.maintenance import integrity
from field178_server.office.erasure import operations as erasure
from field178_server.office.tablets import operations as tablets
from field178_server.replication.policy.record_validation import declared_types
from field178_server.settings import Settings
from field178_shared.codelists import load

PICTURE = jpeg()


def url_of(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


def settings_of(engine: Engine, folder: Path, url: str = "") -> Settings:
    settings = Settings(data_dir=folder / "data", database_url=url or url_of(engine), tenant=TENANT)
    give_office_key(settings.key_dir)
    return settings


def desk_of(world: World) -> OperationContext:
    return OperationContext(world.tenant_id, world.clock, world.ids, load())


@pytest.fixture
def sqlite_world(sqlite_engine: Engine) -> World:
    """A store on SQLite alone, for what its copy does not decide."""
    return World(sqlite_engine)


def test_a_backup_is_proved_on_every_engine(world: World, tmp_path: Path) -> None:
    world.tablet(UNIT).created()
    taken = backup.create(settings_of(world.engine, tmp_path), world.engine, desk_of(world), tmp_path / "b")
    assert taken.proof.faults == []
    assert list(taken.marks.values()) == [1]
    assert taken.manifest.engine == world.engine.dialect.name
    assert taken.manifest.migration == migrations.head()


def test_copy_and_description_are_of_one_instant(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tablet, copy_out = world.tablet(UNIT), backup.copy_out
    tablet.created()

    def late(connection: Connection, url: str, target: Path) -> None:
        tablet.created()
        copy_out(connection, url, target)

    monkeypatch.setattr(backup, "copy_out", late)
    taken = backup.create(settings_of(world.engine, tmp_path), world.engine, desk_of(world), tmp_path / "b")
    assert taken.proof.faults == []
    assert taken.marks == {tablet.device: 1}


def test_new_epoch_during_the_backup_gets_no_marks(
    sqlite_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqlite_world.tablet(UNIT).created()
    context, prove = desk_of(sqlite_world), backup.faults_of

    def late(*arguments: object) -> list[str]:
        run_write(sqlite_world.engine, lambda session: tablets.new_epoch(session, context))
        return prove(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(backup, "faults_of", late)
    taken = backup.create(
        settings_of(sqlite_world.engine, tmp_path), sqlite_world.engine, context, tmp_path / "b"
    )
    assert (taken.proof.is_proved, taken.marks) == (True, {})


@pytest.mark.postgres
def test_without_the_right_to_try_it_a_backup_marks_nothing(postgres_engine: Engine, tmp_path: Path) -> None:
    world = World(postgres_engine)
    world.tablet(UNIT).created()
    with postgres_engine.begin() as connection:
        connection.exec_driver_sql("DROP ROLE IF EXISTS plain; CREATE ROLE plain LOGIN PASSWORD 'geheim'")
        connection.exec_driver_sql("GRANT pg_read_all_data, pg_write_all_data TO plain")
    url = make_url(url_of(postgres_engine)).set(username="plain", password="geheim")
    plain = create_engine_for(url.render_as_string(hide_password=False))
    taken = backup.create(settings_of(plain, tmp_path, url_of(plain)), plain, desk_of(world), tmp_path / "b")
    plain.dispose()
    assert taken.proof.faults == ["no_scratch: plain"]
    assert (taken.proof.is_proved, taken.marks) == (False, {})
    assert "geheim" not in "".join(map(repr, (taken.proof, taken.manifest)))


@pytest.mark.postgres
def test_an_account_that_may_create_databases_needs_no_more(
    postgres_cluster: Cluster, postgres_engine: Engine, tmp_path: Path
) -> None:
    with postgres_engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("DROP DATABASE IF EXISTS makers")
        connection.exec_driver_sql("DROP ROLE IF EXISTS maker")
        connection.exec_driver_sql("CREATE ROLE maker LOGIN CREATEDB")
        connection.exec_driver_sql("CREATE DATABASE makers OWNER maker")
    url = make_url(postgres_cluster.url("makers")).set(username="maker")
    maker = create_engine_for(url.render_as_string(hide_password=False))
    migrations.upgrade(maker)
    world = World(maker)
    world.tablet(UNIT).created()
    taken = backup.create(settings_of(maker, tmp_path), maker, desk_of(world), tmp_path / "b")
    with maker.connect() as connection:
        left = connection.exec_driver_sql("SELECT datname FROM pg_database").scalars().all()
    maker.dispose()
    assert taken.proof.faults == []
    assert not [name for name in left if name.startswith("field178_scratch")]


def add_program(folder: Path, name: str, version: str) -> None:
    """Make a program that tells its version and can do nothing else."""
    path = folder / name
    path.write_text(f'#!/bin/sh\n[ "$1" = --version ] && echo "{name} (PostgreSQL) {version}"\nexit 1\n')
    path.chmod(0o755)


@pytest.mark.postgres
def test_client_of_the_servers_own_version_is_taken_before_the_one_on_the_path(
    postgres_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(postgres_engine)
    world.tablet(UNIT).created()
    for name in ("pg_dump", "pg_restore"):
        add_program(tmp_path, name, "9.6")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    settings = settings_of(postgres_engine, tmp_path)
    taken = backup.create(settings, postgres_engine, desk_of(world), tmp_path / "b")
    assert taken.proof.faults == []


@pytest.mark.postgres
def test_client_older_than_the_server_is_named_with_the_version_that_is_needed(
    postgres_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(postgres_engine)
    add_program(tmp_path, "pg_dump", "9.6")
    add_program(tmp_path, "pg_restore", "9.6")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(postgresql_clients, "_FOLDERS", ())
    with postgres_engine.connect() as connection:
        (major, *_minor) = connection.dialect.server_version_info or ()
    with pytest.raises(BackupError) as refused:
        backup.create(settings_of(postgres_engine, tmp_path), postgres_engine, desk_of(world), tmp_path / "b")
    assert (refused.value.reason, refused.value.what) == (Reason.NO_CLIENT, f"pg_dump {major}")


@pytest.mark.postgres
def test_a_missing_client_program_is_named_and_nothing_is_left(
    postgres_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(postgres_engine)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(postgresql_clients, "_FOLDERS", ())
    with pytest.raises(BackupError) as refused:
        backup.create(settings_of(postgres_engine, tmp_path), postgres_engine, desk_of(world), tmp_path / "b")
    version = postgres_engine.dialect.server_version_info  # type: ignore[attr-defined]
    assert (refused.value.reason, refused.value.what) == (Reason.NO_CLIENT, f"pg_dump {version[0]}")
    assert list((tmp_path / "b").iterdir()) == []


def test_a_store_in_use_is_never_restored_over(world: World, tmp_path: Path) -> None:
    settings, context = settings_of(world.engine, tmp_path), desk_of(world)
    taken = backup.create(settings, world.engine, context, tmp_path / "b")
    with pytest.raises(BackupError) as refused:
        restore(opened(taken.folder), replace(settings, data_dir=tmp_path / "other"), context)
    assert refused.value.reason is Reason.STORE_NOT_EMPTY
    assert not (tmp_path / "other").exists()


def stored_picture(world: World, folder: Path) -> str:
    """Put a file into the store as an upload does, and return its hash."""
    device = DeviceContext(world.tablet(UNIT).device, frozenset(), frozenset((OFFICER,)), revoked=False)
    limits = Limits(1 << 20, 1 << 30, 1 << 30)
    files = Uploading(world.engine, TENANT, FileStore(folder, TENANT), limits, (world.clock, world.ids))
    request = UploadRequest(sha256(PICTURE), len(PICTURE), "image/jpeg", world.ids.random(), "")
    upload_id = files.begin(device, request, skip_known=False).upload_id
    files.append(device, upload_id, Piece(0, len(PICTURE), io.BytesIO(PICTURE)))
    return request.sha256


def test_stored_files_are_in_the_backup_and_then_marked(sqlite_world: World, tmp_path: Path) -> None:
    settings = settings_of(sqlite_world.engine, tmp_path)
    blob_hash = stored_picture(sqlite_world, settings.data_dir)
    taken = backup.create(settings, sqlite_world.engine, desk_of(sqlite_world), tmp_path / "b")
    assert taken.proof.faults == []
    assert opened(taken.folder).read(f"blobs/{TENANT}/{blob_hash[:2]}/{blob_hash}") == PICTURE
    assert [row.backed_up_at is not None for row in sqlite_world.rows(Blob)] == [True]


def test_a_file_that_came_after_the_snapshot_is_not_marked(
    sqlite_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, copy_out = settings_of(sqlite_world.engine, tmp_path), backup.copy_out

    def late(connection: Connection, url: str, target: Path) -> None:
        stored_picture(sqlite_world, settings.data_dir)
        copy_out(connection, url, target)

    monkeypatch.setattr(backup, "copy_out", late)
    taken = backup.create(settings, sqlite_world.engine, desk_of(sqlite_world), tmp_path / "b")
    assert taken.proof.faults == []
    assert [row.backed_up_at for row in sqlite_world.rows(Blob)] == [None]


def test_the_log_has_the_newest_proved_backup_and_the_newest_attempt(
    sqlite_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, context, first = (
        settings_of(sqlite_world.engine, tmp_path),
        desk_of(sqlite_world),
        tmp_path / "first",
    )
    assert backups_of(sqlite_world) == log.LastBackups()
    taken = backup.create(settings, sqlite_world.engine, context, first)
    backups = backups_of(sqlite_world)
    assert backups.proved == backups.attempt
    assert backups.proved is not None
    assert (backups.proved.folder, backups.proved.taken_by) == (str(taken.folder), None)
    monkeypatch.setattr(backup, "faults_of", lambda *_: ["no_scratch: plain"])
    backup.create(settings, sqlite_world.engine, context, tmp_path / "second")
    later = backups_of(sqlite_world)
    assert later.proved == backups.proved
    assert later.attempt is not None
    assert (later.attempt.state, later.attempt.faults) == (log.RunState.NOT_PROVED, ("no_scratch",))
    digest, now = taken.proof.envelope_sha256, sqlite_world.clock.now()
    run_write(sqlite_world.engine, lambda session: log.note_drill(session, TENANT, digest, now))
    assert backups_of(sqlite_world).drilled_at == now


def test_checks_are_the_same_on_every_engine(world: World, tmp_path: Path) -> None:
    settings = settings_of(world.engine, tmp_path)
    backup.create(settings, world.engine, desk_of(world), tmp_path / "b")
    checks = checks_of_server(world.engine, settings, world.clock.now())
    assert {check.name for check in checks} == set(CheckName) - {CheckName.ADDRESS}
    assert {check.name for check in checks if check.needs_attention} == set()


def test_a_store_that_is_behind_is_named_and_the_machine_still_looked_at(
    world: World, tmp_path: Path
) -> None:
    settings = settings_of(world.engine, tmp_path)
    migrations.downgrade(world.engine, "0025")
    checks = {check.name: check for check in checks_of_server(world.engine, settings, world.clock.now())}
    assert checks[CheckName.VERSION].reason == "not_migrated"
    assert {CheckName.DISK, CheckName.CERTIFICATE} < set(checks)
    migrations.upgrade(world.engine)


def test_two_askers_get_one_job(sqlite_world: World) -> None:
    context = desk_of(sqlite_world)
    first, second = (
        run_write(sqlite_world.engine, lambda session: add_once(session, context, BACKUP)) for _ in range(2)
    )
    assert first == second


def backups_of(world: World) -> log.LastBackups:
    with snapshot(world.engine) as session:
        return log.last_backups(session, TENANT)


@pytest.mark.parametrize("harm", ["missing", "altered"])
def test_a_backup_without_a_stored_file_is_not_proved(sqlite_world: World, tmp_path: Path, harm: str) -> None:
    settings = settings_of(sqlite_world.engine, tmp_path)
    blob_hash = stored_picture(sqlite_world, settings.data_dir)
    path = settings.data_dir / "blobs" / TENANT / blob_hash[:2] / blob_hash
    if harm == "missing":
        path.unlink()
    else:
        path.write_bytes(PICTURE[:-1] + b"\0")
    taken = backup.create(settings, sqlite_world.engine, desk_of(sqlite_world), tmp_path / "b")
    assert taken.proof.faults == [f"blob: {blob_hash}"]
    assert [row.backed_up_at for row in sqlite_world.rows(Blob)] == [None]
    assert f"blob: {blob_hash} {harm}" in integrity.faults(settings)


def test_next_backup_deletes_earlier_ones_that_contain_erased_content(world: World, tmp_path: Path) -> None:
    settings, context = settings_of(world.engine, tmp_path), desk_of(world)
    record_id = world.tablet(UNIT).created()
    places = (tmp_path / "nightly", tmp_path / "stick")
    before = [backup.create(settings, world.engine, context, place).folder for place in places]
    lost = backup.create(settings, world.engine, context, tmp_path / "unplugged").folder
    shutil.move(lost, tmp_path / "elsewhere")
    (tmp_path / "nightly" / "not a backup").mkdir()
    erased(world, record_id)
    pending = backup.create(settings, world.engine, context, places[0])
    assert pending.outdated == [], "the content is still in the file of the store"
    assert all(folder.exists() for folder in before)
    finish_erasures(world.engine, TENANT, FileStore(settings.data_dir, TENANT), world.clock)
    after = backup.create(settings, world.engine, context, places[0])
    assert sorted(after.outdated) == sorted([*before, pending.folder])
    assert sorted(path.name for path in places[0].iterdir()) == sorted([after.folder.name, "not a backup"])
    assert list(places[1].iterdir()) == []
    later = backup.create(settings, world.engine, context, places[0])
    assert later.outdated == []
    assert after.folder.exists()


def test_a_backup_that_is_not_proved_deletes_none(
    sqlite_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, context = settings_of(sqlite_world.engine, tmp_path), desk_of(sqlite_world)
    record_id = sqlite_world.tablet(UNIT).created()
    kept = backup.create(settings, sqlite_world.engine, context, tmp_path / "b").folder
    erased(sqlite_world, record_id)
    finish_erasures(sqlite_world.engine, TENANT, FileStore(settings.data_dir, TENANT), sqlite_world.clock)
    monkeypatch.setattr(backup, "faults_of", lambda *_: ["blob: 00"])
    assert backup.create(settings, sqlite_world.engine, context, tmp_path / "b").outdated == []
    assert kept.exists()


def erased(world: World, record_id: str) -> None:
    """Erase a record by two privacy officers."""

    def add_and_erase(session: Session) -> None:
        context = desk_of(world)
        for login in ("dung", "giang"):
            new = NewOfficer(login, login, "privacy_officer", "police", "vi", ())
            officers.add(session, TENANT, world.ids.time_ordered(), new, world.clock.now())
        erasure.request(session, context, declared_types(), record_id, "dung", "person_identified")
        erasure.confirm(session, context, declared_types(), record_id, "giang")

    run_write(world.engine, add_and_erase)
