"""Search for a record to erase by number, establishment and day.

Results contain type, day, commune and code, which are also on paper, and no name or content.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from field178_server.audit.actions import RECORDS_SEARCHED
from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import AuditEntry
from field178_server.database.models import EstablishmentProjection, FiledFacet, FiledRecord, Record
from field178_server.records.find_record import merged_into_any_of, number_on
from field178_server.records.projections.facets import ESTABLISHMENT
from field178_server.records.searched_texts import has_part, has_text
from field178_shared.record_type import RecordType
from field178_shared.text.normalisation import fold

SHOWN, MOST_PLACES = 20, 5
# A shorter text matches whole numbers only: as a part it would match too many.
MIN_PART = 4
MIN_WORD = 2


@dataclass(frozen=True, slots=True)
class RecordSearch:
    """Search terms of a record: a number on its documents, words of its establishment or venue, its day."""

    number: str = ""
    place: str = ""
    day: date | None = None

    @property
    def words(self) -> list[str]:
        """Words of the place that are long enough to search for."""
        return [word for word in fold(self.place).split() if len(word) >= MIN_WORD]

    @property
    def is_empty(self) -> bool:
        """Whether the search has no terms."""
        return not (fold(self.number) or self.words or self.day)


@dataclass(frozen=True, slots=True)
class MatchingRecord:
    """A record that matches the search."""

    record_id: str
    type: str
    scope: str
    unit_id: str | None
    occurred_on: date | None
    code: str


@dataclass(frozen=True, slots=True)
class MatchingRecords:
    """Matching records, latest day first, and whether there are more."""

    rows: tuple[MatchingRecord, ...] = ()
    has_more: bool = False


def find_records(session: Session, tenant_id: str, search: RecordSearch) -> MatchingRecords:
    """Return the records that match a search; establishments only if few do: results show just communes."""
    if search.is_empty:
        return MatchingRecords()
    filed = _filed(session, tenant_id, search)
    is_place_alone = bool(search.words) and not search.number and search.day is None
    places = _establishments(session, tenant_id, search.words) if is_place_alone else []
    too_many = len(places) > MOST_PLACES
    rows = filed[:SHOWN] + ([] if too_many else places)
    return MatchingRecords(tuple(rows), too_many or len(filed) > SHOWN)


def note_search(session: Session, context: OperationContext, match_count: int) -> None:
    """Write a search into the audit trail with the number of matches, without the search terms."""
    context.note(session, AuditEntry(RECORDS_SEARCHED, details={"found": match_count}))


def _filed(session: Session, tenant_id: str, search: RecordSearch) -> list[MatchingRecord]:
    filed = FiledRecord
    query = (
        select(filed.record_id, filed.type, filed.scope, filed.unit_id, filed.occurred_on, Record.body)
        .join(Record, (Record.tenant_id == filed.tenant_id) & (Record.record_id == filed.record_id))
        .where(filed.tenant_id == tenant_id)
    )
    if number := fold(search.number):
        query = query.where(has_part(number) if len(number) >= MIN_PART else has_text(number))
    if search.words:
        query = query.where(_at_place(tenant_id, search.words))
    if search.day is not None:
        query = query.where(filed.occurred_on == search.day)
    rows = session.execute(query.order_by(filed.occurred_on.desc(), filed.record_id).limit(SHOWN + 1))
    return [MatchingRecord(*row[:-1], code=number_on(json.loads(row.body))) for row in rows]


def _at_place(tenant_id: str, words: Sequence[str]) -> ColumnElement[bool]:
    places = select(EstablishmentProjection.record_id).where(
        EstablishmentProjection.tenant_id == tenant_id, *_all_in(EstablishmentProjection.folded, words)
    )
    named = merged_into_any_of(tenant_id, places)
    naming = select(FiledFacet.record_id).where(
        FiledFacet.tenant_id == tenant_id,
        FiledFacet.kind == ESTABLISHMENT,
        FiledFacet.value.in_(named),
    )
    return or_(
        FiledRecord.establishment_id.in_(named),
        FiledRecord.record_id.in_(naming),
        has_part(" ".join(words)),
    )


def _establishments(session: Session, tenant_id: str, words: Sequence[str]) -> list[MatchingRecord]:
    entry = EstablishmentProjection
    query = (
        select(entry.record_id, entry.scope, entry.unit_id)
        .where(entry.tenant_id == tenant_id, *_all_in(entry.folded, words))
        .order_by(entry.sort_key, entry.record_id)
        .limit(MOST_PLACES + 1)
    )
    rows = session.execute(query)
    return [
        MatchingRecord(row.record_id, RecordType.ESTABLISHMENT, row.scope, row.unit_id, None, "")
        for row in rows
    ]


def _all_in(column: InstrumentedAttribute[str], words: Sequence[str]) -> list[ColumnElement[bool]]:
    return [column.contains(word, autoescape=True) for word in words]
