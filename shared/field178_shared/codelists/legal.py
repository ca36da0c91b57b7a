"""Legal sources with validity, and references into them."""

from dataclasses import dataclass, field
from datetime import date

from field178_shared.codelists.labels import Labelled
from field178_shared.codelists.rows import CodeListRow
from field178_shared.codelists.validity import Dated


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalReference(Dated):
    """Legal source and article, with own validity dates if the article was in force for less time."""

    source: str = field(metadata={"key": "src"})
    article: str | None = field(metadata={"key": "art"})
    valid_from: date | None = field(metadata={"key": "from"})
    valid_to: date | None = field(metadata={"key": "to"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment(CodeListRow):
    """A document that amended another, and the day from which a citation names it."""

    number: str
    valid_from: date | None = field(metadata={"key": "from"})
    confidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalSource(Labelled):
    """One version of a legal document; a later version is a new row."""

    number: str | None
    amended_by: tuple[Amendment, ...]
    issued: date | None
    seen: bool
    seen_facts: str | None
    confidence: str

    def number_on(self, day: date) -> str | None:
        """Return the number with the amendments of that day, or None for a document without number."""
        amendments = [
            each.number for each in self.amended_by if each.valid_from is None or each.valid_from <= day
        ]
        return f"{self.number} (sđ {', '.join(amendments)})" if self.number and amendments else self.number


@dataclass(frozen=True, slots=True)
class PressSource(Dated):
    """A public page that backs a number or a practice."""

    id: str
    vi: str
    url: str
    valid_from: date | None = None
    valid_to: date | None = None
