"""Rows of lists of filed visits and sessions: pages, exports and totals."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from field178_server.accounts import officers
from field178_server.accounts import teams as accounts
from field178_server.database.models import (
    EstablishmentProjection,
    FiledCount,
    FiledFacet,
    FiledRecord,
    Officer,
    Record,
)
from field178_server.office.filed_records import text_search
from field178_server.office.filed_records.list_conditions import conditions_of, facet_conditions
from field178_server.office.filed_records.list_filter import FiledRecordFilter, FiledRecordList
from field178_server.office.filed_records.text_search import TextMatches, any_merged, search_text
from field178_server.records.counted_visits import IS_VISITED
from field178_server.records.find_record import merge_targets_of
from field178_server.records.keyset import KeysetPage, Order, PageStart, keyset_page
from field178_server.records.labels import Names, names_of
from field178_server.records.review_states import ShownReviewState, is_corrected
from field178_shared.codelists import load
from field178_shared.record_type import RecordType
from field178_shared.records.reading import Data

PAGE_SIZE = 50
EXPORT_STEP = 2000


@dataclass(frozen=True, slots=True)
class FiledRecordRow:
    """A filed record as a row of a list; establishment fields are those of the present register."""

    record_id: str
    occurred_on: date | None
    establishment_id: str | None
    establishment: str | None
    establishment_type_id: str | None
    address: str | None
    unit_id: str | None
    team_id: str | None
    user_id: str | None
    kind: str | None
    outcome: str | None
    title: str | None
    attendance_count: int | None
    first_time_count: int | None
    state: str
    received_at: datetime
    violations: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    data: Data = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FiledRecordPage:
    """A page of a list, with the total number of rows and the names of teams and officers in it.

    `is_more`: there are more rows than `total`; counting them would take too long.
    """

    page: KeysetPage[FiledRecordRow]
    total: int
    names: Names
    is_more: bool = False


def filed_record_page(session: Session, listing: FiledRecordList, place: PageStart) -> FiledRecordPage:
    """Return a page of a list."""
    matches = search_text(session, listing)
    page = keyset_page(
        session, _rows(session, listing, matches), _order(listing), listing.tenant_id, place, PAGE_SIZE
    )
    is_whole = not page.before and not page.after
    is_more = matches.are_many and not is_whole and _only_words(listing.filter)
    total = (
        len(page.rows)
        if is_whole
        else text_search.MOST_FOUND
        if is_more
        else _total(session, listing, matches)
    )
    rows = _complete(session, listing, page.rows)
    return FiledRecordPage(replace(page, rows=rows), total, _names(session, listing.tenant_id, rows), is_more)


def filed_record_rows(session: Session, listing: FiledRecordList) -> Iterator[tuple[FiledRecordRow, Names]]:
    """Yield every row of a list with the names of teams and officers, in constant memory."""
    place: PageStart | None = PageStart()
    matches = search_text(session, listing)
    while place is not None:
        page = keyset_page(
            session, _rows(session, listing, matches), _order(listing), listing.tenant_id, place, EXPORT_STEP
        )
        rows = _complete(session, listing, page.rows)
        names = _names(session, listing.tenant_id, rows)
        yield from ((row, names) for row in rows)
        place = page.after


def count_filed_records(session: Session, listing: FiledRecordList) -> int:
    """Return the number of rows of a list."""
    return _total(session, listing, search_text(session, listing))


def teams(session: Session, tenant_id: str) -> Mapping[str, str]:
    """Return the names of the teams, by id."""
    return {team.id: team.name for team in accounts.everyone(session, tenant_id)}


def filers(session: Session, tenant_id: str) -> Mapping[str, str]:
    """Return the names of officers whose role files records, by id, disabled accounts included."""
    query = select(Officer.officer_id, Officer.name).where(
        Officer.tenant_id == tenant_id, Officer.role.in_(officers.field_roles(load()))
    )
    return {officer_id: name for officer_id, name in session.execute(query)}


def _only_words(narrow: FiledRecordFilter) -> bool:
    return replace(narrow, text="") == FiledRecordFilter(narrow.type)


def _total(session: Session, listing: FiledRecordList, matches: TextMatches) -> int:
    """Return the number of rows of a list; the totals of unfiltered lists are stored."""
    if matches.count is not None and _only_words(listing.filter):
        return matches.count
    if (counted_alone := _count_of_facet(listing)) is not None:
        return int(session.scalar(counted_alone) or 0)
    if listing.filter == FiledRecordFilter(listing.filter.type):
        count = select(func.sum(FiledCount.record_count)).where(
            FiledCount.tenant_id == listing.tenant_id,
            FiledCount.type == listing.filter.type,
            listing.access.covers(FiledCount.scope),
        )
    else:
        count = (
            select(func.count())
            .select_from(FiledRecord)
            .outerjoin(EstablishmentProjection, IS_VISITED)
            .where(*conditions_of(session, listing, matches))
            if matches.are_joined
            else select(func.count())
            .select_from(FiledRecord)
            .where(*conditions_of(session, listing, matches))
        )
    return int(session.scalar(count) or 0)


def _count_of_facet(listing: FiledRecordList) -> Select[int] | None:
    """Return a query for the number of visits with a code, if that code is the only condition of the list."""
    narrow = listing.filter
    for kind, value in (("violation", narrow.violation), ("measure", narrow.measure)):
        alone = FiledRecordFilter(RecordType.INSPECTION, **{kind: value})  # type: ignore[arg-type]  # both are texts
        if value and narrow == alone and listing.access.scopes is None:
            return select(func.count()).where(*facet_conditions(listing.tenant_id, kind, value))
    return None


def _rows(session: Session, listing: FiledRecordList, matches: TextMatches) -> Select[Any]:
    filed = (getattr(FiledRecord, name) for name in _FILED)
    entry = EstablishmentProjection
    return (
        select(*filed, entry.name, entry.address, entry.establishment_type_id)
        .outerjoin(EstablishmentProjection, IS_VISITED)
        .where(*conditions_of(session, listing, matches))
    )


_FILED = (
    "record_id",
    "occurred_on",
    "establishment_id",
    "unit_id",
    "team_id",
    "user_id",
    "kind",
    "outcome",
    "title",
    "attendance_count",
    "first_time_count",
    "received_at",
    "review_state",
    "review_rev",
    "rev",
)


def _order(listing: FiledRecordList) -> Order:
    return Order(
        FiledRecord.tenant_id, FiledRecord.occurred_on, FiledRecord.record_id, not listing.is_oldest_first
    )


def _complete(
    session: Session, listing: FiledRecordList, records: Sequence[Any]
) -> tuple[FiledRecordRow, ...]:
    """Return rows with their facets; a visit to a merged establishment has the merge target's fields."""
    tenant_id = listing.tenant_id
    facets = _facets(session, tenant_id, [row.record_id for row in records])
    nameless = {row.establishment_id for row in records if row.name is None and row.establishment_id}
    ends = merge_targets_of(session, tenant_id, nameless) if nameless and any_merged(session) else {}
    entry = EstablishmentProjection
    query = select(entry.record_id, entry.name, entry.address, entry.establishment_type_id).where(
        entry.tenant_id == tenant_id, entry.record_id.in_(sorted(set(ends.values())))
    )
    targets = {row.record_id: row for row in session.execute(query)} if ends else {}
    rows = tuple(_row(row, targets.get(ends.get(row.establishment_id, "")), facets) for row in records)
    return _with_bodies(session, tenant_id, rows) if listing.has_bodies else rows


