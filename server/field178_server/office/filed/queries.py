"""Filed visits and sessions as tables: filtered by what they hold, newest or oldest first, page by page."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, not_, or_, select
from sqlalchemy.orm import Session

from field178_server.database.models import (
    EstablishmentProjection,
    FiledCount,
    FiledFacet,
    FiledRecord,
    MergeProjection,
    Record,
)
from field178_server.records.access import AccessFilter
from field178_server.records.find_record import merge_targets_of, merged_into_any_of
from field178_server.records.keyset import KeysetPage, Order, PageStart, keyset_page
from field178_server.records.labels import Names, names_of
from field178_shared.records.reading import text_of
from field178_shared.text.normalisation import fold

PAGE_SIZE = 50
EXPORT_STEP = 2000
SESSION = "outreach_session"
WITH_POINT = "yes"
CORRECTED, RETURNED = "corrected", "returned"


@dataclass(frozen=True, slots=True)
class FiledFilter:
    """What a list is narrowed to; an empty value narrows nothing.

    `text`: words of the establishment's name or address, or a part of a number on the record or of a venue.
    `violation` and `measure` are codes that the visit holds; `point` is yes where its establishment has a
    point in the register, no where it has none.
    """

    type: str
    text: str = ""
    since: date | None = None
    until: date | None = None
    unit_id: str = ""
    team_id: str = ""
    kind: str = ""
    outcome: str = ""
    violation: str = ""
    measure: str = ""
    state: str = ""
    point: str = ""


@dataclass(frozen=True, slots=True)
class FiledList:
    """A list that one officer asks for; newest first unless `is_oldest_first`."""

    tenant_id: str
    access: AccessFilter
    filter: FiledFilter
    is_oldest_first: bool = False


@dataclass(frozen=True, slots=True)
class FiledRow:
    """One filed record of a list; the establishment is the one that stands in the register now."""

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


@dataclass(frozen=True, slots=True)
class FiledPage:
    """One page of a list, with the total of rows and the names that stand in it."""

    page: KeysetPage[FiledRow]
    total: int
    names: Names


def filed_page(session: Session, wanted: FiledList, place: PageStart) -> FiledPage:
    """Return one page of a list."""
    found = keyset_page(session, _rows(session, wanted), _order(wanted), wanted.tenant_id, place, PAGE_SIZE)
    is_whole = not found.before and not found.after
    total = len(found.rows) if is_whole else count_filed(session, wanted)
    rows = _complete(session, wanted.tenant_id, found.rows)
    return FiledPage(replace(found, rows=rows), total, _names(session, wanted.tenant_id, rows))


def filed_rows(session: Session, wanted: FiledList) -> Iterator[tuple[FiledRow, Names]]:
    """Yield every row of a list, and the names that stand in it, in constant memory."""
    place: PageStart | None = PageStart()
    while place is not None:
        found = keyset_page(
            session, _rows(session, wanted), _order(wanted), wanted.tenant_id, place, EXPORT_STEP
        )
        rows = _complete(session, wanted.tenant_id, found.rows)
        names = _names(session, wanted.tenant_id, rows)
        yield from ((row, names) for row in rows)
        place = found.after


def teams(session: Session, tenant_id: str) -> Mapping[str, str]:
    """Return the names of the teams, by id."""
    query = select(Record.record_id, Record.body).where(
        Record.tenant_id == tenant_id, Record.type == "team", Record.deleted.is_(False)
    )
    return {key: text_of(json.loads(body), "name") for key, body in session.execute(query)}


def count_filed(session: Session, wanted: FiledList) -> int:
    """Return the number of rows; of a whole table it is kept with the records."""
    if wanted.filter == FiledFilter(wanted.filter.type):
        count = select(func.sum(FiledCount.record_count)).where(
            FiledCount.tenant_id == wanted.tenant_id,
            FiledCount.type == wanted.filter.type,
            wanted.access.covers(FiledCount.scope),
        )
    else:
        count = select(func.count()).select_from(FiledRecord).where(*within(session, wanted))
    return int(session.scalar(count) or 0)


def _rows(session: Session, wanted: FiledList) -> Select[Any]:
    is_establishment = and_(
        EstablishmentProjection.tenant_id == FiledRecord.tenant_id,
        EstablishmentProjection.record_id == FiledRecord.establishment_id,
    )
    filed = (getattr(FiledRecord, name) for name in _FILED)
    entry = EstablishmentProjection
    return (
        select(*filed, entry.name, entry.address, entry.establishment_type_id)
        .outerjoin(EstablishmentProjection, is_establishment)
        .where(*within(session, wanted))
    )


_FILED = (
    *("record_id", "occurred_on", "establishment_id", "unit_id", "team_id", "user_id", "kind", "outcome"),
    *("title", "attendance_count", "first_time_count", "received_at", "review_state", "review_rev", "rev"),
)


def _order(wanted: FiledList) -> Order:
    return Order(
        FiledRecord.tenant_id, FiledRecord.occurred_on, FiledRecord.record_id, not wanted.is_oldest_first
    )


def within(session: Session, wanted: FiledList) -> list[ColumnElement[bool]]:
    """Return the conditions of the rows of a list."""
    narrow, filed = wanted.filter, FiledRecord
    found = [
        filed.tenant_id == wanted.tenant_id,
        wanted.access.covers(filed.scope),
        filed.type == narrow.type,
    ]
    if narrow.since:
        found.append(filed.occurred_on >= narrow.since)
    if narrow.until:
        found.append(filed.occurred_on <= narrow.until)
    equal = {
        filed.unit_id: narrow.unit_id,
        filed.team_id: narrow.team_id,
        filed.kind: narrow.kind,
        filed.outcome: narrow.outcome,
    }
    found += [column == value for column, value in equal.items() if value]
    facets = {"violation": narrow.violation, "measure": narrow.measure}
    found += [_has(wanted.tenant_id, kind, value) for kind, value in facets.items() if value]
    if narrow.state == CORRECTED:
        found += [filed.review_state == RETURNED, filed.rev > filed.review_rev]
    elif narrow.state == RETURNED:
        found += [filed.review_state == RETURNED, filed.rev <= filed.review_rev]
    elif narrow.state:
        found.append(filed.review_state == narrow.state)
    if narrow.point:
        found.append(_placed(session, wanted))
    if words := fold(narrow.text).split():
        found.append(_named(session, wanted, words))
    return found


def _placed(session: Session, wanted: FiledList) -> ColumnElement[bool]:
    places = select(EstablishmentProjection.record_id).where(
        EstablishmentProjection.tenant_id == wanted.tenant_id, EstablishmentProjection.lat.is_not(None)
    )
    named = merged_into_any_of(wanted.tenant_id, places) if any_merged(session) else places
    is_placed = func.coalesce(FiledRecord.establishment_id, "").in_(named)
    return is_placed if wanted.filter.point == WITH_POINT else not_(is_placed)


def _has(tenant_id: str, kind: str, value: str) -> ColumnElement[bool]:
    return FiledRecord.record_id.in_(
        select(FiledFacet.record_id).where(
            FiledFacet.tenant_id == tenant_id, FiledFacet.kind == kind, FiledFacet.value == value
        )
    )


def _named(session: Session, wanted: FiledList, words: Sequence[str]) -> ColumnElement[bool]:
    places = select(EstablishmentProjection.record_id).where(
        EstablishmentProjection.tenant_id == wanted.tenant_id,
        *(EstablishmentProjection.folded.contains(word, autoescape=True) for word in words),
    )
    texts = select(FiledFacet.record_id).where(
        FiledFacet.tenant_id == wanted.tenant_id,
        FiledFacet.kind == "text",
        FiledFacet.value.contains(" ".join(words), autoescape=True),
    )
    if wanted.filter.type == SESSION:
        return FiledRecord.record_id.in_(texts)
    # Where nothing was merged, following the aliases of thousands of entries would be half of the work.
    named = merged_into_any_of(wanted.tenant_id, places) if any_merged(session) else places
    is_there = FiledRecord.establishment_id.in_(named)
    # Only numbers stand on a visit: words need not be looked for among them.
    has_digit = any(char.isdigit() for word in words for char in word)
    return or_(is_there, FiledRecord.record_id.in_(texts)) if has_digit else is_there


def _complete(session: Session, tenant_id: str, found: Sequence[Any]) -> tuple[FiledRow, ...]:
    """Return rows with their facets; a visit to a merged establishment with the entry it was merged into."""
    facets = _facets(session, tenant_id, [row.record_id for row in found])
    nameless = {row.establishment_id for row in found if row.name is None and row.establishment_id}
    ends = merge_targets_of(session, tenant_id, nameless) if nameless and any_merged(session) else {}
    entry = EstablishmentProjection
    query = select(entry.record_id, entry.name, entry.address, entry.establishment_type_id).where(
        entry.tenant_id == tenant_id, entry.record_id.in_(sorted(set(ends.values())))
    )
    targets = {row.record_id: row for row in session.execute(query)} if ends else {}
    return tuple(_row(row, targets.get(ends.get(row.establishment_id, "")), facets) for row in found)


def any_merged(session: Session) -> bool:
    """Tell whether any establishment was ever merged."""
    return session.scalar(select(MergeProjection.record_id).limit(1)) is not None


def _facets(
    session: Session, tenant_id: str, ids: Sequence[str]
) -> Mapping[tuple[str, str], tuple[str, ...]]:
    query = (
        select(FiledFacet.record_id, FiledFacet.kind, FiledFacet.value)
        .where(FiledFacet.tenant_id == tenant_id, FiledFacet.record_id.in_(ids))
        .order_by(FiledFacet.record_id, FiledFacet.kind, FiledFacet.value)
    )
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for record_id, kind, value in session.execute(query) if ids else ():
        found[record_id, kind] = (*found.get((record_id, kind), ()), value)
    return found


def _row(row: Any, target: Any, facets: Mapping[tuple[str, str], tuple[str, ...]]) -> FiledRow:
    place = target or row
    is_corrected = row.review_state == RETURNED and row.rev > (row.review_rev or 0)
    return FiledRow(
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
        state=CORRECTED if is_corrected else row.review_state,
        received_at=row.received_at,
        violations=facets.get((row.record_id, "violation"), ()),
        measures=facets.get((row.record_id, "measure"), ()),
    )


def _names(session: Session, tenant_id: str, rows: Sequence[FiledRow]) -> Names:
    ids = {one for row in rows for one in (row.team_id, row.user_id) if one}
    return names_of(session, tenant_id, ids)
