"""Filed visits and sessions as tables: filtered by what they hold, newest or oldest first, page by page."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, not_, or_, select
from sqlalchemy.orm import Session

from field178_server.accounts import officers
from field178_server.accounts import teams as accounts
from field178_server.database import engine as database
from field178_server.database.models import (
    EstablishmentProjection,
    FiledCount,
    FiledFacet,
    FiledRecord,
    MergeProjection,
    Officer,
    Record,
    SanctionRow,
)
from field178_server.records.access import AccessFilter
from field178_server.records.counted_visits import IS_VISITED, counted
from field178_server.records.find_record import merge_targets_of, merged_into_any_of
from field178_server.records.keyset import KeysetPage, Order, PageStart, keyset_page
from field178_server.records.labels import Names, names_of
from field178_server.records.review_queue import is_corrected
from field178_server.records.searched_texts import has_part
from field178_server.records.visits_of_establishments import by_establishment
from field178_shared.codelists import load
from field178_shared.records.reading import Data
from field178_shared.records.review import ReviewState
from field178_shared.records.sanctions import number_key
from field178_shared.text.normalisation import fold

PAGE_SIZE = 50
EXPORT_STEP = 2000
# Up to so many records that words find are looked up by their ids; more are found soon row by row.
MOST_FOUND = 2000
INSPECTION, SESSION = "inspection", "outreach_session"
CORRECTED = "corrected"


@dataclass(frozen=True, slots=True)
class FiledFilter:
    """What a list is narrowed to; an empty value narrows nothing.

    `text`: words of the establishment's name or address, or a part of a number on the record or of a venue.
    `violation` and `measure` are codes that the visit holds. `is_counted`: only visits that count in a quota
    of the plan, which got in and are not void, in the commune where their establishment is registered now.
    `has_point`: whether the establishment must have a point in the register, or none.
    """

    type: str
    text: str = ""
    since: date | None = None
    until: date | None = None
    unit_id: str = ""
    team_id: str = ""
    user_id: str = ""
    kind: str = ""
    outcome: str = ""
    violation: str = ""
    measure: str = ""
    state: str = ""
    establishment_type_id: str = ""
    is_counted: bool = False
    has_point: bool | None = None


@dataclass(frozen=True, slots=True)
class FiledList:
    """A list that one officer asks for; newest first unless `is_oldest_first`.

    `has_bodies`: each row comes with the stored body of its record.
    """

    tenant_id: str
    access: AccessFilter
    filter: FiledFilter
    is_oldest_first: bool = False
    has_bodies: bool = False


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
    data: Data = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FiledPage:
    """One page of a list, with the total of rows and the names that stand in it.

    `is_more`: there are more than the total, and to count them takes too long.
    """

    page: KeysetPage[FiledRow]
    total: int
    names: Names
    is_more: bool = False


def filed_page(session: Session, wanted: FiledList, place: PageStart) -> FiledPage:
    """Return one page of a list."""
    words = _found_by_words(session, wanted)
    found = keyset_page(
        session, _rows(session, wanted, words), _order(wanted), wanted.tenant_id, place, PAGE_SIZE
    )
    is_whole = not found.before and not found.after
    is_more = words.are_many and not is_whole and _only_words(wanted.filter)
    total = len(found.rows) if is_whole else MOST_FOUND if is_more else _total(session, wanted, words)
    rows = _complete(session, wanted, found.rows)
    return FiledPage(replace(found, rows=rows), total, _names(session, wanted.tenant_id, rows), is_more)


def filed_rows(session: Session, wanted: FiledList) -> Iterator[tuple[FiledRow, Names]]:
    """Yield every row of a list, and the names that stand in it, in constant memory."""
    place: PageStart | None = PageStart()
    words = _found_by_words(session, wanted)
    while place is not None:
        found = keyset_page(
            session, _rows(session, wanted, words), _order(wanted), wanted.tenant_id, place, EXPORT_STEP
        )
        rows = _complete(session, wanted, found.rows)
        names = _names(session, wanted.tenant_id, rows)
        yield from ((row, names) for row in rows)
        place = found.after


def count_filed(session: Session, wanted: FiledList) -> int:
    """Return the number of rows of a list."""
    return _total(session, wanted, _found_by_words(session, wanted))


def listed(session: Session, wanted: FiledList, columns: Sequence[Any]) -> Select[Any]:
    """Return a query for columns of the rows of a list, each with its establishment joined to it."""
    return (
        select(*columns)
        .select_from(FiledRecord)
        .outerjoin(EstablishmentProjection, IS_VISITED)
        .where(*_within(session, wanted, _found_by_words(session, wanted)))
    )


def teams(session: Session, tenant_id: str) -> Mapping[str, str]:
    """Return the names of the teams, by id."""
    return {team.id: team.name for team in accounts.everyone(session, tenant_id)}


def filers(session: Session, tenant_id: str) -> Mapping[str, str]:
    """Return the names of the officers whose role files records, by id; closed accounts too."""
    query = select(Officer.officer_id, Officer.name).where(
        Officer.tenant_id == tenant_id, Officer.role.in_(officers.field_roles(load()))
    )
    return {officer_id: name for officer_id, name in session.execute(query)}


@dataclass(frozen=True, slots=True)
class _FoundByWords:
    """What words narrow a list to: conditions; `are_ids`: they name the records by id.

    `count`: how many that is, where it is known; `are_many`: more than `MOST_FOUND`.
    """

    conditions: tuple[ColumnElement[bool], ...] = ()
    are_ids: bool = False
    are_many: bool = False
    count: int | None = None

    @property
    def are_joined(self) -> bool:
        """Whether each record is tested with its establishment joined to it, as the list is read."""
        return bool(self.conditions) and not self.are_ids


def _only_words(narrow: FiledFilter) -> bool:
    return replace(narrow, text="") == FiledFilter(narrow.type)


def _total(session: Session, wanted: FiledList, words: _FoundByWords) -> int:
    """Return the number of rows; of a whole table it is kept with the records."""
    if words.count is not None and _only_words(wanted.filter):
        return words.count
    if (counted_alone := _count_of_facet(wanted)) is not None:
        return int(session.scalar(counted_alone) or 0)
    if wanted.filter == FiledFilter(wanted.filter.type):
        count = select(func.sum(FiledCount.record_count)).where(
            FiledCount.tenant_id == wanted.tenant_id,
            FiledCount.type == wanted.filter.type,
            wanted.access.covers(FiledCount.scope),
        )
    else:
        count = (
            select(func.count())
            .select_from(FiledRecord)
            .outerjoin(EstablishmentProjection, IS_VISITED)
            .where(*_within(session, wanted, words))
            if words.are_joined
            else select(func.count()).select_from(FiledRecord).where(*_within(session, wanted, words))
        )
    return int(session.scalar(count) or 0)


def _count_of_facet(wanted: FiledList) -> Select[int] | None:
    """Return a query for the number of visits that hold a code, where nothing else narrows the list."""
    narrow = wanted.filter
    for kind, value in (("violation", narrow.violation), ("measure", narrow.measure)):
        alone = FiledFilter(INSPECTION, **{kind: value})  # type: ignore[arg-type]  # both are texts
        if value and narrow == alone and wanted.access.scopes is None:
            return select(func.count()).where(*_of_facet(wanted.tenant_id, kind, value))
    return None


def _rows(session: Session, wanted: FiledList, words: _FoundByWords) -> Select[Any]:
    filed = (getattr(FiledRecord, name) for name in _FILED)
    entry = EstablishmentProjection
    return (
        select(*filed, entry.name, entry.address, entry.establishment_type_id)
        .outerjoin(EstablishmentProjection, IS_VISITED)
        .where(*_within(session, wanted, words))
    )


_FILED = (
    *("record_id", "occurred_on", "establishment_id", "unit_id", "team_id", "user_id", "kind", "outcome"),
    *("title", "attendance_count", "first_time_count", "received_at", "review_state", "review_rev", "rev"),
)


def _order(wanted: FiledList) -> Order:
    return Order(
        FiledRecord.tenant_id, FiledRecord.occurred_on, FiledRecord.record_id, not wanted.is_oldest_first
    )


def _within(session: Session, wanted: FiledList, words: _FoundByWords) -> list[ColumnElement[bool]]:
    narrow, filed = wanted.filter, FiledRecord
    found = [
        filed.tenant_id == wanted.tenant_id,
        wanted.access.covers(filed.scope),
        # Where the ids are known they are looked up: SQLite would read all of the type for the order's sake.
        (func.coalesce(filed.type, "") if words.are_ids else filed.type) == narrow.type,
        *words.conditions,
    ]
    if narrow.since:
        found.append(filed.occurred_on >= narrow.since)
    if narrow.until:
        found.append(filed.occurred_on <= narrow.until)
    if narrow.is_counted:
        found += counted()
    unit = filed.register_unit_id if narrow.is_counted else filed.unit_id
    equal = {
        unit: narrow.unit_id,
        filed.register_type_id: narrow.establishment_type_id,
        filed.team_id: narrow.team_id,
        filed.user_id: narrow.user_id,
        filed.kind: narrow.kind,
        filed.outcome: narrow.outcome,
    }
    found += [column == value for column, value in equal.items() if value]
    facets = {"violation": narrow.violation, "measure": narrow.measure}
    found += [_has(wanted.tenant_id, kind, value) for kind, value in facets.items() if value]
    if narrow.state == CORRECTED:
        found += [filed.review_state == ReviewState.RETURNED, filed.rev > filed.review_rev]
    elif narrow.state == ReviewState.RETURNED:
        found += [filed.review_state == ReviewState.RETURNED, filed.rev <= filed.review_rev]
    elif narrow.state:
        found.append(filed.review_state == narrow.state)
    if narrow.has_point is not None:
        found.append(_placed(session, wanted))
    return found


def _placed(session: Session, wanted: FiledList) -> ColumnElement[bool]:
    places = select(EstablishmentProjection.record_id).where(
        EstablishmentProjection.tenant_id == wanted.tenant_id, EstablishmentProjection.lat.is_not(None)
    )
    named = merged_into_any_of(wanted.tenant_id, places) if any_merged(session) else places
    is_placed = func.coalesce(FiledRecord.establishment_id, "").in_(named)
    return is_placed if wanted.filter.has_point else not_(is_placed)


def _has(tenant_id: str, kind: str, value: str) -> ColumnElement[bool]:
    return FiledRecord.record_id.in_(select(FiledFacet.record_id).where(*_of_facet(tenant_id, kind, value)))


def _of_facet(tenant_id: str, kind: str, value: str) -> tuple[ColumnElement[bool], ...]:
    return FiledFacet.tenant_id == tenant_id, FiledFacet.kind == kind, FiledFacet.value == value


def _found_by_words(session: Session, wanted: FiledList) -> _FoundByWords:
    """Return what the words of a filter find: establishments' names and addresses, numbers, venues."""
    words = fold(wanted.filter.text).split()
    if not words:
        return _FoundByWords()
    # Only numbers stand on a visit: words need not be looked for among them.
    has_numbers = _is_of_sessions(wanted) or any(char.isdigit() for word in words for char in word)
    found = _numbered(session, wanted, words) if has_numbers else set()
    are_all = True
    if len(found) <= MOST_FOUND and not _is_of_sessions(wanted):
        visited, are_all = _visits_to_named(session, wanted, words)
        found |= visited
    if len(found) > MOST_FOUND or not are_all:
        condition = _matches(session, wanted, words, has_numbers)
        return _FoundByWords((condition,), are_many=len(found) > MOST_FOUND)
    return _FoundByWords(
        (database.among_ids(session, FiledRecord.record_id, found),),
        are_ids=True,
        count=len(found),
    )


