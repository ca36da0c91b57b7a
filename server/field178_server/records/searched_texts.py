"""Search texts of filed records: their numbers and the venue of a session, folded."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, false, literal

from field178_server.database.models import FiledRecord
from field178_shared.records.reading import Data, entries_of, text_of
from field178_shared.text.normalisation import fold

# Folded texts contain no line feed.
_BETWEEN = "\n"
_SEARCHED = ("record_code", "minutes_number", "decision_number", "venue")


def folded_texts(data: Data) -> str:
    """Return the folded search texts of a record without repeats, one per line."""
    documents = (text_of(entry, "document_number") for entry in entries_of(data, "measures").values())
    folded = {fold(text) for text in (*(text_of(data, name) for name in _SEARCHED), *documents)}
    return _BETWEEN.join(sorted(folded - {""}))


def text_with(texts: str, part: str) -> str:
    """Return the first line of a record's search texts that contains `part`, or ""."""
    return next((text for text in texts.split(_BETWEEN) if part in text), "")


def has_part(part: str) -> ColumnElement[bool]:
    """Return the condition that a search text of the record contains a folded part."""
    return FiledRecord.folded.contains(part, autoescape=True)


def has_text(text: str) -> ColumnElement[bool]:
    """Return the condition that a search text of the record equals a folded text."""
    if not text:
        return false()
    lines = literal(_BETWEEN) + FiledRecord.folded + _BETWEEN
    # `has_part` uses the index; the comparison of whole lines cannot.
    return and_(has_part(text), lines.contains(f"{_BETWEEN}{text}{_BETWEEN}", autoescape=True))
