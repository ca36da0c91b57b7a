"""Deletion of everything on a tablet by an order of the office; a start after a crash goes on with it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from field178_mobile.ports import Failpoint, Json, no_failpoint
from field178_mobile.private_file import read_json, write_json
from field178_shared.fsync import sync_folder

if TYPE_CHECKING:
    from field178_mobile.ports import KeyStore

_NOTE = "wiped.json"
# Kivy's own folder, which its running process uses; nothing of a record is in it.
_KEPT = (_NOTE, "kivy")
_VAULT = "vault.json"


@dataclass(frozen=True, slots=True)
class WipeNote:
    """Note on a wiped tablet: why it was wiped, and the signed receipt for the office.

    `url` and `pin` lead to the office; `receipt` is None once the office has it.
    """

    reason: str
    at: str
    url: str
    pin: str
    lost: int
    receipt: Json | None


class WipedFolder:
    """The data folder of a tablet while, and after, everything in it is deleted."""

    def __init__(
        self, folder: Path, key_store: Callable[[], KeyStore], failpoint: Failpoint = no_failpoint
    ) -> None:
        self._folder = folder
        self._path = folder / _NOTE
        self._key_store = key_store
        self._failpoint = failpoint

    @property
    def note(self) -> WipeNote | None:
        """The note of a wiped tablet, None on any other."""
        stored = read_json(self._path)
        return WipeNote(**stored) if stored else None  # type: ignore[arg-type]

    def begin(self, note: WipeNote) -> None:
        """Write the note: from here on every start deletes what is left."""
        write_json(self._path, asdict(note))
        self._failpoint("wipe.begun")

    def finish(self) -> None:
        """Delete everything but the note: first the keys, without which the rest is unreadable."""
        if not self._path.exists():
            return
        (self._folder / _VAULT).unlink(missing_ok=True)
        sync_folder(self._folder)
        self._failpoint("wipe.vault")
        self._key_store().delete()
        self._failpoint("wipe.secret")
        for path in sorted(self._folder.iterdir()):
            if path.name in _KEPT:
                continue
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
            self._failpoint("wipe.file")
        sync_folder(self._folder)
        self._failpoint("wipe.done")

    def note_answered(self) -> None:
        """Store that the office has the receipt."""
        if (note := self.note) is not None:
            write_json(self._path, asdict(replace(note, receipt=None)))

    def forget(self) -> None:
        """Delete the note: the tablet is enrolled anew."""
        self._path.unlink(missing_ok=True)
