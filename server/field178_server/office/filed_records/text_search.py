"""Search of filed records by words: names and addresses of establishments, numbers, venues."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from field178_server.database import engine as database
from field178_server.database.models import (
    EstablishmentProjection,
    FiledRecord,
    MergeProjection,
    SanctionRow,
)
from field178_server.office.filed_records.list_filter import FiledRecordList, is_of_sessions, readable
from field178_server.records.find_record import merge_targets_of
from field178_server.records.searched_texts import has_part
from field178_server.records.visits_of_establishments import by_establishment
from field178_shared.records.sanctions import number_key
from field178_shared.text.normalisation import fold

# Up to this number of matching records the list looks them up by id; more are found soon row by row.
MOST_FOUND = 2000


@dataclass(frozen=True, slots=True)
class TextMatches:
    """Conditions of a text search; `are_ids`: they select the records by id.

    `count`: number of matching records if known; `are_many`: more than `MOST_FOUND`.
    """

    conditions: tuple[ColumnElement[bool], ...] = ()
    are_ids: bool = False
    are_many: bool = False
    count: int | None = None

    @property
    def are_joined(self) -> bool:
        """Whether the conditions need the establishment joined to each record."""
        return bool(self.conditions) and not self.are_ids


def search_text(session: Session, listing: FiledRecordList) -> TextMatches:
    """Search the records of a list by its text: names and addresses of establishments, numbers, venues."""
    words = fold(listing.filter.text).split()
    if not words:
        return TextMatches()
    # A visit's own search text contains numbers only: words without digits are not searched there.
    has_numbers = is_of_sessions(listing) or any(char.isdigit() for word in words for char in word)
    record_ids = _numbered(session, listing, words) if has_numbers else set()
    are_all = True
    if len(record_ids) <= MOST_FOUND and not is_of_sessions(listing):
        visited, are_all = _visits_to_named(session, listing, words)
        record_ids |= visited
    if len(record_ids) > MOST_FOUND or not are_all:
        condition = _matches(session, listing, words, has_numbers)
        return TextMatches((condition,), are_many=len(record_ids) > MOST_FOUND)
    return TextMatches(
        (database.among_ids(session, FiledRecord.record_id, record_ids),),
        are_ids=True,
        count=len(record_ids),
    )


def _holds(column: Any, words: Sequence[str]) -> list[ColumnElement[bool]]:
    return [column.contains(word, autoescape=True) for word in words]


def _numbered(session: Session, listing: FiledRecordList, words: Sequence[str]) -> set[str]:
    """Return ids of records with a number or venue that contains the words, at most `MOST_FOUND` + 1 a query.

    A number is one of the record, or of a decision that the office entered for it.
    """
    filed, sanction, text = FiledRecord, SanctionRow, " ".join(words)
    written = select(filed.record_id).where(*readable(listing), has_part(text))
    record_ids = set(session.scalars(written.limit(MOST_FOUND + 1)))
    if not is_of_sessions(listing):
        decided = select(sanction.visit_id).where(
            sanction.tenant_id == listing.tenant_id,
            listing.access.covers(sanction.scope),
            sanction.document_number != "",
            *_holds(sanction.number_key, [number_key(text)]),
        )
        record_ids.update(session.scalars(decided.limit(MOST_FOUND + 1)))
    return record_ids


def _visits_to_named(
    session: Session, listing: FiledRecordList, words: Sequence[str]
) -> tuple[set[str], bool]:
    """Return ids of visits to establishments whose name or address contains all words, up to the limit.

    The second value is whether all such establishments were considered.
    """
    entry, filed = EstablishmentProjection, FiledRecord
    named = select(entry.record_id).where(entry.tenant_id == listing.tenant_id, *_holds(entry.folded, words))
    places = set(session.scalars(named.limit(MOST_FOUND + 1)))
    are_all = len(places) <= MOST_FOUND
    places |= _merged_into(session, listing.tenant_id, places) if any_merged(session) else set()
    visits = select(filed.record_id).where(
        *readable(listing), database.among_ids(session, filed.establishment_id, places)
    )
    return set(session.scalars(by_establishment(visits).limit(MOST_FOUND + 1))), are_all


def _merged_into(session: Session, tenant_id: str, places: Collection[str]) -> set[str]:
    """Return the ids of establishments merged into these, directly or through others."""
    merged, step = set[str](), set(places)
    while step:
        query = select(MergeProjection.record_id).where(
            MergeProjection.tenant_id == tenant_id,
            database.among_ids(session, MergeProjection.into_id, step),
        )
        step = set(session.scalars(query)) - merged
        merged |= step
    return merged


def _matches(
    session: Session, listing: FiledRecordList, words: Sequence[str], has_numbers: bool
) -> ColumnElement[bool]:
    """Return the condition that a record, with its establishment joined, contains the words."""
    tenant_id = listing.tenant_id
    either: list[ColumnElement[bool]] = []
    if not is_of_sessions(listing):
        either.append(and_(*_holds(EstablishmentProjection.folded, words)))
    if not is_of_sessions(listing) and any_merged(session):
        merged = set(
            session.scalars(select(MergeProjection.record_id).where(MergeProjection.tenant_id == tenant_id))
        )
        ends = merge_targets_of(session, tenant_id, merged)
        entry = EstablishmentProjection
        holding = select(entry.record_id).where(
            entry.tenant_id == tenant_id,
            database.among_ids(session, entry.record_id, set(ends.values())),
            *_holds(entry.folded, words),
        )
        named = set(session.scalars(holding))
        aliases = {alias for alias, end in ends.items() if end in named}
        either.append(database.among_ids(session, FiledRecord.establishment_id, aliases))
    if has_numbers:
        text, sanction = " ".join(words), SanctionRow
        either += [
            has_part(text),
            exists().where(
                sanction.tenant_id == FiledRecord.tenant_id,
                sanction.visit_id == FiledRecord.record_id,
                sanction.document_number != "",
                *_holds(sanction.number_key, [number_key(text)]),
            ),
        ]
    return or_(*either)


def any_merged(session: Session) -> bool:
    """Return whether any establishment was merged; if not, queries skip resolving merge targets."""
    return session.scalar(select(MergeProjection.record_id).limit(1)) is not None
