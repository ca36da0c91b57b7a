"""Restore drill in a scratch folder: a backup is restored and checked apart from the office's data."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Engine

from field178_server.audit.operation_context import OperationContext
from field178_server.backup.copy import scratch_store
from field178_server.backup.create import create
from field178_server.backup.errors import BackupError, Reason
from field178_server.backup.manifest import OpenedBackup, open_backup
from field178_server.backup.office_key import NEEDED, identity_of, keep_office_key, new_office_key
from field178_server.backup.restore import Restored, restore
from field178_server.database.engine import create_engine_for
from field178_server.maintenance import integrity
from field178_server.security.clear_copies import working_folder
from field178_server.settings import BACKUPS, Settings
from field178_shared.time.clock import duration_clock

# Installs a scratch store and fills it with demo data.
Fill = Callable[[Settings, Engine, OperationContext], None]


@dataclass(frozen=True, slots=True)
class DrillResult:
    """Result of a drill: the restored backup, and the duration of the restore."""

    restored: Restored
    seconds: float


def drill(
    settings: Settings, context: OperationContext, backup: OpenedBackup | None, fill: Fill
) -> DrillResult:
    """Restore a backup into a scratch store and verify it; None: a backup of a store filled by `fill`.

    The office's store and files are neither read nor written; the command writes the date afterwards.
    """
    with working_folder(settings.data_dir) as folder:
        if backup is not None:
            return _restore(settings, context, backup, folder)
        with _scratch_backup(settings, context, folder, fill) as made:
            return _restore(settings, context, made, folder)


def _restore(
    settings: Settings, context: OperationContext, backup: OpenedBackup, folder: Path
) -> DrillResult:
    with scratch_store(settings.effective_database_url, folder) as url:
        own = replace(settings, data_dir=folder / "restored", database_url=url, blobs_url="")
        begin = duration_clock()
        done = restore(backup, own, context)
        seconds = duration_clock() - begin
        faults = integrity.faults(own)
        if done.epoch == done.manifest.store.epoch:
            faults.append("epoch: the old one")
        if faults:
            raise BackupError(Reason.DIFFERS, faults[0])
        return DrillResult(done, seconds)


@contextmanager
def _scratch_backup(
    settings: Settings, context: OperationContext, folder: Path, fill: Fill
) -> Iterator[OpenedBackup]:
    with scratch_store(settings.effective_database_url, folder) as url:
        own = replace(settings, data_dir=folder / "office", database_url=url, blobs_url="")
        engine = create_engine_for(url)
        try:
            made = new_office_key(secrets.token_bytes, context.now())
            keep_office_key(own.key_dir, made.key)
            fill(own, engine, context)
            taken = create(own, engine, context, folder / BACKUPS)
        finally:
            engine.dispose()
        if not taken.proof.is_proved:
            raise BackupError(Reason.DIFFERS, taken.proof.faults[0])
        yield open_backup(taken.folder, identity_of(made.shares[:NEEDED], made.key.key_id))
