"""What one search finds: establishments by their words, visits and sessions by the numbers on them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.database.models import EstablishmentProjection, FiledFacet, FiledRecord
from field178_server.records.access import AccessFilter
from field178_server.records.labels import titles_of
from field178_shared.text.normalisation import fold

# One more than is shown: that there are more is said.
SHOWN = 8


@dataclass(frozen=True, slots=True)
class FoundEstablishment:
    """An establishment whose name, address, number or commune holds every word."""

    record_id: str
    name: str
    address: str
    unit_id: str


@dataclass(frozen=True, slots=True)
class FoundRecord:
    """A visit or session; `text` is the number or venue that was found, without marks."""

    record_id: str
    type: str
    title: str
    text: str


def find_establishments(
    session: Session, tenant_id: str, access: AccessFilter, text: str
) -> list[FoundEstablishment]:
    """Return the first establishments that hold every word, and one more if there are more."""
    entry, words = EstablishmentProjection, fold(text).split()
    if not words:
        return []
    rows = session.execute(
        select(entry.record_id, entry.name, entry.address, entry.unit_id)
        .where(
            entry.tenant_id == tenant_id,
            access.covers(entry.scope),
            *(entry.folded.contains(word, autoescape=True) for word in words),
        )
        .order_by(entry.sort_key, entry.record_id)
        .limit(SHOWN + 1)
    )
    return [FoundEstablishment(*row) for row in rows]


def find_records(session: Session, tenant_id: str, access: AccessFilter, text: str) -> list[FoundRecord]:
    """Return the first visits and sessions with a number or venue that holds the text."""
    facet, folded = FiledFacet, fold(text)
    if not folded:
        return []
    rows = session.execute(
        select(facet.record_id, FiledRecord.type, facet.value)
        .join(
            FiledRecord,
            (FiledRecord.tenant_id == facet.tenant_id) & (FiledRecord.record_id == facet.record_id),
        )
        .where(
            facet.tenant_id == tenant_id,
            facet.kind == "text",
            facet.value.contains(folded, autoescape=True),
            access.covers(FiledRecord.scope),
        )
        .order_by(facet.value, facet.record_id)
        .limit(SHOWN + 1)
    ).all()
    titles = titles_of(session, tenant_id, access, [record_id for record_id, _, _ in rows])
    return [
        FoundRecord(record_id, type_, titles.get(record_id, ""), value) for record_id, type_, value in rows
    ]
