"""Upgrade of the store to this version of the product; it goes back by itself (decision 0162)."""

from __future__ import annotations

import shutil
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from field178_server.database import migrations
from field178_server.database.engine import create_engine_for, sqlite_file
from field178_server.database.failpoints import failpoint
from field178_server.database.single_server import require_not_served
from field178_server.maintenance.integrity import faults_of_database
from field178_server.maintenance.upgrade_note import (
    UpgradeNote,
    UpgradeStep,
    forget_upgrade,
    read_note,
    upgrade_folder,
    write_note,
)
from field178_server.security.keyring import load_keys
from field178_server.security.private_files import copy_durably, make_private_folder
from field178_server.serving.installation import install
from field178_server.settings import Settings
from field178_shared.errors import AppError
from field178_shared.fsync import sync_folder
from field178_shared.ids import IdSource
from field178_shared.time.clock import Clock

_COPY = "store.sqlite"


class UpgradeFailedError(Exception):
    """The store could not be upgraded and is as it was; the arguments are the reasons, a line each."""


class NoRoomError(Exception):
    """Error: no room on the disk for the copy of the store; the argument is the missing number of bytes."""


@dataclass(frozen=True, slots=True)
class Upgraded:
    """Revisions of the store before and after; equal if there was nothing to do."""

    before: str
    after: str


def upgrade(settings: Settings, engine: Engine, clock: Clock, ids: IdSource) -> Upgraded:
    """Migrate the store and check it; any fault puts it back as it was. An interrupted upgrade begins again.

    Raises UpgradeFailedError, NoRoomError, AlreadyServedError, StoreVersionError for an empty store or one of
    a newer version.
    """
    note, before = read_note(settings), migrations.current(engine)
    if note is not None and note.step is UpgradeStep.CHECKED and before == migrations.head():
        return Upgraded(note.revision, migrations.head())
    if note is not None:
        go_back(settings, engine)
        before = migrations.current(engine)
    if before is None or not migrations.is_known(before):
        raise migrations.StoreVersionError(before)
    if before == migrations.head():
        return Upgraded(before, before)
    require_not_served(settings)
    _copy(settings, engine, before)
    if faults := _faults_after_migrations(settings, engine, clock, ids):
        go_back(settings, engine)
        raise UpgradeFailedError(*faults)
    write_note(settings, UpgradeNote(UpgradeStep.CHECKED, before))
    failpoint("upgrade.checked")
    return Upgraded(before, migrations.head())


def go_back(settings: Settings, engine: Engine) -> str | None:
    """Put the store back as it was before the upgrade; return its revision, None without an upgrade.

    No server has used the store since, see `upgrade_note`. Raises AlreadyServedError if one uses it now.
    """
    note = read_note(settings)
    if note is None:
        return None
    require_not_served(settings)
    if migrations.current(engine) != note.revision:
        store = sqlite_file(settings.effective_database_url)
        engine.dispose()
        if store is None:
            migrations.downgrade(engine, note.revision)
        else:
            # A log that is left would be written into the copy.
            _empty_log(store)
            (upgrade_folder(settings) / _COPY).replace(store)
            sync_folder(store.parent)
    failpoint("upgrade.undone")
    forget_upgrade(settings)
    return note.revision


def _faults_after_migrations(settings: Settings, engine: Engine, clock: Clock, ids: IdSource) -> list[str]:
    try:
        install(settings, engine, clock, ids)
        failpoint("upgrade.migrated")
        return faults_of_database(engine, settings.tenant, load_keys(settings.key_dir).receipt_keys)
    except (migrations.StoreBusyError, SQLAlchemyError, AppError, OSError, ValueError) as error:
        reason = next(iter(str(error).splitlines()), "")
        return [f"{type(error).__name__}: {reason}".rstrip(": ")]


def _copy(settings: Settings, engine: Engine, revision: str) -> None:
    """Copy a SQLite store beside itself, then note the upgrade: a note means that the copy is whole.

    PostgreSQL goes back by the migrations, which run in one transaction.
    """
    folder, store = upgrade_folder(settings), sqlite_file(settings.effective_database_url)
    forget_upgrade(settings)
    make_private_folder(folder)
    if store is not None:
        engine.dispose()
        _empty_log(store)
        missing = store.stat().st_size - shutil.disk_usage(folder).free
        if missing > 0:
            raise NoRoomError(missing)
        copy_durably(store, folder / _COPY)
        failpoint("upgrade.copied")
    write_note(settings, UpgradeNote(UpgradeStep.COPIED, revision))
    failpoint("upgrade.noted")


def _empty_log(store: Path) -> None:
    """Write the write-ahead log into the store."""
    engine = create_engine_for(f"sqlite:///{store}")
    with closing(engine.raw_connection()) as connection:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
