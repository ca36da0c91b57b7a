"""Sharing of files with another application, one at a time, from two folders only.

apk/xml/shared_files.xml names the same two folders. Their files are unencrypted, so they are deleted soon.
"""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path

from field178_mobile.platform.android.java import Java, activity, java_class
from field178_shared.fsync import make_folder

PROVIDER = "androidx.core.content.FileProvider"
READ, WRITE = 1, 2


class Lending:
    """The folders `incoming` (pictures on their way in) and `outgoing` (papers on their way out)."""

    def __init__(self, folder: Path) -> None:
        self._incoming = folder / "incoming"
        self._outgoing = folder / "outgoing"
        # Looked up at start: application classes cannot be looked up on other threads.
        self._provider = java_class(PROVIDER)

    def sweep(self) -> None:
        """Delete files left by an interrupted camera or an earlier share."""
        self.take_back()
        shutil.rmtree(self._incoming, ignore_errors=True)

    def new_picture(self) -> Path:
        """Return the path for an incoming picture; the receiver deletes the file."""
        make_folder(self._incoming)
        return self._incoming / f"{secrets.token_hex(8)}.jpg"

    def take_back(self) -> None:
        """Delete the paper that was shared."""
        shutil.rmtree(self._outgoing, ignore_errors=True)

    def copy_out(self, path: Path) -> Path:
        """Return a copy to share; the previous copy is deleted."""
        self.take_back()
        make_folder(self._outgoing)
        return Path(shutil.copyfile(path, self._outgoing / path.name))

    def uri(self, path: Path) -> Java:
        """Return the address under which another application may be lent a file of the two folders."""
        here = activity()
        authority = f"{here.getPackageName()}.files"
        return self._provider.getUriForFile(here, authority, java_class("java.io.File")(str(path)))
