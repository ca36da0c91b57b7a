"""Filed visits on the map: each at the point that its establishment has in the register now."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from field178_server.database.models import EstablishmentProjection, FiledRecord
from field178_server.office.filed.queries import FiledList, any_merged, count_filed, listed
from field178_server.records.find_record import merge_targets_of

# Of a large city's visits; what is beyond is said, and found by filters.
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
class FiledMap:
    """The newest visits with a point, how many have one, and how many have none."""

    points: tuple[PlacedVisit, ...]
    placed: int
    unplaced: int


def filed_map(session: Session, wanted: FiledList) -> FiledMap:
    """Return what the list of the same filter found, as points; the number of statements is fixed."""
    total = count_filed(session, wanted)
    if wanted.filter.has_point is False:
        return FiledMap((), 0, total)
    placed = replace(wanted, filter=replace(wanted.filter, has_point=True))
    filed = FiledRecord
    columns = (filed.record_id, filed.occurred_on, filed.kind, filed.outcome, filed.establishment_id)
    rows = session.execute(
        listed(session, placed, columns)
        .order_by(filed.occurred_on.desc(), filed.record_id.desc())
        .limit(MOST_POINTS)
    ).all()
    ids = {row.establishment_id for row in rows}
    ends = merge_targets_of(session, wanted.tenant_id, ids) if any_merged(session) else {}
    places = _places(session, wanted.tenant_id, {ends.get(one, one) for one in ids})
    found = [(row, places.get(ends.get(row.establishment_id, row.establishment_id))) for row in rows]
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
        for row, place in found
        if place is not None
    )
    is_whole = len(rows) < MOST_POINTS
    count = len(rows) if is_whole else count_filed(session, placed)
    return FiledMap(points, count, total - count)


def points_of(session: Session, tenant_id: str, ids: Collection[str]) -> Mapping[str, tuple[int, int]]:
    """Return where establishments lie by the register, in 1e-7 degrees; a merged one as its target."""
    ends = merge_targets_of(session, tenant_id, ids) if any_merged(session) else {}
    places = _places(session, tenant_id, {ends.get(one, one) for one in ids})
    found = ((one, places.get(ends.get(one, one))) for one in ids)
    return {one: (place.lat, place.lon) for one, place in found if place is not None}


def _places(session: Session, tenant_id: str, ids: Collection[str]) -> Mapping[str, Any]:
    entry = EstablishmentProjection
    # Few are found by their key; of many, one walk through all is shorter.
    is_named = entry.record_id.in_(sorted(ids)) if len(ids) <= FEW else true()
    rows = session.execute(
        select(entry.record_id, entry.name, entry.unit_id, entry.lat, entry.lon).where(
            entry.tenant_id == tenant_id, entry.lat.is_not(None), entry.lon.is_not(None), is_named
        )
    )
    return {row.record_id: row for row in rows}
