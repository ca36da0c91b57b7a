"""Write the offline export: all changes not in a verified backup. Changes no state, needs no network."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from field178_mobile.ports import Json
from field178_mobile.store import Store
from field178_mobile.store.database.driver import DatabaseError
from field178_mobile.store.database.key_value import get_text
from field178_mobile.store.integrity.rebuild import journalled
from field178_mobile.store.outbox.changes import NewChange, all_changes
from field178_mobile.store.session import Unlocked
from field178_mobile.vault import Enrolment, base64url
from field178_shared.errors import AppError, ErrorCode
from field178_shared.fsync import make_folder, sync_folder
from field178_shared.offline_export import SUFFIX, ExportOrigin, write_offline_export
from field178_shared.time.clock import VIETNAM, Clock, to_wire

# EFBIG: the file system of a USB stick does not support files of this size.
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# The driver decodes the message about a damaged file, which quotes it.
_UNREADABLE = (AppError, DatabaseError, UnicodeDecodeError)


@dataclass(frozen=True, slots=True)
class WrittenExport:
    """Path and size of the written file, and its number of changes."""

    path: Path
    changes: int
    size_bytes: int = 0


@dataclass(frozen=True, slots=True)
class OfflineExporter:
    """Write offline exports; may be called from any thread."""

    store: Store
    enrolment: Enrolment
    device_key: bytes
    clock: Clock
    folder: Callable[[], Path]

    def __call__(self) -> WrittenExport:
        """Write a new file.

        AppError (rescue_unwritten, rescue_no_room on a full disk, with the path) leaves no file behind.
        """
        work = self.store.read_all(unsent_changes)
        path = self._path()
        fresh = path.with_name(path.name + ".new")
        try:
            make_folder(path.parent)
            with _dropped_unless_done(fresh):
                count = self._write(fresh, work)
                size_bytes = fresh.stat().st_size
                fresh.replace(path)
            sync_folder(path.parent)
        except OSError as error:
            is_full = error.errno in _FULL
            code = ErrorCode.RESCUE_NO_ROOM if is_full else ErrorCode.RESCUE_UNWRITTEN
            raise AppError(code, path=str(path)) from error
        return WrittenExport(path, count, size_bytes)

    def _path(self) -> Path:
        stamp = self.clock.now().astimezone(VIETNAM).strftime("%Y%m%d-%H%M%S")
        return self.folder() / f"cuu-ho-{self.enrolment.device[-6:]}-{stamp}{SUFFIX}"

    def _write(self, path: Path, work: UnsentChanges) -> int:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(descriptor, "wb") as file:
            keys = base64url.decode(self.enrolment.sealing_key), self.device_key
            count = write_offline_export(file, self._origin(work), work.changes, *keys)
            file.flush()
            os.fsync(file.fileno())
        return count

    def _origin(self, work: UnsentChanges) -> ExportOrigin:
        enrolment = self.enrolment
        return ExportOrigin(enrolment.tenant, enrolment.device, work.incarnation, to_wire(self.clock.now()))


@contextmanager
def _dropped_unless_done(path: Path) -> Iterator[None]:
    try:
        yield
    finally:
        # Delete an incomplete file, which uses space. After the rename the file no longer exists.
        path.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class UnsentChanges:
    """The wire forms in the order of filing, and the life of the database they are sent under."""

    incarnation: str
    changes: tuple[Json, ...]


def unsent_changes(unlocked: Unlocked) -> UnsentChanges:
    """Return all changes that are in no verified backup; for a damaged database, those of the journal."""
    filed, incarnation = _filed(unlocked)
    journal = [entry.change for entry in journalled(unlocked.journal, unlocked.context.sealer)]
    stored = {change.id: change for change in (*filed, *journal)}
    superseded = {name for change in stored.values() for name in _never_sent(change)}
    if not incarnation and not stored:
        raise AppError(ErrorCode.STORE_DAMAGED)
    life = incarnation or list(stored.values())[-1].incarnation
    changes = tuple(change.wire for change in stored.values() if change.id not in superseded)
    return UnsentChanges(life, changes)


def _filed(unlocked: Unlocked) -> tuple[list[NewChange], str]:
    try:
        return all_changes(unlocked.context), get_text(unlocked.context, "incarnation") or ""
    except _UNREADABLE:
        return [], ""


def _never_sent(change: NewChange) -> frozenset[str]:
    # An isolated change that was superseded: sync does not send it either, it would be taken for an edit.
    sent: Mapping[str, object] = change.wire
    named = sent.get("replaces")
    return frozenset(change.replaces) - frozenset(named if isinstance(named, list) else ())
