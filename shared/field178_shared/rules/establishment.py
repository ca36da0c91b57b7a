"""Rules of the register: dates in order, a point that is whole, and the hint at a possible duplicate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from field178_shared.codelists import CodeLists
from field178_shared.errors import ErrorCode
from field178_shared.records.points import GeoPoint, metres_between
from field178_shared.records.reading import Data, count_of, text_of
from field178_shared.records.value import Value
from field178_shared.rules.problem import Context, Problem
from field178_shared.text.normalisation import fold

NEAR_M = 150


@dataclass(frozen=True, slots=True)
class KnownEstablishment:
    """An establishment of the register, as the hint at duplicates needs it; positions in 1e-7 degrees."""

    id: str
    folded_name: str
    type_id: str
    unit_id: str
    lat: int | None
    lon: int | None
    registration_number: str


@dataclass(frozen=True, slots=True)
class PossibleDuplicate:
    """An entry that may be the same place; `distance_m` where both have a point."""

    id: str
    distance_m: float | None
    is_same_number: bool


def contradictions(establishment: Value, lists: CodeLists) -> Iterator[Problem]:
    """Yield nothing: establishments have no rules across fields that hold without context."""
    yield from ()


def filing_problems(establishment: Value, lists: CodeLists, context: Context) -> Iterator[Problem]:
    """Yield the problems that block saving the establishment."""
    if (establishment.lat is None) != (establishment.lon is None):
        yield Problem("lat" if establishment.lat is None else "lon", ErrorCode.REQUIRED)
    kind = lists.types.get(establishment.establishment_type_id)
    if kind is not None and kind.requires_note and not (establishment.note or "").strip():
        yield Problem("note", ErrorCode.REQUIRED)
    if _is_reversed(establishment.first_seen_on, establishment.closed_on):
        yield Problem("closed_on", ErrorCode.END_BEFORE_START)
    for key, certificate in (establishment.certificates or {}).items():
        if _is_reversed(certificate.issued_on, certificate.expires_on):
            yield Problem(f"certificates.{key}.expires_on", ErrorCode.END_BEFORE_START)


def warnings(establishment: Value, lists: CodeLists, context: Context) -> Iterator[Problem]:
    """Yield nothing: duplicates need the register; see `possible_duplicates`."""
    yield from ()


def possible_duplicates(data: Data, establishments: Iterable[KnownEstablishment]) -> tuple[str, ...]:
    """Return the ids of entries that may be the same place (see `duplicates_of`)."""
    return tuple(duplicate.id for duplicate in duplicates_of(data, establishments))


def duplicates_of(data: Data, establishments: Iterable[KnownEstablishment]) -> tuple[PossibleDuplicate, ...]:
    """Return establishments that may be duplicates of the data.

    Duplicates have the same registration number, or the same name and kind within 150 m. If either point is
    missing, the same unit replaces the distance. "Hoa Ban" and "Karaoke Hoa Ban" are the same name.
    """
    name, number = fold(text_of(data, "name")), fold(text_of(data, "registration_number"))
    duplicates = []
    for entry in establishments:
        distance = distance_m((count_of(data, "lat"), count_of(data, "lon")), (entry.lat, entry.lon))
        is_same_number = bool(number) and number == fold(entry.registration_number)
        if is_same_number or _is_alike(data, name, entry, distance):
            duplicates.append(PossibleDuplicate(entry.id, distance, is_same_number))
    return tuple(duplicates)


def is_same_name(name: str, other: str) -> bool:
    """Return whether two folded names are equal, or differ only by a prefix with the kind of place."""
    return name == other or name.endswith(f" {other}") or other.endswith(f" {name}")


def _is_alike(data: Data, folded_name: str, entry: KnownEstablishment, distance: float | None) -> bool:
    if entry.type_id != data.get("establishment_type_id") or not is_same_name(entry.folded_name, folded_name):
        return False
    return entry.unit_id == data.get("unit_id") if distance is None else distance < NEAR_M


def distance_m(point: tuple[int | None, int | None], other: tuple[int | None, int | None]) -> int | None:
    """Return the distance of two points in 1e-7 degrees, in metres; None if a coordinate is missing."""
    if point[0] is None or point[1] is None or other[0] is None or other[1] is None:
        return None
    return metres_between(GeoPoint(point[0], point[1]), GeoPoint(other[0], other[1]))


def _is_reversed(first: date | None, last: date | None) -> bool:
    return first is not None and last is not None and last < first
