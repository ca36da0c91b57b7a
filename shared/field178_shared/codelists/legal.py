"""Legal sources with validity, and references into them."""

from dataclasses import dataclass
from datetime import date

from field178_shared.codelists.labels import Labelled
from field178_shared.codelists.rows import ListFileRow


@dataclass(frozen=True, slots=True)
class LegalReference:
    """A source, and the article where it is known."""

    source: str
    article: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalSource(Labelled):
    """One legal document; a later one is a row of its own, never an edit of this one."""

    number: str | None
    issued: date | None
    valid_from: date | None
    valid_to: date | None
    seen: bool
    seen_facts: str | None
    confidence: str

    def valid_on(self, day: date) -> bool:
        """Tell whether it is in force on the local date; `valid_to` is the first day it is not."""
        began = self.valid_from is None or self.valid_from <= day
        return began and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, slots=True)
class PressSource:
    """A public page that backs a number or a practice."""

    id: str
    vi: str
    url: str


def read_references(row: ListFileRow, key: str) -> tuple[LegalReference, ...]:
    """Read references written as `source` or `source:article`."""
    return tuple(_reference(text) for text in row.texts(key))


def read_legal_source(row: ListFileRow) -> LegalSource:
    """Read one legal document."""
    return LegalSource(
        id=row.text("id"),
        vi=row.text("vi"),
        en=row.text("en"),
        number=row.text_or_none("number"),
        issued=row.day("issued"),
        valid_from=row.day("valid_from"),
        valid_to=row.day("valid_to"),
        seen=row.flag("seen"),
        seen_facts=row.text_or_none("seen_facts"),
        confidence=row.text("confidence"),
    )


def read_press_source(row: ListFileRow) -> PressSource:
    """Read one public page."""
    return PressSource(id=row.text("id"), vi=row.text("vi"), url=row.text("url"))


def _reference(text: str) -> LegalReference:
    source, _, article = text.partition(":")
    return LegalReference(source, article or None)