def _with_bodies(
    session: Session, tenant_id: str, rows: Sequence[FiledRecordRow]
) -> tuple[FiledRecordRow, ...]:
    query = select(Record.record_id, Record.body).where(
        Record.tenant_id == tenant_id, Record.record_id.in_([row.record_id for row in rows])
    )
    bodies = {record_id: json.loads(body) for record_id, body in session.execute(query)} if rows else {}
    return tuple(replace(row, data=bodies.get(row.record_id, row.data)) for row in rows)


def _facets(
    session: Session, tenant_id: str, ids: Sequence[str]
) -> Mapping[tuple[str, str], tuple[str, ...]]:
    query = (
        select(FiledFacet.record_id, FiledFacet.kind, FiledFacet.value)
        .where(FiledFacet.tenant_id == tenant_id, FiledFacet.record_id.in_(ids))
        .order_by(FiledFacet.record_id, FiledFacet.kind, FiledFacet.value)
    )
    facets: dict[tuple[str, str], tuple[str, ...]] = {}
    for record_id, kind, value in session.execute(query) if ids else ():
        facets[record_id, kind] = (*facets.get((record_id, kind), ()), value)
    return facets


def _row(row: Any, target: Any, facets: Mapping[tuple[str, str], tuple[str, ...]]) -> FiledRecordRow:
    place = target or row
    has_correction = is_corrected(row.review_state, row.rev, row.review_rev)
    return FiledRecordRow(
        record_id=row.record_id,
        occurred_on=row.occurred_on,
        establishment_id=target.record_id if target else row.establishment_id if row.name else None,
        establishment=place.name,
        establishment_type_id=place.establishment_type_id,
        address=place.address,
        unit_id=row.unit_id,
        team_id=row.team_id,
        user_id=row.user_id,
        kind=row.kind,
        outcome=row.outcome,
        title=row.title,
        attendance_count=row.attendance_count,
        first_time_count=row.first_time_count,
        state=ShownReviewState.CORRECTED if has_correction else row.review_state,
        received_at=row.received_at,
        violations=facets.get((row.record_id, "violation"), ()),
        measures=facets.get((row.record_id, "measure"), ()),
    )


def _names(session: Session, tenant_id: str, rows: Sequence[FiledRecordRow]) -> Names:
    ids = {name_id for row in rows for name_id in (row.team_id, row.user_id) if name_id}
    return names_of(session, tenant_id, ids)
