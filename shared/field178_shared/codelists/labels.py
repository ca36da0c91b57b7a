"""The two labels of every choice of a list."""

from dataclasses import dataclass, field
from datetime import date

from field178_shared.codelists.rows import ListFileRow
from field178_shared.codelists.validity import Dated


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled(Dated):
    """Something with a stable id, a Vietnamese and an English label, and the days on which it is in force."""

    id: str
    vi: str
    en: str
    valid_from: date | None = None
    valid_to: date | None = None
    is_verified: bool = field(default=False, metadata={"read": ListFileRow.is_verified})

    def label(self, language: str) -> str:
        """Return the label in the language; anything but English reads Vietnamese."""
        return self.en if language == "en" else self.vi


@dataclass(frozen=True, slots=True, kw_only=True)
class ListChoice(Labelled):
    """One value of a plain list; `computed` values are shown, never chosen."""

    computed: bool = False
    symbol: str | None = None
    privacy: str | None = None
    note: str | None = None
    source: str | None = None
    confidence: str | None = None
