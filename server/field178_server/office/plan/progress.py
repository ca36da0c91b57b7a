"""Progress of planned visits, cached in the process and updated for changed records.

A visit can fulfil a planned visit to its establishment, or an open planned visit to its kind and commune.
Visits and planned visits of the same place are computed together; other places do not depend on them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, union_all
from sqlalchemy.orm import Session

from field178_server.database.engine import among, among_ids
from field178_server.database.models import (
    EstablishmentProjection,
    FiledRecord,
    MergeProjection,
    PlanItemRow,
)
from field178_server.records import sealed_visits
from field178_server.records.access import AccessFilter
from field178_server.records.find_record import merge_targets_of
from field178_server.records.planned_visits import team_scope
from field178_server.records.record_changes import RecordChanges
from field178_server.records.result_cache import ResultCache
from field178_server.records.review_states import IS_NOT_VOID
from field178_server.records.scopes import OFFICE
from field178_server.records.sealed_visits import Keys, OpenedVisit
from field178_server.records.visits_of_establishments import by_establishment
from field178_shared.record_type import RecordType
from field178_shared.records.plan import PlanItem, PlanVisit, Progress, Quota, progress_of

_SEALED = "sealed_visits"
_NOT_INSPECTED = "not_inspected"


@dataclass(frozen=True, slots=True)
class PlanReader:
    """Reader of a plan on a day. `is_office`: the reader sees unannounced visits before their teams.

    `keys`: the keys of sealed visits, none while they are locked.
    """

    tenant_id: str
    access: AccessFilter
    today: date
    is_office: bool = False
    keys: Keys = field(default=(), repr=False)

    def shows(self) -> ColumnElement[bool]:
        """Return the condition for planned visits that may be shown."""
        return or_(self.access.covers(PlanItemRow.scope), self._early())

    def holds(self, item: PlanItem, scope: str) -> bool:
        """Return whether a planned visit of this scope may be shown."""
        is_early = self.is_office and scope == OFFICE and self.access.holds(team_scope(item.team_id))
        return is_early or self.access.holds(scope)

    def sealed_visits(self, session: Session) -> list[OpenedVisit]:
        """Return the sealed visits that may be shown."""
        if not self.is_office or not self.keys:
            return []
        # Pages ask several times; a session of a page sees one state.
        visits = session.info.get(_SEALED)
        if visits is None:
            visits = session.info[_SEALED] = sealed_visits.read(session, self.tenant_id, self.keys)
        return [visit for visit in visits if self.access.holds(team_scope(visit.item.team_id))]

    def reads_visits_of(self, quota: Quota) -> bool:
        """Return whether all visits that a quota counts, also those of other teams, may be read."""
        return self.access.scopes is None or bool(
            quota.team_id and self.access.holds(team_scope(quota.team_id))
        )

    def _early(self) -> ColumnElement[bool]:
        if not self.is_office or self.access.scopes is None:
            return false()
        teams = [scope.removeprefix("team:") for scope in self.access.scopes if scope.startswith("team:")]
        return and_(PlanItemRow.scope == OFFICE, PlanItemRow.team_id.in_(sorted(teams)))


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """A planned visit and its progress. `is_early`: the visit is hidden from its team until later."""

    item: PlanItem
    is_early: bool
    progress: Progress


# An establishment id, or the (kind, commune) of an open planned visit.
_Place = str | tuple[str, str]
_Items = Mapping[str, tuple[PlanItem, bool]]


@dataclass(frozen=True, slots=True)
class _Year:
    """Planned visits of a year and the visits that may fulfil them, by id.

    `ends`: merged establishment id to merge target id.
    """

    planned: Mapping[str, PlannedVisit]
    visits: Mapping[str, PlanVisit]
    ends: Mapping[str, str]


_NOTHING = _Year({}, {}, {})
# Every start page of the office reads the plan of a year. Two thousand planned visits with their visits take
# 2 to 3 MB; there are few readers and years.
_years: ResultCache[_Year] = ResultCache(6)


def planned_visits(session: Session, reader: PlanReader, year: int) -> tuple[PlannedVisit, ...]:
    """Return the planned visits of a year with their progress."""
    cached = _years.get(
        session,
        reader.tenant_id,
        (reader, year),
        lambda: _year(session, reader, year),
        lambda kept, changes: _updated(session, reader, year, kept, changes),
    )
    sealed = [visit.item for visit in reader.sealed_visits(session)]
    return (
        *cached.planned.values(),
        *_sealed(session, reader, [item for item in sealed if item.year == year]),
    )


def adjacent_years(session: Session, reader: PlanReader, year: int, first: date, last: date) -> Sequence[int]:
    """Return the years before and after a year whose planned visits have a window in a span of days."""
    query = (
        select(PlanItemRow.year)
        .where(
            PlanItemRow.tenant_id == reader.tenant_id,
            PlanItemRow.year.in_((year - 1, year + 1)),
            PlanItemRow.window_to >= first,
            PlanItemRow.window_from <= last,
            reader.shows(),
        )
        .distinct()
    )
    years = set(session.scalars(query))
    for visit in reader.sealed_visits(session):
        item = visit.item
        if abs(item.year - year) == 1 and first <= item.window_to and item.window_from <= last:
            years.add(item.year)
    return sorted(years)


def _sealed(session: Session, reader: PlanReader, items: Sequence[PlanItem]) -> Iterator[PlannedVisit]:
    """Yield sealed visits with their progress: no visit can have fulfilled them yet."""
    ends = _merge_ends(session, reader.tenant_id) if items else {}
    progress = progress_of(items, (), reader.today)
    for item in items:
        place = ends.get(item.establishment_id, item.establishment_id)
        yield PlannedVisit(replace(item, establishment_id=place), True, progress[item.id])


def _year(session: Session, reader: PlanReader, year: int) -> _Year:
    rows = _item_rows(session, reader, year)
    if not rows:
        return _NOTHING
    ends = _merge_ends(session, reader.tenant_id)
    items = _items(rows, ends)
    near, places = _in_windows(reader, items), {_place(item) for item, _ in items.values()}
    visits = _visits(session, [*_at_places(session, reader, near, places, ends)], ends)
    return _Year(_planned(items, visits.values(), reader.today), visits, ends)


def _updated(session: Session, reader: PlanReader, year: int, kept: _Year, changes: RecordChanges) -> _Year:
    """Return the cached year, updated for the places of changed records."""
    entries, changed = changes.of(RecordType.ESTABLISHMENT), changes.of(RecordType.PLAN_ITEM)
    visit_ids = changes.of(RecordType.INSPECTION) | changes.subjects
    if not (entries or changed or visit_ids):
        return kept
    ends = _merge_ends(session, reader.tenant_id) if entries else kept.ends
    if not kept.planned or ends != kept.ends:
        return _year(session, reader, year)
    written = _items(_item_rows(session, reader, year, changed) if changed else (), ends)
    items = {
        item_id: (was.item, was.is_early) for item_id, was in kept.planned.items() if item_id not in changed
    }
    items |= written
    if not items:
        return _NOTHING
    # All visits at these places are read again.
    places = {ends.get(record_id, record_id) for record_id in entries} | {
        _place(item) for item, _ in written.values()
    }
    near = _in_windows(reader, items)
    queries = [*_by_ids(near, visit_ids), *_at_places(session, reader, near, places, ends)]
    read = _visits(session, queries, ends)
    gone = {
        visit.id: visit for visit in kept.visits.values() if visit.id in visit_ids or _is_at(visit, places)
    }
    planned_places = {_place(item) for item, _ in items.values()}
    visits = {visit_id: visit for visit_id, visit in kept.visits.items() if visit_id not in gone}
    visits |= {visit_id: visit for visit_id, visit in read.items() if _is_at(visit, planned_places)}
    touched = places | {_place(kept.planned[item_id].item) for item_id in changed if item_id in kept.planned}
    for visit in (*gone.values(), *read.values()):
        touched |= _places(visit) & planned_places
    beside = _add_shared(touched, visits.values(), planned_places)
    part = {item_id: of for item_id, of in items.items() if _place(of[0]) in touched}
    unchanged_part = {item_id: kept.planned[item_id] for item_id in items if item_id not in part}
    return _Year({**unchanged_part, **_planned(part, beside, reader.today)}, visits, ends)


def _add_shared(
    touched: set[_Place], visits: Collection[PlanVisit], planned_places: Collection[_Place]
) -> list[PlanVisit]:
    """Add to `touched` all planned places that share a visit with it; return the visits at `touched`."""
    while True:
        at_places = [visit for visit in visits if _is_at(visit, touched)]
        more = {place for visit in at_places for place in _places(visit) if place in planned_places} - touched
        if not more:
            return at_places
        touched |= more


def _planned(items: _Items, visits: Iterable[PlanVisit], today: date) -> dict[str, PlannedVisit]:
    progress = progress_of([item for item, _ in items.values()], visits, today)
    return {
        item_id: PlannedVisit(item, is_early, progress[item_id])
        for item_id, (item, is_early) in items.items()
    }


def _place(item: PlanItem) -> _Place:
    return (item.establishment_type_id, item.unit_id) if item.is_open else item.establishment_id


def _places(visit: PlanVisit) -> set[_Place]:
    return {visit.establishment_id, (visit.establishment_type_id, visit.unit_id)}


def _is_at(visit: PlanVisit, places: Collection[_Place]) -> bool:
    return visit.establishment_id in places or (visit.establishment_type_id, visit.unit_id) in places


def _item_rows(
    session: Session, reader: PlanReader, year: int, ids: Collection[str] | None = None
) -> Sequence[Any]:
    """Return the rows of planned visits of a year that may be shown. `ids`: only these planned visits."""
    query = select(*_ITEM_COLUMNS).where(
        PlanItemRow.tenant_id == reader.tenant_id, PlanItemRow.year == year, reader.shows()
    )
    if ids is not None:
        query = query.where(among_ids(session, PlanItemRow.record_id, ids))
    return session.execute(query).all()


def _items(rows: Iterable[Any], ends: Mapping[str, str]) -> dict[str, tuple[PlanItem, bool]]:
    """Return planned visits by id, each with its flag `is_early`."""
    return {row.record_id: (_item(row, ends), row.scope == OFFICE) for row in rows}


def _merge_ends(session: Session, tenant_id: str) -> dict[str, str]:
    """Return {merged establishment id: merge target id}; few establishments are merged."""
    merged = session.scalars(select(MergeProjection.record_id).where(MergeProjection.tenant_id == tenant_id))
    ids = merged.all()
    return merge_targets_of(session, tenant_id, ids) if ids else {}


def _item(row: Any, ends: Mapping[str, str]) -> PlanItem:
    place = row.establishment_id or ""
    asked_by = (row.asked_visit_id, row.asked_follow_up_id or "") if row.asked_visit_id else None
    return PlanItem(
        id=row.record_id,
        year=row.year,
        team_id=row.team_id,
        establishment_id=ends.get(place, place),
        establishment_type_id=row.establishment_type_id or "",
        unit_id=row.unit_id or "",
        kind=row.kind,
        trigger=row.trigger,
        window_from=row.window_from,
        window_to=row.window_to,
        asked_by=asked_by,
        cancelled="" if row.is_cancelled else None,
    )


def _visits(
    session: Session, queries: Sequence[Select[Any]], ends: Mapping[str, str]
) -> dict[str, PlanVisit]:
    # Several queries may return the same visit.
    rows = session.execute(union_all(*queries)).all() if queries else []
    return {
        row.record_id: PlanVisit(
            id=row.record_id,
            day=row.occurred_on,
            team_id=row.team_id or "",
            establishment_id=ends.get(row.establishment_id, row.establishment_id or ""),
            establishment_type_id=row.register_type_id or "",
            unit_id=row.register_unit_id or "",
            kind=row.kind or "",
            plan_item_id=row.plan_item_id or "",
            is_inspected=row.outcome != _NOT_INSPECTED,
        )
        for row in rows
    }


def _in_windows(reader: PlanReader, planned: _Items) -> Select[Any]:
    """Return the query of visits that may fulfil planned visits: by day, or by a link to a planned visit."""
    items = [item for item, _ in planned.values()]
    first, last = min(item.window_from for item in items), max(item.window_to for item in items)
    # Only visits have an establishment. With a condition on the type, SQLite would use the index of types;
    # with a join of the planned visits, it would read every record for each planned visit.
    return select(*_VISIT_COLUMNS).where(
        FiledRecord.tenant_id == reader.tenant_id,
        IS_NOT_VOID,
        or_(FiledRecord.occurred_on.between(first, last), FiledRecord.plan_item_id.is_not(None)),
    )


def _by_ids(near: Select[Any], ids: Collection[str]) -> Iterator[Select[Any]]:
    if ids:
        # Separate parameters: SQLite cannot estimate the length of a list in one parameter.
        yield near.where(FiledRecord.record_id.in_(sorted(ids)))


def _at_places(
    session: Session,
    reader: PlanReader,
    near: Select[Any],
    places: Collection[_Place],
    ends: Mapping[str, str],
) -> Iterator[Select[Any]]:
    """Yield the queries of visits at places; each uses the index of visits by establishment.

    A single condition with "or" would not use that index and read every visit of the year.
    """
    near = by_establishment(near)
    ids = {place for place in places if isinstance(place, str)}
    if ids:
        ids |= {merged for merged, end in ends.items() if end in ids}
        yield near.where(among_ids(session, FiledRecord.establishment_id, ids))
    kinds = [place for place in places if not isinstance(place, str)]
    if kinds:
        taken = select(EstablishmentProjection.record_id).where(
            EstablishmentProjection.tenant_id == reader.tenant_id,
            EstablishmentProjection.establishment_type_id.in_(sorted({type_id for type_id, _ in kinds})),
            EstablishmentProjection.unit_id.in_(sorted({unit_id for _, unit_id in kinds})),
        )
        yield near.where(among(FiledRecord.establishment_id, taken.scalar_subquery()))


_ITEM_COLUMNS = (
    PlanItemRow.record_id,
    PlanItemRow.scope,
    PlanItemRow.year,
    PlanItemRow.team_id,
    PlanItemRow.establishment_id,
    PlanItemRow.establishment_type_id,
    PlanItemRow.unit_id,
    PlanItemRow.kind,
    PlanItemRow.trigger,
    PlanItemRow.window_from,
    PlanItemRow.window_to,
    PlanItemRow.asked_visit_id,
    PlanItemRow.asked_follow_up_id,
    PlanItemRow.is_cancelled,
)
_VISIT_COLUMNS: tuple[Any, ...] = (
    FiledRecord.record_id,
    FiledRecord.occurred_on,
    FiledRecord.team_id,
    FiledRecord.establishment_id,
    FiledRecord.register_type_id,
    FiledRecord.register_unit_id,
    FiledRecord.kind,
    FiledRecord.plan_item_id,
    FiledRecord.outcome,
)
