"""Windows and Linux tablets: a folder of the user, no position receiver, no camera of our own."""

from __future__ import annotations

import os
import platform as system
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from field178_mobile.platform.api import Fix, Heard, LongText, Picked
from field178_mobile.ports import NetworkKind
from field178_shared.errors import AppError, ErrorCode

LABEL_LENGTH = 64
PRINT_S = 30


class DesktopPlatform:
    """A computer or tablet with a desktop system."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def data_folder(self) -> Path:
        """Return FIELD178_TABLET_DIR, or a folder of the user's own data."""
        named = self._environment.get("FIELD178_TABLET_DIR")
        if named:
            return Path(named)
        if os.name == "nt":
            return Path(self._environment.get("LOCALAPPDATA", str(Path.home()))) / "field178"
        base = self._environment.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
        return Path(base) / "field178"

    def offline_export_folder(self) -> Path:
        """Return FIELD178_RESCUE_DIR, or the user's documents."""
        named = self._environment.get("FIELD178_RESCUE_DIR")
        return Path(named) if named else Path.home() / "Documents"

    def device_label(self) -> str:
        """Return the computer's name."""
        return (system.node() or "tablet")[:LABEL_LENGTH]

    def key_store(self, folder: Path) -> None:
        """Return None: the vault uses the keyring of the desktop."""

    def keep_open(self, why: str | None) -> None:
        """Do nothing: hidden applications keep running on a desktop."""

    def edit_long_text(self, request: LongText, heard: Heard, answer: Picked) -> None:
        """Leave it to our own field: a desktop's keyboards work in it."""

    def prefers_less_motion(self) -> bool:
        """Return whether the variable FIELD178_MOTION is `off`."""
        return self._environment.get("FIELD178_MOTION") == "off"

    def protect_screen(self) -> None:
        """Do nothing: desktop systems offer no such protection."""

    def has_receiver(self) -> bool:
        """Return False: a desktop has no position receiver."""
        return False

    def ask_fix(self, answer: Callable[[Fix | None], None]) -> None:
        """Answer None: the form then uses the registered point."""
        answer(None)

    def network_kind(self) -> NetworkKind:
        """Return UNKNOWN; desktop networks count as unmetered."""
        return NetworkKind.UNKNOWN

    def has_camera(self) -> bool:
        """Return False; photos are added from files."""
        return False

    def take_photo(self, answer: Callable[[Path | None], None]) -> None:
        """Answer None: no camera."""
        answer(None)

    def photo_folders(self) -> tuple[Path, ...]:
        """Return FIELD178_PHOTO_DIR, or the user's pictures and downloads, plugged-in drives and home."""
        named = self._environment.get("FIELD178_PHOTO_DIR")
        home = Path.home()
        usual = (home / "Pictures", home / "Downloads", *_drives(self._environment), home)
        places = (Path(named),) if named else usual
        return tuple(place for place in places if place.is_dir()) or (home,)

    def choose_photo(self, answer: Callable[[Path | None], None]) -> None:
        """Answer that nothing was chosen: `photo_folders` is where a person chooses."""
        answer(None)

    def open_file(self, path: Path) -> None:
        """Open a file with the desktop's program for its type."""
        if os.name == "nt":
            _start(path, "open", ErrorCode.PAPER_UNOPENED)
            return
        opener = "open" if sys.platform == "darwin" else "xdg-open"
        try:
            # Not waited for: the viewer stays for as long as somebody reads.
            subprocess.Popen(  # noqa: S603  a program of the system, a file of ours
                [self._program(opener, ErrorCode.PAPER_UNOPENED), str(path)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as error:
            raise AppError(ErrorCode.PAPER_UNOPENED) from error

    def print_file(self, path: Path) -> None:
        """Print a PDF on the default printer of the desktop."""
        if os.name == "nt":
            _start(path, "print", ErrorCode.PAPER_UNPRINTED)
            return
        command = [self._program("lp", ErrorCode.PAPER_UNPRINTED), str(path)]
        try:
            subprocess.run(command, check=True, timeout=PRINT_S, capture_output=True)  # noqa: S603  as above
        except (OSError, subprocess.SubprocessError) as error:
            raise AppError(ErrorCode.PAPER_UNPRINTED) from error

    def save_folder(self) -> Path | None:
        """Return FIELD178_PAPERS_DIR, or the user's documents."""
        named = self._environment.get("FIELD178_PAPERS_DIR")
        return Path(named) if named else Path.home() / "Documents"

    def save_places(self) -> tuple[Path, ...]:
        """Return the usual folder, existing external drives and the home folder."""
        places = (self.save_folder(), *_drives(self._environment), Path.home())
        return tuple(dict.fromkeys(place for place in places if place is not None and place.is_dir()))

    def take_papers_back(self) -> None:
        """Do nothing: other programs read the file itself."""

    def share_file(self, path: Path) -> None:
        """Raise AppError: on a desktop papers are saved into a folder."""
        raise AppError(ErrorCode.PAPER_UNSAVED, path=str(path))

    def _program(self, name: str, lacking: ErrorCode) -> str:
        program = shutil.which(name, path=self._environment.get("PATH"))
        if program is None:
            raise AppError(lacking)
        return program


def _start(path: Path, verb: str, refused: ErrorCode) -> None:
    if sys.platform == "win32":
        try:
            os.startfile(path, verb)  # noqa: S606  a file of ours
        except OSError as error:
            raise AppError(refused) from error


def _drives(environment: Mapping[str, str]) -> tuple[Path, ...]:
    """Return where the cards and sticks of cameras and phones appear."""
    if os.name == "nt":
        return tuple(Path(f"{letter}:\\") for letter in "DEFGH")
    user = environment.get("USER", "")
    return tuple(
        drive
        for folder in (Path("/run/media") / user, Path("/media") / user)
        if user and folder.is_dir()
        for drive in sorted(folder.iterdir())
    )
