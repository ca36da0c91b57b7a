"""The two labels of every choice of a list."""

from dataclasses import dataclass
from typing import Self

from field178_shared.codelists.rows import ListFileRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """Something with a stable id and a Vietnamese and an English label."""

    id: str
    vi: str
    en: str

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

    @classmethod
    def read(cls, row: ListFileRow) -> Self:
        """Read one plain choice."""
        return cls(
            id=row.text("id"),
            vi=row.text("vi"),
            en=row.text("en"),
            computed=row.flag("computed"),
            symbol=row.text_or_none("symbol"),
            privacy=row.text_or_none("privacy"),
            note=row.text_or_none("note"),
            source=row.text_or_none("source"),
            confidence=row.text_or_none("confidence"),
        )
