"""Texts by which filed records are found: the numbers on them and the venue of a session, folded."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, false, literal

from field178_server.database.models import FiledRecord
from field178_shared.records.reading import Data, entries_of, text_of
from field178_shared.text.normalisation import fold

# Folding leaves none in a text.
_BETWEEN = "\n"
_SEARCHED = ("record_code", "minutes_number", "decision_number", "venue")


def folded_texts(data: Data) -> str:
    """Return the texts of a record, each once and on a line of its own."""
    documents = (text_of(entry, "document_number") for entry in entries_of(data, "measures").values())
    found = {fold(text) for text in (*(text_of(data, name) for name in _SEARCHED), *documents)}
    return _BETWEEN.join(sorted(found - {""}))


def text_with(texts: str, part: str) -> str:
    """Return the first of a record's texts that holds a part."""
    return next((text for text in texts.split(_BETWEEN) if part in text), "")


def has_part(part: str) -> ColumnElement[bool]:
    """Return the condition that one of a record's texts holds a folded part."""
    return FiledRecord.folded.contains(part, autoescape=True)


def has_text(text: str) -> ColumnElement[bool]:
    """Return the condition that one of a record's texts is this folded one."""
    if not text:
        return false()
    lines = literal(_BETWEEN) + FiledRecord.folded + _BETWEEN
    # An index finds the part alone.
    return and_(has_part(text), lines.contains(f"{_BETWEEN}{text}{_BETWEEN}", autoescape=True))
