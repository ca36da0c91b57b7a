"""Windows and Linux tablets: a folder of the user, no position receiver, no camera of our own."""

from __future__ import annotations

import os
import platform as system
from collections.abc import Callable, Mapping
from pathlib import Path

from field178_mobile.platform.api import Fix, Heard, LongText, Picked
from field178_mobile.ports import NetworkKind

LABEL_LENGTH = 64


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

    def rescue_folder(self) -> Path:
        """Return FIELD178_RESCUE_DIR, or the user's documents."""
        named = self._environment.get("FIELD178_RESCUE_DIR")
        return Path(named) if named else Path.home() / "Documents"

    def device_label(self) -> str:
        """Return the computer's name."""
        return (system.node() or "tablet")[:LABEL_LENGTH]

    def key_store(self, folder: Path) -> None:
        """Leave it to the vault, which asks the keyring of the desktop."""

    def keep_open(self, why: str | None) -> None:
        """Do nothing: a desktop lets a hidden application run."""

    def edit_long_text(self, asked: LongText, heard: Heard, answer: Picked) -> None:
        """Leave it to our own field: a desktop's keyboards work in it."""

    def prefers_less_motion(self) -> bool:
        """Tell what FIELD178_MOTION says: `off` stops every movement."""
        return self._environment.get("FIELD178_MOTION") == "off"

    def protect_screen(self) -> None:
        """Do nothing: desktop systems offer no such protection."""

    def ask_fix(self, answer: Callable[[Fix | None], None]) -> None:
        """Answer that there is no receiver; the form goes on with the registered point."""
        answer(None)

    def network_kind(self) -> NetworkKind:
        """Answer that nobody knows: a computer's network is taken for one that costs nothing."""
        return NetworkKind.UNKNOWN

    def take_photo(self, answer: Callable[[Path | None], None]) -> None:
        """Answer that there is no camera; a photo is added from a file."""
        answer(None)
