"""Entries of the register that may be the same place as another one."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

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
# The side of a square of the map: more than NEAR_M everywhere in Việt Nam.
_SQUARE = 2 * NEAR_M * _UNITS_PER_M


@dataclass(frozen=True, slots=True)
class DuplicateHint:
    """An entry that may be the same place, and why: the same number, or the same name so many metres away."""

    record_id: str
    name: str
    address: str
    unit_id: str
    distance_m: int | None
    is_same_number: bool


@dataclass(frozen=True, slots=True)
class DuplicatePair:
    """Two entries that may be the same place; `other` tells why."""

    one: DuplicateHint
    other: DuplicateHint


class EntryRow(Protocol):
    """The columns of the register by which entries are compared."""

    record_id: Any
    name: Any
    address: Any
    unit_id: Any
    establishment_type_id: Any
    registration_number: Any
    lat: Any
    lon: Any


_COLUMNS = tuple(EntryRow.__annotations__)


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


def hints_among(data: Data, rows: Sequence[EntryRow]) -> tuple[DuplicateHint, ...]:
    """Return those of some entries that may be the same place, the nearest first."""
    by_id = {row.record_id: row for row in rows}
    found = [
        _hint(by_id[one.id], one.distance_m, one.is_same_number)
        for one in duplicates_of(data, map(known_establishment, rows))
    ]
    return tuple(sorted(found, key=lambda one: (one.distance_m is None, one.distance_m or 0, one.name)))


def duplicate_pairs(session: Session, tenant_id: str, access: AccessFilter) -> tuple[DuplicatePair, ...]:
    """Return every two entries that may be the same place, the surest first; each pair once.

    Compared are only those that the rule can find: of one registration number, or of one kind whose names
    end with the same word, in one commune or in neighbouring squares of the map.
    """
    entry = EstablishmentProjection
    rows = session.execute(
        select(*(getattr(entry, name) for name in _COLUMNS))
        .where(entry.tenant_id == tenant_id, access.covers(entry.scope))
        .order_by(entry.sort_key, entry.record_id)
    ).all()
    found: dict[tuple[str, str], DuplicatePair] = {}
    for one, others in _neighbours(rows):
        content: Data = {
            "name": one.name,
            "establishment_type_id": one.establishment_type_id,
            "unit_id": one.unit_id,
            "registration_number": one.registration_number or "",
            **({"lat": one.lat, "lon": one.lon} if one.lat is not None and one.lon is not None else {}),
        }
        for hint in hints_among(content, others):
            pair = (one.record_id, hint.record_id)
            if pair[::-1] not in found:
                found[pair] = DuplicatePair(_hint(one, hint.distance_m, hint.is_same_number), hint)
    return tuple(sorted(found.values(), key=_surest))


def _surest(pair: DuplicatePair) -> tuple[bool, bool, int]:
    hint = pair.other
    return not hint.is_same_number, hint.distance_m is None, hint.distance_m or 0


def _neighbours(rows: Sequence[EntryRow]) -> Iterator[tuple[EntryRow, list[EntryRow]]]:
    """Yield each entry with those that may be the same place and are worth a comparison."""
    groups: dict[tuple[object, ...], list[EntryRow]] = {}
    for row in rows:
        for key in _keys(row):
            groups.setdefault(key, []).append(row)
    for row in rows:
        near = {
            other.record_id: other
            for key in (*_keys(row), *_squares_around(row))
            for other in groups.get(key, ())
            if other.record_id != row.record_id
        }
        if near:
            yield row, list(near.values())


def _keys(row: EntryRow) -> Iterator[tuple[object, ...]]:
    kind = (row.establishment_type_id, fold(row.name).rpartition(" ")[2])
    if row.registration_number:
        yield "number", fold(row.registration_number)
    yield ("unit", *kind, row.unit_id)
    if row.lat is not None and row.lon is not None:
        yield ("square", *kind, row.lat // _SQUARE, row.lon // _SQUARE)


def _squares_around(row: EntryRow) -> Iterator[tuple[object, ...]]:
    if row.lat is None or row.lon is None:
        return
    kind = (row.establishment_type_id, fold(row.name).rpartition(" ")[2])
    for north in (-1, 0, 1):
        for east in (-1, 0, 1):
            yield ("square", *kind, row.lat // _SQUARE + north, row.lon // _SQUARE + east)


def known_establishment(row: EntryRow) -> KnownEstablishment:
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


def _hint(row: EntryRow, distance_m: float | None, is_same_number: bool) -> DuplicateHint:
    return DuplicateHint(
        row.record_id,
        row.name,
        row.address,
        row.unit_id,
        None if distance_m is None else round(distance_m),
        is_same_number,
    )
