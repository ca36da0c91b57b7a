"""Appearance and language of this tablet, in a plain file: needed before the store is unlocked."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from field178_shared.fsync import make_folder
from field178_shared.text.i18n import LANGUAGES

_FILE = "look.json"


@dataclass(frozen=True, slots=True)
class PreferenceValues:
    """Mode, language, font scale, way of typing, and who unlocked last. Nothing secret."""

    mode: str = "light"
    language: str = LANGUAGES[0]
    font_scale: float = 1.0
    typing: str = "keyboard"
    last_officer: str = ""


class Preferences:
    """Store the preferences of one tablet and notify listeners of changes."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / _FILE
        self.values = _read(self._path)
        self._listeners: list[Callable[[PreferenceValues], None]] = []

    def subscribe(self, listener: Callable[[PreferenceValues], None]) -> None:
        """Call `listener` with the values after each change."""
        self._listeners.append(listener)

    def change(self, **members: str | float) -> None:
        """Change values, store them and notify the listeners."""
        values = replace(self.values, **members)  # type: ignore[arg-type]
        if values == self.values:
            return
        self.values = values
        make_folder(self._path.parent)
        self._path.touch(0o600)
        self._path.write_text(json.dumps(asdict(values)), "utf-8")
        for listener in self._listeners:
            listener(values)


def _read(path: Path) -> PreferenceValues:
    try:
        stored = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return PreferenceValues()
    if not isinstance(stored, dict):
        return PreferenceValues()
    plain = PreferenceValues()
    return PreferenceValues(
        mode=_text(stored, "mode", plain.mode),
        language=_text(stored, "language", plain.language),
        font_scale=scale if isinstance(scale := stored.get("font_scale"), float) else plain.font_scale,
        typing=_text(stored, "typing", plain.typing),
        last_officer=_text(stored, "last_officer", plain.last_officer),
    )


def _text(stored: dict[str, object], name: str, default: str) -> str:
    value = stored.get(name)
    return value if isinstance(value, str) else default
