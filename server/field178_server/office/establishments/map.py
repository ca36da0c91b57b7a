"""Map of the register: point, last visit and open correction of each establishment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select, true
from sqlalchemy.orm import Session

from field178_server.database.models import (
    EstablishmentProjection,
    FiledRecord,
    FollowUpProjection,
    MergeProjection,
)
from field178_server.office.establishments.queries import RegisterQuery, within
from field178_server.records.follow_ups import IS_OPEN
from field178_server.records.review_states import IS_NOT_VOID
from field178_shared.record_type import RecordType

# More than the register of a large city. The page shows the number of omitted points.
MOST_POINTS = 50_000
FEW = 1_000


@dataclass(frozen=True, slots=True)
class LastVisit:
    """Day and result of the last visit to an establishment that is not void."""

    visited_on: date
    outcome: str | None


@dataclass(frozen=True, slots=True)
class PlacedEstablishment:
    """An establishment with a point (latitude and longitude in 1e-7 degrees)."""

    record_id: str
    name: str
    establishment_type_id: str
    unit_id: str
    lat: int
    lon: int
    last_visit: LastVisit | None
    has_open_correction: bool


@dataclass(frozen=True, slots=True)
class RegisterMap:
    """Establishments with a point, at most MOST_POINTS, and the numbers with and without a point."""

    points: tuple[PlacedEstablishment, ...]
    placed: int
    unplaced: int


def register_map(session: Session, query: RegisterQuery) -> RegisterMap:
    """Return the map of the establishments that match a query, in a constant number of statements."""
    entry = EstablishmentProjection
    total, placed = session.execute(
        select(func.count(), func.count(entry.lat)).select_from(entry).where(*within(query))
    ).one()
    rows: Any = session.execute(
        select(entry.record_id, entry.name, entry.establishment_type_id, entry.unit_id, entry.lat, entry.lon)
        .where(*within(query), entry.lat.is_not(None), entry.lon.is_not(None))
        .order_by(entry.sort_key, entry.record_id)
        .limit(MOST_POINTS)
    ).all()
    if not rows:
        return RegisterMap((), placed, total - placed)
    ends = _ends_of_merges(session, query.tenant_id)
    visits = _last_visits(session, query, ends, [row.record_id for row in rows])
    to_fix = _with_open_corrections(session, query, ends)
    points = tuple(
        PlacedEstablishment(
            row.record_id,
            row.name,
            row.establishment_type_id,
            row.unit_id,
            row.lat,
            row.lon,
            visits.get(row.record_id),
            row.record_id in to_fix,
        )
        for row in rows
    )
    return RegisterMap(points, placed, total - placed)


def _ends_of_merges(session: Session, tenant_id: str) -> Mapping[str, str]:
    """Return {merged establishment id: id at the end of its chain of merges}."""
    query = select(MergeProjection.record_id, MergeProjection.into_id)
    rows = session.execute(query.where(MergeProjection.tenant_id == tenant_id))
    steps = {row.record_id: row.into_id for row in rows}
    ends = {}
    for merged_id in steps:
        end, passed = merged_id, set[str]()
        while end in steps and end not in passed:
            passed.add(end)
            end = steps[end]
        ends[merged_id] = end
    return ends


def _last_visits(
    session: Session, query: RegisterQuery, ends: Mapping[str, str], ids: Sequence[str]
) -> dict[str, LastVisit]:
    """Return the last visits by establishment id. A visit to a merged establishment counts for its target."""
    filed, known_as = FiledRecord, [*ids, *ends]
    # For few establishments their index is used; for many, a scan of all visits is faster.
    is_named = filed.establishment_id.in_(sorted(known_as)) if len(known_as) <= FEW else true()
    place = func.row_number().over(
        partition_by=filed.establishment_id, order_by=(filed.occurred_on.desc(), filed.record_id.desc())
    )
    visits = (
        select(filed.establishment_id, filed.occurred_on, filed.outcome, place.label("place"))
        .where(
            filed.tenant_id == query.tenant_id,
            filed.type == RecordType.INSPECTION,
            IS_NOT_VOID,
            filed.occurred_on.is_not(None),
            filed.establishment_id.is_not(None),
            query.access.covers(filed.scope),
            is_named,
        )
        .subquery()
    )
    rows: Any = session.execute(
        select(visits.c.establishment_id, visits.c.occurred_on, visits.c.outcome).where(visits.c.place == 1)
    )
    last: dict[str, LastVisit] = {}
    for establishment_id, visited_on, outcome in rows:
        end = ends.get(establishment_id, establishment_id)
        if end not in last or last[end].visited_on < visited_on:
            last[end] = LastVisit(visited_on, outcome)
    return last


def _with_open_corrections(session: Session, query: RegisterQuery, ends: Mapping[str, str]) -> frozenset[str]:
    row = FollowUpProjection
    establishment_ids = session.scalars(
        select(row.establishment_id)
        .where(
            row.tenant_id == query.tenant_id,
            IS_OPEN,
            row.kind == "correction",
            row.establishment_id.is_not(None),
            query.access.covers(row.scope),
        )
        .distinct()
    )
    return frozenset(
        ends.get(establishment_id, establishment_id)
        for establishment_id in establishment_ids
        if establishment_id
    )
