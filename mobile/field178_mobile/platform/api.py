"""What a tablet offers beyond Python; every device function is asked for here."""

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
    """The device. Callbacks may come on any thread."""

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
        """Return the device's own key store for a data folder; None: the vault looks for another."""
        ...

    def keep_open(self, why: str | None) -> None:
        """Keep the application alive off the screen, with a notice that says why; None: no more."""
        ...

    def edit_long_text(self, request: LongText, heard: Heard, answer: Picked) -> Callable[[], None] | None:
        """Let the system edit a long text; return what closes the window, None where our field is as good.

        heard: the text at every change. answer: the text to keep, None when given up; nothing after closing.
        """
        ...

    def prefers_less_motion(self) -> bool:
        """Tell whether the system asks for less motion."""
        ...

    def protect_screen(self) -> None:
        """Keep the screen out of screenshots and of the list of recent applications."""
        ...

    def has_receiver(self) -> bool:
        """Tell whether the device can measure a position at all."""
        ...

    def ask_fix(self, answer: Callable[[Fix | None], None]) -> None:
        """Measure the position once; None when there is none, after a minute at the latest."""
        ...

    def network_kind(self) -> NetworkKind:
        """Tell what the network in use costs; `unknown` where the system does not say. Any thread."""
        ...

    def has_camera(self) -> bool:
        """Tell whether `take_photo` can be asked."""
        ...

    def take_photo(self, answer: Callable[[Path | None], None]) -> None:
        """Take one photo with the system's camera; None when the user gave up.

        The file is the only copy and lies in this application's own folder; who asked deletes it.
        """
        ...

    def photo_folders(self) -> tuple[Path, ...]:
        """Return where a person keeps pictures, for a list of ours; none: the system chooses."""
        ...

    def choose_photo(self, answer: Callable[[Path | None], None]) -> None:
        """Let the system choose one picture where `photo_folders` names none; None when the user gave up.

        The file is a copy in this application's own folder; who asked deletes it.
        """
        ...

    def open_file(self, path: Path) -> None:
        """Show a file in the system's own viewer; AppError(paper_unopened) where there is none."""
        ...

    def print_file(self, path: Path) -> None:
        """Hand a PDF to the system's printing, which may take seconds; AppError(paper_unprinted)."""
        ...

    def save_folder(self) -> Path | None:
        """Return where a person keeps documents; None where the system asks (`share_file`)."""
        ...

    def save_places(self) -> tuple[Path, ...]:
        """Return folders to offer for saved papers, the usual one first; none where the system asks."""
        ...

    def share_file(self, path: Path) -> None:
        """Let a person send or keep a file by the system's own sheet; only where `save_folder` is None."""
        ...
