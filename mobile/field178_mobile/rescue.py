"""Writing the rescue file of this tablet: no network, no right of the server's, no change of any state."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from field178_mobile.store import Store
from field178_mobile.store.held_work import HeldWork, held_work
from field178_mobile.vault import Enrolment, base64url
from field178_shared.clock import Clock, to_wire
from field178_shared.durable import make_folder, sync_folder
from field178_shared.errors import AppError, ErrorCode
from field178_shared.rescue import SUFFIX, Origin, write_rescue


@dataclass(frozen=True, slots=True)
class Rescued:
    """Where the file lies and how many changes it holds."""

    path: Path
    changes: int


@dataclass(frozen=True, slots=True)
class Rescuer:
    """All that a rescue file is made of; `rescue` may be called from any thread."""

    store: Store
    enrolment: Enrolment
    device_key: bytes
    clock: Clock
    folder: Callable[[], Path]

    def __call__(self) -> Rescued:
        """Write a new file; raises AppError (rescue_unwritten with the path) when the folder takes none."""
        work = self.store.read_all(held_work)
        path = self._path()
        try:
            count = self._write(path, work)
        except OSError as error:
            raise AppError(ErrorCode.RESCUE_UNWRITTEN, path=str(path)) from error
        return Rescued(path, count)

    def _path(self) -> Path:
        stamp = self.clock.now().strftime("%Y%m%d-%H%M%S")
        return self.folder() / f"cuu-ho-{self.enrolment.device[-6:]}-{stamp}{SUFFIX}"

    def _write(self, path: Path, work: HeldWork) -> int:
        make_folder(path.parent)
        draft = path.with_name(path.name + ".new")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(descriptor, "wb") as file:
            keys = base64url.decode(self.enrolment.sealing_key), self.device_key
            count = write_rescue(file, self._origin(work), work.changes, *keys)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        sync_folder(path.parent)
        return count

    def _origin(self, work: HeldWork) -> Origin:
        one = self.enrolment
        return Origin(one.tenant, one.device, work.incarnation, to_wire(self.clock.now()))
