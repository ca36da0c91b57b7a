"""Entries of the register that may be the same place as another one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from field178_server.database.models import EstablishmentProjection
from field178_server.records.access import AccessFilter
from field178_shared.merge import Data
from field178_shared.records.reading import count_of, text_of
from field178_shared.rules.establishment import NEAR_M, KnownEstablishment, duplicates_of
from field178_shared.text.normalisation import fold

# So many 1e-7 degrees of latitude are a metre; those of longitude are shorter.
_UNITS_PER_M = 90


@dataclass(frozen=True, slots=True)
class DuplicateHint:
    """An entry that may be the same place, and why: the same number, or the same name so many metres away."""

    record_id: str
    name: str
    address: str
    unit_id: str
    distance_m: int | None
    is_same_number: bool


def duplicate_hints(
    session: Session, tenant_id: str, access: AccessFilter, data: Data, record_id: str
) -> tuple[DuplicateHint, ...]:
    """Return the entries that may be the same place as the one with this content, but that one itself."""
    rows = session.scalars(
        select(EstablishmentProjection).where(
            EstablishmentProjection.tenant_id == tenant_id,
            access.covers(EstablishmentProjection.scope),
            EstablishmentProjection.record_id != record_id,
            or_(*_candidates(data)),
        )
    ).all()
    return hints_among(data, rows)


def hints_among(data: Data, rows: Sequence[EstablishmentProjection]) -> tuple[DuplicateHint, ...]:
    """Return those of some entries that may be the same place, the nearest first."""
    by_id = {row.record_id: row for row in rows}
    found = [
        _hint(by_id[one.id], one.distance_m, one.is_same_number)
        for one in duplicates_of(data, map(known_establishment, rows))
    ]
    return tuple(sorted(found, key=lambda one: (one.distance_m is None, one.distance_m or 0, one.name)))


def known_establishment(row: EstablishmentProjection) -> KnownEstablishment:
    """Return a row of the register as the rule reads it."""
    return KnownEstablishment(
        id=row.record_id,
        folded_name=fold(row.name),
        type_id=row.establishment_type_id,
        unit_id=row.unit_id,
        lat=row.lat,
        lon=row.lon,
        registration_number=row.registration_number or "",
    )


def _candidates(data: Data) -> list[ColumnElement[bool]]:
    """Return the conditions of which every entry that the rule finds keeps one."""
    entry = EstablishmentProjection
    is_kind = entry.establishment_type_id == text_of(data, "establishment_type_id")
    found = [and_(is_kind, entry.unit_id == text_of(data, "unit_id"))]
    lat, lon = count_of(data, "lat"), count_of(data, "lon")
    if lat is not None and lon is not None:
        north = NEAR_M * _UNITS_PER_M
        east = north / max(0.1, math.cos(math.radians(lat / 1e7)))
        near = (entry.lat.between(lat - north, lat + north), entry.lon.between(lon - east, lon + east))
        found.append(and_(is_kind, *near))
    if number := text_of(data, "registration_number"):
        found.append(func.lower(entry.registration_number) == number.lower())
    return found


def _hint(row: EstablishmentProjection, distance_m: float | None, is_same_number: bool) -> DuplicateHint:
    return DuplicateHint(
        row.record_id,
        row.name,
        row.address,
        row.unit_id,
        None if distance_m is None else round(distance_m),
        is_same_number,
    )
