"""Port to the offline export: writes the file, returns where it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol


class ExportWritten(Protocol):
    """An offline export that was written."""

    @property
    def path(self) -> Path:
        """Path of the export file."""
        ...

    @property
    def changes(self) -> int:
        """How many changes it holds."""
        ...

    @property
    def size_bytes(self) -> int:
        """Size of the export file."""
        ...


Write = Callable[[], ExportWritten]
