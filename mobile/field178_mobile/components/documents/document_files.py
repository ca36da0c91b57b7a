"""Papers as files: for the system's viewer and printer for as long as the tablet is unlocked, or kept."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from field178_mobile.platform.api import Platform
from field178_shared.errors import AppError, ErrorCode
from field178_shared.fsync import make_folder, sync_folder


@dataclass(frozen=True, slots=True)
class PaperFolder:
    """Private folder of the application for papers, which are unencrypted there only while viewed.

    take_back: deletes the copies that the device lent to other programs.
    """

    folder: Callable[[], Path]
    take_back: Callable[[], None] = lambda: None

    def put(self, name: str, content: bytes) -> Path:
        """Write a paper for another program to read; AppError(paper_unsaved) when there is no space."""
        return _write(self.folder(), name, content)

    def clear(self) -> None:
        """Delete all temporary PDFs; files still open are deleted at the next call."""
        folder = self.folder()
        for path in folder.glob("*") if folder.exists() else ():
            with suppress(OSError):  # a viewer on Windows holds its file
                path.unlink()
        self.take_back()


def papers_of(platform: Platform) -> PaperFolder:
    """Return the folder of papers while they are viewed."""
    return PaperFolder(lambda: platform.data_folder() / "papers", platform.take_papers_back)


def keep(folder: Path, name: str, content: bytes) -> Path:
    """Write a paper into a folder chosen by the officer and return its path; AppError(paper_unsaved)."""
    return _write(folder, name, content)


def _write(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    fresh = path.with_name(name + ".new")
    try:
        make_folder(folder)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        sync_folder(folder)
    except OSError as error:
        with suppress(OSError):  # delete the incomplete file; on an unwritable folder there is none
            fresh.unlink(missing_ok=True)
        raise AppError(ErrorCode.PAPER_UNSAVED, path=str(path)) from error
    return path
