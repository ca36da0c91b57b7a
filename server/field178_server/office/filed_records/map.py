"""Filed visits on a map, at the present points of their establishments in the register."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from field178_server.database.models import EstablishmentProjection, FiledRecord
from field178_server.office.filed_records.list_conditions import listed
from field178_server.office.filed_records.list_filter import FiledRecordList
from field178_server.office.filed_records.queries import count_filed_records
from field178_server.office.filed_records.text_search import any_merged
from field178_server.records.find_record import merge_targets_of

# Most points of a map; the page shows that there are more, and officers narrow the list by filters.
MOST_POINTS = 50_000
FEW = 1_000


@dataclass(frozen=True, slots=True)
class PlacedVisit:
    """A visit at the point of its establishment, in 1e-7 degrees."""

    record_id: str
    occurred_on: date | None
    kind: str | None
    outcome: str | None
    establishment: str
    unit_id: str
    lat: int
    lon: int


@dataclass(frozen=True, slots=True)
class VisitMap:
    """Points of the newest visits, and the numbers of visits with and without a point."""

    points: tuple[PlacedVisit, ...]
    placed: int
    unplaced: int


def visit_map(session: Session, listing: FiledRecordList) -> VisitMap:
    """Return the visits of a list as points, read with a constant number of statements."""
    total = count_filed_records(session, listing)
    if listing.filter.has_point is False:
        return VisitMap((), 0, total)
    placed = replace(listing, filter=replace(listing.filter, has_point=True))
    filed = FiledRecord
    columns = (filed.record_id, filed.occurred_on, filed.kind, filed.outcome, filed.establishment_id)
    rows = session.execute(
        listed(session, placed, columns)
        .order_by(filed.occurred_on.desc(), filed.record_id.desc())
        .limit(MOST_POINTS)
    ).all()
    ids = {row.establishment_id for row in rows}
    ends = merge_targets_of(session, listing.tenant_id, ids) if any_merged(session) else {}
    places = _places(
        session, listing.tenant_id, {ends.get(establishment_id, establishment_id) for establishment_id in ids}
    )
    placed_rows = [(row, places.get(ends.get(row.establishment_id, row.establishment_id))) for row in rows]
    points = tuple(
        PlacedVisit(
            row.record_id,
            row.occurred_on,
            row.kind,
            row.outcome,
            place.name,
            place.unit_id,
            place.lat,
            place.lon,
        )
        for row, place in placed_rows
        if place is not None
    )
    is_whole = len(rows) < MOST_POINTS
    count = len(rows) if is_whole else count_filed_records(session, placed)
    return VisitMap(points, count, total - count)


def points_of(session: Session, tenant_id: str, ids: Collection[str]) -> Mapping[str, tuple[int, int]]:
    """Return the points of establishments by id, in 1e-7 degrees; a merged one has its target's point."""
    ends = merge_targets_of(session, tenant_id, ids) if any_merged(session) else {}
    places = _places(
        session, tenant_id, {ends.get(establishment_id, establishment_id) for establishment_id in ids}
    )
    located = (
        (establishment_id, places.get(ends.get(establishment_id, establishment_id)))
        for establishment_id in ids
    )
    return {
        establishment_id: (place.lat, place.lon) for establishment_id, place in located if place is not None
    }


def _places(session: Session, tenant_id: str, ids: Collection[str]) -> Mapping[str, Any]:
    entry = EstablishmentProjection
    # Few rows are read by key; for many, a scan of all is faster.
    is_named = entry.record_id.in_(sorted(ids)) if len(ids) <= FEW else true()
    rows = session.execute(
        select(entry.record_id, entry.name, entry.unit_id, entry.lat, entry.lon).where(
            entry.tenant_id == tenant_id, entry.lat.is_not(None), entry.lon.is_not(None), is_named
        )
    )
    return {row.record_id: row for row in rows}
