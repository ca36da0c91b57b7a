"""Choice of a picture from the folders of a computer: one folder at a time, newest picture first."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from field178_mobile.presentation.amounts import amount_text
from field178_mobile.presentation.background import Background
from field178_mobile.presentation.wording import Wording
from field178_shared.text.formats import date_text, time_text

ENDINGS = frozenset({".jpg", ".jpeg", ".png", ".webp"})
MOST_ROWS = 5000
_File = tuple[Path, float, int]
_Content = tuple[tuple[Path, ...], tuple[_File, ...]]


@dataclass(frozen=True, slots=True)
class FileRow:
    """Row of a folder to open, or of a picture to choose."""

    path: str
    title: str
    sub: str
    is_folder: bool


@dataclass(frozen=True, slots=True)
class FolderState:
    """State of the open folder; `more`: it contains more files than are shown, `empty`: it has none."""

    title: str
    places: tuple[FileRow, ...]
    rows: tuple[FileRow, ...]
    can_go_up: bool
    more: str
    empty: str


class PhotoFolder:
    """Folder browser that reads on a worker thread; `chosen` is called with a picture's file."""

    def __init__(
        self,
        places: Iterable[Path],
        background: Background,
        words: Wording,
        render: Callable[[FolderState], None],
        chosen: Callable[[Path], None],
    ) -> None:
        self._places = tuple(places)
        self._background = background
        self._words = words
        self._render = render
        self._chosen = chosen
        self._folder = self._places[0]

    def show(self) -> None:
        """Show the first of the places."""
        self._go(self._folder)

    def open(self, path: str) -> None:
        """Open a folder, or choose a picture."""
        chosen = Path(path)
        if chosen.is_dir():
            self._go(chosen)
        else:
            self._chosen(chosen)

    def go_up(self) -> None:
        """Open the parent folder."""
        self._go(self._folder.parent)

    def _go(self, folder: Path) -> None:
        self._folder = folder
        # A slow card with thousands of files must not stop the screen.
        self._background.run(
            lambda: _content(folder),
            lambda content: self._listed(folder, content),
            lambda _error: self._listed(folder, None),
        )

    def _listed(self, folder: Path, content: _Content | None) -> None:
        if folder != self._folder:
            return  # another folder was opened meanwhile
        if content is None:
            self._show((), (), self._words.translate("This folder cannot be opened."))
        else:
            self._show(*content, self._words.translate("No picture here (JPEG, PNG or WEBP)."))

    def _show(self, folders: tuple[Path, ...], files: tuple[_File, ...], nothing: str) -> None:
        rows = (*(_folder_row(path) for path in folders), *(self._file_row(*file) for file in files))
        left = len(rows) - MOST_ROWS
        self._render(
            FolderState(
                title=self._folder.name or str(self._folder),
                places=tuple(_folder_row(place) for place in self._places),
                rows=rows[:MOST_ROWS],
                can_go_up=self._folder != self._folder.parent,
                more=self._words.say("Older files not shown: {count}", count=left) if left > 0 else "",
                empty="" if rows else nothing,
            )
        )

    def _file_row(self, path: Path, changed: float, size: int) -> FileRow:
        at = datetime.fromtimestamp(changed, UTC)
        return FileRow(str(path), path.name, f"{date_text(at)} {time_text(at)} · {amount_text(size)}", False)


def _folder_row(path: Path) -> FileRow:
    return FileRow(str(path), path.name or str(path), "", True)


def _content(folder: Path) -> _Content | None:
    """Return the visible folders by name, and the pictures with time and size, newest first.

    None if the folder cannot be read.
    """
    try:
        return _read(folder)
    except OSError:
        return None


def _read(folder: Path) -> _Content:
    folders, files = list[Path](), list[_File]()
    # Performance with thousands of files: the attributes from the listing are reused.
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            try:
                if entry.is_dir():
                    folders.append(Path(entry.path))
                elif Path(entry.name).suffix.lower() in ENDINGS:
                    status = entry.stat()
                    files.append((Path(entry.path), status.st_mtime, status.st_size))
            except OSError:
                # The file was removed meanwhile, or cannot be read: skip it.
                continue
    folders.sort(key=lambda path: path.name.casefold())
    files.sort(key=lambda file: file[1], reverse=True)
    return tuple(folders), tuple(files)
