"""Search texts of filed records: their numbers and the venue of a session, folded."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, false, literal

from field178_server.database.models import FiledRecord
from field178_shared.records.value import Value
from field178_shared.text.normalisation import fold

# Folded texts contain no line feed.
_BETWEEN = "\n"


def texts_of_visit(visit: Value) -> str:
    """Return the folded search texts of a visit."""
    documents = (measure.document_number for measure in (visit.measures or {}).values())
    return folded_texts(visit.record_code, visit.minutes_number, visit.decision_number, *documents)


def texts_of_session(session: Value) -> str:
    """Return the folded search texts of an outreach session."""
    return folded_texts(session.record_code, session.venue)


def folded_texts(*texts: str | None) -> str:
    """Return texts folded and without repeats, one per line."""
    folded = {fold(text) for text in texts if text}
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