def _is_of_sessions(wanted: FiledList) -> bool:
    return wanted.filter.type == SESSION


def _readable(wanted: FiledList) -> list[ColumnElement[bool]]:
    """Return the conditions of all records that a list could hold."""
    filed = FiledRecord
    return [
        filed.tenant_id == wanted.tenant_id,
        filed.type == wanted.filter.type,
        wanted.access.covers(filed.scope),
    ]


def _holds(column: Any, words: Sequence[str]) -> list[ColumnElement[bool]]:
    return [column.contains(word, autoescape=True) for word in words]


def _numbered(session: Session, wanted: FiledList, words: Sequence[str]) -> set[str]:
    """Return the records with a number or venue that holds the words, not all of many.

    A number is one of the record or of a decision that the office entered beside it.
    """
    filed, sanction, text = FiledRecord, SanctionRow, " ".join(words)
    written = select(filed.record_id).where(*_readable(wanted), has_part(text))
    found = set(session.scalars(written.limit(MOST_FOUND + 1)))
    if not _is_of_sessions(wanted):
        decided = select(sanction.visit_id).where(
            sanction.tenant_id == wanted.tenant_id,
            wanted.access.covers(sanction.scope),
            sanction.document_number != "",
            *_holds(sanction.number_key, [number_key(text)]),
        )
        found.update(session.scalars(decided.limit(MOST_FOUND + 1)))
    return found


