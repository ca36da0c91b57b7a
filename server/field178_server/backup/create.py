"""Creation of a backup folder while the server runs: with a partial name, proved, then renamed."""

from __future__ import annotations

import importlib.metadata
import io
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from field178_server.attachments.storage.blob_store import BLOBS
from field178_server.attachments.storage.file_store import blobs_of, file_store_of
from field178_server.attachments.storage.free_space import is_disk_full
from field178_server.audit.operation_context import OperationContext
from field178_server.backup import log
from field178_server.backup.copy import SCRATCH_SQLITE, copy_out, is_empty
from field178_server.backup.errors import BackupError, Reason
from field178_server.backup.fingerprint import Fingerprint, fingerprint_of
from field178_server.backup.manifest import (
    ENVELOPE_FILE,
    FILES,
    FORMAT,
    MANIFEST_FILE,
    PROOF_FILE,
    STORE_FILES,
    Envelope,
    File,
    Manifest,
    OpenedBackup,
    Proof,
    encoded,
    names_of_all,
    read_proof,
    sealed_files_in,
    stored_blobs,
    write,
)
from field178_server.backup.office_key import OfficeKey, office_key_of
from field178_server.backup.place import only_backup, require_place
from field178_server.backup.portable import copy_to_sqlite
from field178_server.backup.restore import faults_of
from field178_server.backup.sealing import SUFFIX, BackupSealer
from field178_server.database import migrations
from field178_server.database.engine import is_storage_full, readonly
from field178_server.database.failpoints import failpoint
from field178_server.database.models import Tenant
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.jobs.run import JobStopped
from field178_server.office.tablets import operations as tablets
from field178_server.office.tablets.operations import BackedUpContent
from field178_server.security.clear_copies import working_folder
from field178_server.settings import SETTINGS_FILE, Settings
from field178_shared.errors import ErrorCode
from field178_shared.fsync import sync_folder
from field178_shared.time.clock import from_wire, to_wire

# Folders of the data folder that a backup contains, beside the database and the stored files.
FOLDERS = ("keys", "tls")
PARTIAL = ".partial-"
# Steps beside one per file: hash the rows, copy the database, hash the files, prove the backup.
_OTHER_STEPS = 4
_UNWRITABLE = "unwritable"
# Failures without a row in the log: there is no store, or the other backup writes its own row.
_UNNOTED = frozenset({Reason.NOT_INSTALLED.value, Reason.BUSY.value})
_STAMP = "%Y%m%d-%H%M%S-%f"


Progress = Callable[[int, int], None]
Finish = Callable[[Session, Manifest, Proof], None]


@dataclass(frozen=True, slots=True)
class CreatedBackup:
    """A finished backup; `marks`: by incarnation, the number up to which changes are backed up.

    `outdated`: folders of earlier backups that were deleted, because they contained what was erased since.
    """

    folder: Path
    manifest: Manifest
    proof: Proof
    marks: dict[str, int]
    outdated: list[Path]


@dataclass(frozen=True, slots=True)
class _Order:
    settings: Settings
    engine: Engine
    context: OperationContext
    progress: Progress
    office_key: OfficeKey
    is_portable: bool


@dataclass(frozen=True, slots=True)
class _Built:
    manifest: Manifest
    proof: Proof
    # The stored files of the snapshot; the folder may contain files stored after it.
    blobs: frozenset[str]


@dataclass(frozen=True, slots=True)
class _SealedFolder:
    """Folder that files are sealed into, under numbers: names of photos are hashes of their content."""

    folder: Path
    sealer: BackupSealer
    files: dict[str, File] = field(default_factory=dict)

    def add(self, name: str, source: BinaryIO) -> None:
        sealed = f"{FILES}/{len(self.files) + 1:06}{SUFFIX}"
        content = self.sealer.seal(source, self.folder / sealed)
        self.files[name] = File(content.size, content.sha256, sealed)


def _ignore_progress(_done: int, _total: int) -> None:
    return None


def _finish_nothing(_session: Session, _manifest: Manifest, _proof: Proof) -> None:
    return None


