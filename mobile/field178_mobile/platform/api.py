"""Interface of the tablet's device functions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from field178_mobile.ports import KeyStore, NetworkKind


@dataclass(frozen=True, slots=True)
class Fix:
    """One position: 1e-7 degrees, accuracy in metres, when it was measured."""

    lat: int
    lon: int
    accuracy_m: int
    captured_at: datetime


@dataclass(frozen=True, slots=True)
class LongText:
    """A long text to edit: the question, the current text, and the words on the two buttons."""

    title: str
    text: str
    keep: str
    give_up: str
    lines: int = 3
    max_length: int = 0


Heard = Callable[[str], None]
Picked = Callable[[str | None], None]


class Platform(Protocol):
    """Device functions. Callbacks may run on any thread."""

    def data_folder(self) -> Path:
        """Return the folder of this application's own files."""
        ...

    def offline_export_folder(self) -> Path:
        """Return where a person finds a file this application writes for them."""
        ...

    def device_label(self) -> str:
        """Return a name for this device, shown at the office (at most 64 characters)."""
        ...

    def key_store(self, folder: Path) -> KeyStore | None:
        """Return the device's own key store for a data folder; None: the vault uses another."""
        ...

    def keep_open(self, why: str | None) -> None:
        """Keep the application alive in the background, with a notice of the reason; None: stop."""
        ...

    def edit_long_text(self, request: LongText, heard: Heard, answer: Picked) -> Callable[[], None] | None:
        """Open the system's editor for a long text and return its close function.

        Return None if the own field is as good. heard: called with the text at every change. answer: called
        with the text to save, None if cancelled; not called after closing.
        """
        ...

    def prefers_less_motion(self) -> bool:
        """Return whether the system setting for reduced motion is on."""
        ...

    def protect_screen(self) -> None:
        """Keep the screen out of screenshots and of the list of recent applications."""
        ...

    def has_receiver(self) -> bool:
        """Return whether the device can measure a position at all."""
        ...

    def ask_fix(self, answer: Callable[[Fix | None], None]) -> None:
        """Measure the position once; None without a position, after a minute at most."""
        ...

    def network_kind(self) -> NetworkKind:
        """Return the kind of the active network; UNKNOWN if the system does not report it. Any thread."""
        ...

    def has_camera(self) -> bool:
        """Return whether `take_photo` is available."""
        ...

    def take_photo(self, answer: Callable[[Path | None], None]) -> None:
        """Take one photo with the system's camera; None if the user cancels.

        The file is the only copy, in the application's own folder; the caller deletes it.
        """
        ...

    def photo_folders(self) -> tuple[Path, ...]:
        """Return the user's picture folders for the own picker; empty: the system has its own picker."""
        ...

    def choose_photo(self, answer: Callable[[Path | None], None]) -> None:
        """Open the system's picture picker if `photo_folders` is empty; None if the user cancels.

        The file is a copy in the application's own folder; the caller deletes it.
        """
        ...

    def open_file(self, path: Path) -> None:
        """Open a file in the system's viewer; AppError(paper_unopened) if there is none."""
        ...

    def print_file(self, path: Path) -> None:
        """Print a PDF by the system's print service, which may take seconds; AppError(paper_unprinted)."""
        ...

    def save_folder(self) -> Path | None:
        """Return the user's folder for documents; None if the system has its own dialog (`share_file`)."""
        ...

    def save_places(self) -> tuple[Path, ...]:
        """Return folders to offer, the usual folder first; empty if the system has its own dialog."""
        ...

    def take_papers_back(self) -> None:
        """Delete the copies of files that other applications were lent."""
        ...

    def share_file(self, path: Path) -> None:
        """Open the system's share sheet for a file; only if `save_folder` is None."""
        ...