def _visits_to_named(session: Session, wanted: FiledList, words: Sequence[str]) -> tuple[set[str], bool]:
    """Return the visits to establishments that hold every word, not all of many; and whether it is all."""
    entry, filed = EstablishmentProjection, FiledRecord
    named = select(entry.record_id).where(entry.tenant_id == wanted.tenant_id, *_holds(entry.folded, words))
    places = set(session.scalars(named.limit(MOST_FOUND + 1)))
    are_all = len(places) <= MOST_FOUND
    places |= _merged_into(session, wanted.tenant_id, places) if any_merged(session) else set()
    visits = select(filed.record_id).where(
        *_readable(wanted), database.among_ids(session, filed.establishment_id, places)
    )
    return set(session.scalars(by_establishment(visits).limit(MOST_FOUND + 1))), are_all


def _merged_into(session: Session, tenant_id: str, places: Collection[str]) -> set[str]:
    """Return the entries that were merged into these, in one step or in many."""
    found, step = set[str](), set(places)
    while step:
        query = select(MergeProjection.record_id).where(
            MergeProjection.tenant_id == tenant_id,
            database.among_ids(session, MergeProjection.into_id, step),
        )
        step = set(session.scalars(query)) - found
        found |= step
    return found


def _matches(
    session: Session, wanted: FiledList, words: Sequence[str], has_numbers: bool
) -> ColumnElement[bool]:
    """Return the condition that one record holds the words, with its establishment joined to it."""
    tenant_id = wanted.tenant_id
    either: list[ColumnElement[bool]] = []
    if not _is_of_sessions(wanted):
        either.append(and_(*_holds(EstablishmentProjection.folded, words)))
    if not _is_of_sessions(wanted) and any_merged(session):
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
        aliases = {one for one, end in ends.items() if end in named}
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


