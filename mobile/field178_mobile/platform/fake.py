"""Fake device for tests and screenshots, with configured results."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from field178_mobile.platform.api import Fix, Heard, LongText, Picked
from field178_mobile.ports import NetworkKind
from field178_shared.errors import AppError, ErrorCode


class FakePlatform:
    """Device in memory. fix and photo are the next answers."""

    def __init__(self, folder: Path, fix: Fix | None = None, photo: Path | None = None) -> None:
        self._folder = folder
        self.fix = fix
        self.photo = photo
        self.has_long_text = False
        self.long_texts: list[tuple[LongText, Heard, Picked]] = []
        self.kept_open: list[str | None] = []
        self.receiver = True
        self.camera = True
        self.folders: tuple[Path, ...] = ()
        self.network = NetworkKind.UNKNOWN
        self.is_protected = False
        self.has_printer = True
        self.shares = False
        self.done: list[tuple[str, str, bytes]] = []
        self.lent: list[str] = []

    def data_folder(self) -> Path:
        """Return the folder given."""
        return self._folder

    def offline_export_folder(self) -> Path:
        """Return a folder in the data folder."""
        return self._folder / "rescue"

    def device_label(self) -> str:
        """Return one fixed name."""
        return "tablet"

    def key_store(self, folder: Path) -> None:
        """Return None: no key store."""

    def keep_open(self, why: str | None) -> None:
        """Record the request, in order."""
        self.kept_open.append(why)

    def edit_long_text(self, request: LongText, heard: Heard, answer: Picked) -> Callable[[], None] | None:
        """Open a window in memory, if configured."""
        if not self.has_long_text:
            return None
        self.long_texts.append((request, heard, answer))
        return self.long_texts.clear

    def prefers_less_motion(self) -> bool:
        """Return the fixed value True, so that screenshots are equal."""
        return True

    def protect_screen(self) -> None:
        """Record that screen protection was requested."""
        self.is_protected = True

    def has_receiver(self) -> bool:
        """Return the configured value."""
        return self.receiver

    def ask_fix(self, answer: Callable[[Fix | None], None]) -> None:
        """Answer with the configured position at once."""
        answer(self.fix)

    def network_kind(self) -> NetworkKind:
        """Return the configured network kind."""
        return self.network

    def has_camera(self) -> bool:
        """Return the configured value."""
        return self.camera

    def take_photo(self, answer: Callable[[Path | None], None]) -> None:
        """Answer with the configured photo at once."""
        answer(self.photo)

    def photo_folders(self) -> tuple[Path, ...]:
        """Return the configured folders."""
        return self.folders

    def choose_photo(self, answer: Callable[[Path | None], None]) -> None:
        """Answer with the configured photo at once."""
        answer(self.photo)

    def open_file(self, path: Path) -> None:
        """Record the opened file."""
        self.done.append(("open", path.name, path.read_bytes()))

    def print_file(self, path: Path) -> None:
        """Record the printed file; raise without a printer."""
        if not self.has_printer:
            raise AppError(ErrorCode.PAPER_UNPRINTED)
        self.done.append(("print", path.name, path.read_bytes()))

    def save_folder(self) -> Path | None:
        """Return a folder in the data folder, or None on a device with a share sheet."""
        return None if self.shares else self._folder / "documents"

    def save_places(self) -> tuple[Path, ...]:
        """Return the usual folder and the one for data."""
        return () if self.shares else (self._folder / "documents", self._folder)

    def take_papers_back(self) -> None:
        """Clear the list of lent files."""
        self.lent.clear()

    def share_file(self, path: Path) -> None:
        """Record the shared file."""
        self.done.append(("share", path.name, path.read_bytes()))
