"""Legal sources with validity, and references into them."""

from dataclasses import dataclass
from datetime import date

from field178_shared.codelists.labels import Labelled
from field178_shared.codelists.rows import ListFileRow
from field178_shared.codelists.validity import Dated


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalReference(Dated):
    """Legal source and article, with own validity dates if the article was in force for less time."""

    source: str
    article: str | None
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """A document that amended another, and the day from which a citation names it."""

    number: str
    valid_from: date | None
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


def read_reference(row: ListFileRow) -> LegalReference:
    """Read one reference into a legal document."""
    return LegalReference(
        source=row.text("src"),
        article=row.text_or_none("art"),
        valid_from=row.day("from"),
        valid_to=row.day("to"),
    )


def read_legal_source(row: ListFileRow) -> LegalSource:
    """Read one legal document."""
    return LegalSource(
        **row.head(),
        number=row.text_or_none("number"),
        amended_by=row.each("amended_by", _read_amendment),
        issued=row.day("issued"),
        seen=row.flag("seen"),
        seen_facts=row.text_or_none("seen_facts"),
        confidence=row.text("confidence"),
    )


def read_press_source(row: ListFileRow) -> PressSource:
    """Read one public page."""
    return PressSource(id=row.text("id"), vi=row.text("vi"), url=row.text("url"), **row.validity())


def _read_amendment(row: ListFileRow) -> Amendment:
    return Amendment(number=row.text("number"), valid_from=row.day("from"), confidence=row.text("confidence"))