def _complete(session: Session, wanted: FiledList, found: Sequence[Any]) -> tuple[FiledRow, ...]:
    """Return rows with their facets; a visit to a merged establishment with the entry it was merged into."""
    tenant_id = wanted.tenant_id
    facets = _facets(session, tenant_id, [row.record_id for row in found])
    nameless = {row.establishment_id for row in found if row.name is None and row.establishment_id}
    ends = merge_targets_of(session, tenant_id, nameless) if nameless and any_merged(session) else {}
    entry = EstablishmentProjection
    query = select(entry.record_id, entry.name, entry.address, entry.establishment_type_id).where(
        entry.tenant_id == tenant_id, entry.record_id.in_(sorted(set(ends.values())))
    )
    targets = {row.record_id: row for row in session.execute(query)} if ends else {}
    rows = tuple(_row(row, targets.get(ends.get(row.establishment_id, "")), facets) for row in found)
    return _with_bodies(session, tenant_id, rows) if wanted.has_bodies else rows


def _with_bodies(session: Session, tenant_id: str, rows: Sequence[FiledRow]) -> tuple[FiledRow, ...]:
    query = select(Record.record_id, Record.body).where(
        Record.tenant_id == tenant_id, Record.record_id.in_([row.record_id for row in rows])
    )
    bodies = {record_id: json.loads(body) for record_id, body in session.execute(query)} if rows else {}
    return tuple(replace(row, data=bodies.get(row.record_id, row.data)) for row in rows)


def any_merged(session: Session) -> bool:
    """Tell whether any establishment was merged: where none was, nothing follows aliases."""
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
    has_correction = is_corrected(row.review_state, row.rev, row.review_rev)
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
        state=CORRECTED if has_correction else row.review_state,
        received_at=row.received_at,
        violations=facets.get((row.record_id, "violation"), ()),
        measures=facets.get((row.record_id, "measure"), ()),
    )


def _names(session: Session, tenant_id: str, rows: Sequence[FiledRow]) -> Names:
    ids = {one for row in rows for one in (row.team_id, row.user_id) if one}
    return names_of(session, tenant_id, ids)
