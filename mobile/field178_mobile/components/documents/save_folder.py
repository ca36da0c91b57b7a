"""Choose the folder for papers: one level at a time, its free space, and whether it is writable."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from field178_mobile.presentation.amounts import amount_text
from field178_mobile.presentation.wording import Option, Wording
from field178_shared.text.i18n import N_

# Minutes have some 200 kB; a folder with less free space than this counts as full.
LEAST_FREE_BYTES = 5_000_000
GB = 1_000_000_000
SUGGESTED = N_("Minutes")


@dataclass(frozen=True, slots=True)
class SaveFolderState:
    """State of the open folder.

    `problem`: why saving is impossible there; `can_make`: a subfolder can be made.
    """

    title: str
    path: str
    places: tuple[Option, ...]
    folders: tuple[Option, ...]
    free_space: str
    problem: str
    can_go_up: bool
    can_make: bool

    @property
    def can_take(self) -> bool:
        """Return whether papers can be saved here."""
        return not self.problem


class SaveFolder:
    """Folder browser; `chosen` is called with a folder in which a test write has succeeded."""

    def __init__(
        self,
        places: Iterable[Path],
        words: Wording,
        render: Callable[[SaveFolderState], None],
        chosen: Callable[[Path], None],
    ) -> None:
        self._places = tuple(places)
        self._words = words
        self._render = render
        self._chosen = chosen
        self._folder = self._places[0]

    def start(self, folder: Path) -> None:
        """Show a folder; if it no longer exists, the first existing place."""
        self.open(str(next((place for place in (folder, *self._places) if place.is_dir()), folder)))

    def open(self, path: str) -> None:
        """Open a folder."""
        self._folder = Path(path)
        self._show()

    def go_up(self) -> None:
        """Open the parent folder."""
        self.open(str(self._folder.parent))

    def make(self) -> None:
        """Make a folder for papers here and go into it."""
        made = self._folder / self._words.translate(SUGGESTED)
        try:
            made.mkdir(exist_ok=True)
        except OSError:
            self._show()  # shows whether the folder still exists
        else:
            self.open(str(made))

    def take(self) -> None:
        """Choose the folder that is open, unless it cannot be written into by now."""
        problem = self._problem()
        if problem:
            self._show()
        else:
            self._chosen(self._folder)

    def _show(self) -> None:
        folders = _folders_in(self._folder)
        problem = self._problem()
        suggested = self._words.translate(SUGGESTED)
        self._render(
            SaveFolderState(
                title=self._folder.name or str(self._folder),
                path=str(self._folder),
                places=tuple(
                    Option(str(place), place.name or str(place), place == self._folder)
                    for place in self._places
                ),
                folders=tuple(Option(str(child), child.name) for child in folders),
                free_space=self._free_space(),
                problem=problem,
                can_go_up=self._folder != self._folder.parent,
                can_make=not problem
                and self._folder.name != suggested
                and not (self._folder / suggested).exists(),
            )
        )

    def _problem(self) -> str:
        if not _takes_a_file(self._folder):
            return self._words.translate("Nothing can be written into this folder. Choose another one.")
        free = _free_bytes(self._folder)
        if free is not None and free < LEAST_FREE_BYTES:
            return self._words.translate("There is no room left here. Choose another folder.")
        return ""

    def _free_space(self) -> str:
        free = _free_bytes(self._folder)
        if free is None:
            return ""
        amount = f"{free // GB} GB" if free >= GB else amount_text(free)
        return self._words.say("{amount} free", amount=amount)


def _takes_a_file(folder: Path) -> bool:
    """Return whether a file can be written, by a test: permissions do not reveal a locked card."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"178")
            file.flush()
    except OSError:
        return False
    return True


def _free_bytes(folder: Path) -> int | None:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None


def _folders_in(folder: Path) -> list[Path]:
    """Return the visible subfolders of a folder by name; empty if it cannot be read."""
    try:
        with os.scandir(folder) as entries:
            paths = [
                Path(entry.path) for entry in entries if not entry.name.startswith(".") and entry.is_dir()
            ]
    except OSError:
        return []
    return sorted(paths, key=lambda path: path.name.casefold())