def create(  # noqa: PLR0913  # where from, where to, in which form, and two callbacks
    settings: Settings,
    engine: Engine,
    context: OperationContext,
    to: Path,
    progress: Progress = _ignore_progress,
    finish: Finish = _finish_nothing,
    *,
    is_portable: bool = False,
) -> CreatedBackup:
    """Create a backup in a new folder below `to`; after a failure no incomplete backup is left there.

    `progress` gets (done, total) steps and may raise to stop; `finish` runs in the transaction of the log.
    `is_portable`: the rows are in a SQLite file, which is restored on either engine (decision 0166).
    """
    if is_empty(settings.effective_database_url):
        raise BackupError(Reason.NOT_INSTALLED, str(settings.data_dir))
    begun_at = context.now()
    try:
        if to.absolute() == settings.effective_backup_dir.absolute():
            require_place(settings)
        office_key = office_key_of(settings.key_dir)
        with only_backup(settings.data_dir):
            return _create(_Order(settings, engine, context, progress, office_key, is_portable), to, finish)
    except (BackupError, OSError, SQLAlchemyError) as error:
        if (code := failure_code(error)) not in _UNNOTED:
            # If the store cannot be written, the failure cannot be logged either.
            with suppress(SQLAlchemyError):
                run_write(engine, lambda session: log.note_failed(session, context, begun_at, code))
        raise


def failure_code(error: BackupError | OSError | SQLAlchemyError) -> str:
    """Return the code of a failure for the log, without messages of programs or the system."""
    if isinstance(error, BackupError):
        return error.reason.value
    is_full = is_disk_full(error) if isinstance(error, OSError) else _is_store_full(error)
    return ErrorCode.STORAGE_FULL.value if is_full else _UNWRITABLE


def _is_store_full(error: SQLAlchemyError) -> bool:
    return isinstance(error, DBAPIError) and is_storage_full(error)


def _create(order: _Order, to: Path, finish: Finish) -> CreatedBackup:
    context = order.context
    name = f"{context.now():{_STAMP}}"
    to.mkdir(mode=0o700, parents=True, exist_ok=True)
    _sweep(to, f"{PARTIAL}{context.now() - timedelta(days=1):{_STAMP}}")
    partial = to / f"{PARTIAL}{name}"
    partial.mkdir(mode=0o700)
    try:
        built = _build(order, partial)
        partial.rename(to / name)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    sync_folder(to)

    def note(session: Session) -> dict[str, int]:
        marks = _mark(session, context, built) if built.proof.is_proved else {}
        log.note_taken(session, context, to / name, built.manifest, built.proof)
        finish(session, built.manifest, built.proof)
        return marks

    try:
        marks = run_write(order.engine, note)
    except JobStopped:
        # Stopped at the end: the finished backup is deleted, because no row of the log names it.
        shutil.rmtree(to / name)
        raise
    outdated = _remove_outdated(order, built.manifest) if built.proof.is_proved else []
    return CreatedBackup(to / name, built.manifest, built.proof, marks, outdated)


def _remove_outdated(order: _Order, newest: Manifest) -> list[Path]:
    """Delete the backups, wherever the log names them, that contain what was erased before the newest one."""
    tenant_id, created_at = newest.tenant, from_wire(newest.created_at)
    assert created_at is not None
    with snapshot(order.engine) as session:
        named = log.folders_before_erasures(session, tenant_id, created_at)
    outdated = [folder for folder in map(Path, named) if _is_of(folder, tenant_id)]
    for folder in outdated:
        _remove(folder)
    return outdated


def remove_old(to: Path, tenant_id: str, keep: int) -> list[Path]:
    """Delete the folders of the tenant's oldest proved backups, keep `keep` (at least one); return them."""
    assert keep > 0
    proved = [folder for folder in sorted(to.iterdir()) if _is_proved(folder, tenant_id)]
    gone = proved[:-keep]
    for folder in gone:
        _remove(folder)
    return gone


def _remove(folder: Path) -> None:
    # Rename first, so that a partly deleted folder is not taken for a backup.
    shutil.rmtree(folder.rename(folder.with_name(f"{PARTIAL}{folder.name}")))


