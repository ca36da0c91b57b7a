"""Entries of the register that may be the same place as another one."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
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
    by_id = {row.record_id: row for row in rows}
    known = {row.record_id: known_establishment(row) for row in rows}
    found: dict[tuple[str, str], DuplicatePair] = {}
    for one_id, others in _neighbours(known.values()):
        one = by_id[one_id]
        content: Data = {
            "name": one.name,
            "establishment_type_id": one.establishment_type_id,
            "unit_id": one.unit_id,
            "registration_number": one.registration_number or "",
            **({"lat": one.lat, "lon": one.lon} if one.lat is not None and one.lon is not None else {}),
        }
        for other in duplicates_of(content, others):
            if (other.id, one_id) not in found:
                both = (
                    _hint(by_id[key], other.distance_m, other.is_same_number) for key in (one_id, other.id)
                )
                found[one_id, other.id] = DuplicatePair(*both)
    return tuple(sorted(found.values(), key=_surest))


def _surest(pair: DuplicatePair) -> tuple[bool, bool, int]:
    hint = pair.other
    return not hint.is_same_number, hint.distance_m is None, hint.distance_m or 0


def _neighbours(
    entries: Collection[KnownEstablishment],
) -> Iterator[tuple[str, list[KnownEstablishment]]]:
    """Yield each entry's id with the entries that may be the same place and are worth a comparison."""
    groups: dict[tuple[object, ...], list[KnownEstablishment]] = {}
    for entry in entries:
        for key in (*_keys(entry), *_squares(entry, (0,))):
            groups.setdefault(key, []).append(entry)
    for entry in entries:
        near = {
            other.id: other
            for key in (*_keys(entry), *_squares(entry, (-1, 0, 1)))
            for other in groups.get(key, ())
            if other.id != entry.id
        }
        if near:
            yield entry.id, list(near.values())


def _keys(entry: KnownEstablishment) -> Iterator[tuple[object, ...]]:
    if entry.registration_number:
        yield "number", fold(entry.registration_number)
    yield ("unit", *_kind(entry), entry.unit_id)


def _squares(entry: KnownEstablishment, steps: tuple[int, ...]) -> Iterator[tuple[object, ...]]:
    if entry.lat is not None and entry.lon is not None:
        for north in steps:
            for east in steps:
                yield ("square", *_kind(entry), entry.lat // _SQUARE + north, entry.lon // _SQUARE + east)


def _kind(entry: KnownEstablishment) -> tuple[str, str]:
    # Names that are the same end with the same word.
    return entry.type_id, entry.folded_name.rpartition(" ")[2]


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
