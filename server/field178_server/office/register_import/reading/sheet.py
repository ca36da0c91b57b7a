"""A sheet of a file: its name and its rows as texts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from field178_shared.text.normalisation import nfc, without_unseen

# Registers of a province have some thousands of rows and two dozen columns.
MAX_ROWS = 20_000
MAX_COLUMNS = 60
MAX_CELL = 1_000


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row of a file; `number` counts from 1 as the spreadsheet shows it."""

    number: int
    texts: tuple[str, ...]

    @property
    def is_blank(self) -> bool:
        """Whether all cells are empty."""
        return not any(self.texts)


@dataclass(frozen=True, slots=True)
class FileSheet:
    """A sheet of a workbook, or the one table of a CSV file; its rows can be read once."""

    name: str
    rows: Iterable[SheetRow]


def cleaned(text: str) -> str:
    """Return the text of a cell in one line, in NFC and without invisible characters."""
    return " ".join(without_unseen(nfc(text[:MAX_CELL])).split())