def _build(order: _Order, folder: Path) -> _Built:
    settings, engine, context = order.settings, order.engine, order.context
    migration = migrations.current(readonly(engine))
    if migration is None or migration != migrations.head():
        raise BackupError(Reason.NOT_INSTALLED, str(settings.data_dir))
    begun_at = to_wire(context.now())
    sealed = _SealedFolder(folder, BackupSealer.for_office(order.office_key.recipient))
    with working_folder(settings.data_dir) as work:
        # No file may be deleted between the copy of the rows and the copy of their files.
        with file_store_of(settings).keeping():
            store_engine, fingerprint, blobs, steps = _copy_store(order, sealed, work)
        failpoint("backup.copied")
        manifest = Manifest(
            product=product(),
            created_at=begun_at,
            tenant=settings.tenant,
            engine=store_engine,
            migration=migration,
            store=fingerprint,
            files=sealed.files,
        )
        sealed.sealer.seal(io.BytesIO(encoded(manifest)), folder / MANIFEST_FILE)
        envelope = _envelope(order, manifest, folder)
        digest = write(folder / ENVELOPE_FILE, envelope)
        order.progress(steps - 1, steps)
        try:
            opened = OpenedBackup(folder, manifest, sealed.sealer.proof_identity)
            is_other = manifest.engine != engine.dialect.name
            faults = faults_of(opened, SCRATCH_SQLITE if is_other else settings.effective_database_url, work)
        except BackupError as error:
            faults = [str(error)]
    proof = Proof(digest, to_wire(context.now()), not faults, faults)
    write(folder / PROOF_FILE, proof)
    for inside in (path for path in (folder, *folder.rglob("*")) if path.is_dir()):
        sync_folder(inside)
    failpoint("backup.proved")
    order.progress(steps, steps)
    return _Built(manifest, proof, blobs)


def _copy_store(
    order: _Order, sealed: _SealedFolder, work: Path
) -> tuple[str, Fingerprint, frozenset[str], int]:
    """Seal database, stored files and keys.

    Returns engine and fingerprint of the copy, hashes of the files, and number of steps.
    """
    settings = order.settings
    engine_name = "sqlite" if order.is_portable else order.engine.dialect.name
    copy = work / STORE_FILES[engine_name]
    with snapshot(order.engine) as session:
        if session.get(Tenant, settings.tenant) is None:
            raise BackupError(Reason.NOT_INSTALLED, settings.tenant)
        blobs, names = frozenset(stored_blobs(session, settings.tenant)), names_of_all(session)
        steps, kept = len(names) + _OTHER_STEPS, blobs_of(settings)
        order.progress(1, steps)
        if engine_name == order.engine.dialect.name:
            fingerprint = fingerprint_of(session, settings.tenant)
            copy_out(session.connection(), settings.effective_database_url, copy)
        else:
            fingerprint = copy_to_sqlite(session, settings.tenant, copy)
    failpoint("backup.in_clear")
    with copy.open("rb") as file:
        sealed.add(copy.name, file)
    copy.unlink()
    # After the database: a file is stored before its row.
    for number, name in enumerate(names, 2):
        order.progress(number, steps)
        # The proof reports missing files.
        with suppress(FileNotFoundError), kept.open(name) as stored:
            sealed.add(f"{BLOBS}/{name}", stored)
    for path in _own_files(settings.data_dir):
        with path.open("rb") as file:
            sealed.add(path.relative_to(settings.data_dir).as_posix(), file)
    return engine_name, fingerprint, blobs, steps


def _envelope(order: _Order, manifest: Manifest, folder: Path) -> Envelope:
    return Envelope(
        format=FORMAT,
        product=manifest.product,
        created_at=manifest.created_at,
        tenant=manifest.tenant,
        key=order.office_key.key_id,
        files=sealed_files_in(folder),
    )


def product() -> str:
    """Return the version of the product."""
    return importlib.metadata.version("field178")


def _own_files(data: Path) -> list[Path]:
    """Return the keys, certificates and settings of the server."""
    paths = [path for name in FOLDERS for path in sorted((data / name).rglob("*")) if path.is_file()]
    settings = data / SETTINGS_FILE
    return [*paths, settings] if settings.is_file() else paths


def _mark(session: Session, context: OperationContext, built: _Built) -> dict[str, int]:
    store = built.manifest.store
    backup = BackedUpContent(
        store.epoch, {device: seq for device, (seq, *_) in store.receipts.items()}, built.blobs
    )
    return tablets.mark_backup(session, context, backup)


def _is_proved(folder: Path, tenant_id: str) -> bool:
    return _is_of(folder, tenant_id) and read_proof(folder)[1].is_proved


def _is_of(folder: Path, tenant_id: str) -> bool:
    """Return whether a folder is a finished backup of a tenant."""
    if folder.name.startswith(PARTIAL) or not folder.is_dir():
        return False
    try:
        envelope, _ = read_proof(folder)
    except BackupError:
        return False
    return envelope.tenant == tenant_id


def _sweep(to: Path, before: str) -> None:
    """Delete partial folders that are more than a day old; younger ones may be in progress."""
    for path in to.glob(f"{PARTIAL}*"):
        if path.name < before and os.access(path, os.W_OK):
            shutil.rmtree(path)
