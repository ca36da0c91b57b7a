"""Restore of a backup folder into an empty store, and the test restore of its proof."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec
from sqlalchemy import Engine, make_url, select
from sqlalchemy.orm import Session

from field178_server.attachments.storage.blob_store import BLOBS
from field178_server.attachments.storage.file_store import blobs_of
from field178_server.audit import verify
from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import AuditEntry
from field178_server.backup.copy import copy_in, is_empty, scratch_store
from field178_server.backup.errors import BackupError, Reason
from field178_server.backup.fingerprint import Fingerprint, fingerprint_of, tables_of
from field178_server.backup.manifest import STORE_FILES, Manifest, OpenedBackup, faults_of_blobs
from field178_server.backup.portable import copy_from_sqlite
from field178_server.database import migrations
from field178_server.database.engine import create_engine_for, damage
from field178_server.database.failpoints import failpoint
from field178_server.database.models import Tenant
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.maintenance import integrity
from field178_server.office.tablets import operations as tablets
from field178_server.security.clear_copies import working_folder
from field178_server.security.keyring import load_keys
from field178_server.security.private_files import make_private_folder
from field178_server.settings import (
    BACKUP_WORK,
    BACKUPS,
    SETTINGS_FILE,
    VARIABLES,
    Settings,
    settings_of_text,
    write_settings_file,
)
from field178_shared.fsync import sync_folder


@dataclass(frozen=True, slots=True)
class Restored:
    """A restored backup and its epoch."""

    manifest: Manifest
    epoch: str


def faults_of(opened: OpenedBackup, url: str, work: Path) -> list[str]:
    """Restore the backup into a scratch store and return every difference from its manifest."""
    manifest = opened.manifest
    for name in manifest.files:
        opened.check(name)
    with scratch_store(url, work) as scratch:
        _fill(opened, scratch, work)
        engine = create_engine_for(scratch)
        try:
            faults = damage(engine) + integrity.faults_of_store(engine, manifest.tenant)
            with snapshot(engine) as session:
                if _fingerprint(session, manifest) != manifest.store:
                    faults.append("manifest: the restored rows are not the rows of the store")
                faults += faults_of_blobs(session, manifest.tenant, manifest)
        finally:
            engine.dispose()
    return faults


def settings_in(opened: OpenedBackup) -> dict[str, str]:
    """Return the settings in a backup."""
    if SETTINGS_FILE not in opened.manifest.files:
        return {}
    return settings_of_text(opened.read(SETTINGS_FILE).decode())


def restore(opened: OpenedBackup, settings: Settings, context: OperationContext) -> Restored:
    """Restore a backup as the store of these settings; raise BackupError before anything is written.

    Keys are copied last: a server without keys does not start, so an incomplete restore is never served.
    """
    manifest = opened.manifest
    _check_target(manifest, settings)
    make_private_folder(settings.data_dir)
    with working_folder(settings.data_dir) as work:
        _fill(opened, settings.effective_database_url, work)
    engine = create_engine_for(settings.effective_database_url)
    try:
        epoch = _begin_again(engine, manifest, context)
        _copy_files(opened, settings)
        verify.extend(engine, manifest.tenant, load_keys(settings.key_dir).receipt, context.clock)
    finally:
        engine.dispose()
    return Restored(manifest, epoch)


def _fingerprint(session: Session, manifest: Manifest) -> Fingerprint:
    """Return the fingerprint of a restored store, to compare with that of its manifest.

    Values of another engine have other forms; `copy_from_sqlite` compared the rows.
    """
    fingerprint = fingerprint_of(session, manifest.tenant)
    if _is_other_engine(session, manifest):
        return msgspec.structs.replace(fingerprint, tables=manifest.store.tables)
    return fingerprint


def _is_other_engine(session: Session, manifest: Manifest) -> bool:
    return session.get_bind().dialect.name != manifest.engine


def _fill(opened: OpenedBackup, url: str, work: Path) -> None:
    """Fill an empty database from a backup; `work`: working folder for a copy in clear."""
    manifest, parsed = opened.manifest, make_url(url)
    name = STORE_FILES[manifest.engine]
    if parsed.get_backend_name() == "sqlite":
        opened.copy(name, Path(str(parsed.database)))
    else:
        copy = work / name
        opened.copy(name, copy)
        if manifest.engine == parsed.get_backend_name():
            copy_in(copy, url)
        else:
            copy_from_sqlite(copy, manifest, url)
        copy.unlink()
    failpoint("backup.filled")


def _check_target(manifest: Manifest, settings: Settings) -> None:
    url = settings.effective_database_url
    if manifest.tenant != settings.tenant:
        raise BackupError(Reason.OTHER_TENANT, manifest.tenant)
    if manifest.engine not in ("sqlite", make_url(url).get_backend_name()):
        raise BackupError(Reason.OTHER_ENGINE, manifest.engine)
    if not migrations.is_known(manifest.migration):
        raise BackupError(Reason.NEWER, manifest.product)
    folder = settings.data_dir
    if folder.exists() and any(entry.name not in (BACKUPS, BACKUP_WORK) for entry in folder.iterdir()):
        raise BackupError(Reason.FOLDER_NOT_EMPTY, str(folder))
    if not is_empty(url):
        raise BackupError(Reason.STORE_NOT_EMPTY, make_url(url).render_as_string())


def _begin_again(engine: Engine, manifest: Manifest, context: OperationContext) -> str:
    with snapshot(engine) as session:
        if not _is_other_engine(session, manifest) and tables_of(session) != manifest.store.tables:
            raise BackupError(Reason.DIFFERS, "tables")
    migrations.upgrade(engine)
    if faults := integrity.faults_of_store(engine, manifest.tenant):
        raise BackupError(Reason.DIFFERS, faults[0])
    return run_write(engine, lambda session: _new_history(session, manifest, context))


def _new_history(session: Session, manifest: Manifest, context: OperationContext) -> str:
    for tenant_id in session.scalars(select(Tenant.tenant_id)).all():
        own = OperationContext(tenant_id, context.clock, context.ids, context.lists, context.actor)
        # The entry names the old epoch, and MUST precede the new epoch.
        own.note(session, AuditEntry("store_restored", manifest.store.epoch))
        tablets.new_epoch(session, own)
    return session.get_one(Tenant, manifest.tenant).epoch


def _copy_files(opened: OpenedBackup, settings: Settings) -> None:
    manifest, blobs = opened.manifest, blobs_of(settings)
    kept = settings_in(opened)
    with working_folder(settings.data_dir) as work:
        for name in manifest.files:
            if name.startswith(f"{BLOBS}/"):
                opened.copy(name, work / "blob")
                blobs.put(work / "blob", name.removeprefix(f"{BLOBS}/"))
                (work / "blob").unlink(missing_ok=True)
            elif name not in (SETTINGS_FILE, STORE_FILES[manifest.engine]):
                opened.copy(name, settings.data_dir / name)
    if settings.database_url:
        kept[VARIABLES["database_url"]] = settings.database_url
    if kept:
        write_settings_file(settings.data_dir / SETTINGS_FILE, kept)
    sync_folder(settings.data_dir)
