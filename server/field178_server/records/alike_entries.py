"""Search for possible duplicates among establishments of the register, without comparing all pairs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Protocol

from field178_shared.merge import Data
from field178_shared.rules.establishment import NEAR_M, KnownEstablishment, PossibleDuplicate, duplicates_of
from field178_shared.text.normalisation import fold

# Side of a map square in 1e-7 degrees: at least twice NEAR_M in longitude everywhere in Việt Nam, where a
# metre is at most 98 units.
SQUARE = 2 * NEAR_M * 100


class EntryRow(Protocol):
    """The columns of the register by which establishments are compared."""

    record_id: Any
    name: Any
    address: Any
    unit_id: Any
    establishment_type_id: Any
    registration_number: Any
    lat: Any
    lon: Any


ENTRY_COLUMNS = tuple(EntryRow.__annotations__)


def pairs_among(rows: Sequence[EntryRow]) -> Iterator[tuple[str, PossibleDuplicate]]:
    """Yield (establishment id, possible duplicate of it); a pair may come from either side or from both.

    Compares only establishments that the rule can match: with the same registration number, or with the same
    type and name in one commune or in neighbouring map squares.
    """
    by_id = {row.record_id: row for row in rows}
    for one_id, others in _neighbours([known_establishment(row) for row in rows]):
        entry = by_id[one_id]
        content: Data = {
            "name": entry.name,
            "establishment_type_id": entry.establishment_type_id,
            "unit_id": entry.unit_id,
            "registration_number": entry.registration_number or "",
            **(
                {"lat": entry.lat, "lon": entry.lon}
                if entry.lat is not None and entry.lon is not None
                else {}
            ),
        }
        for other in duplicates_of(content, others):
            yield one_id, other


def _neighbours(
    entries: Collection[KnownEstablishment],
) -> Iterator[tuple[str, list[KnownEstablishment]]]:
    """Yield (establishment id, candidates to compare); only one of a pair may have the other as candidate.

    Names match if one ends with the other: the longer name searches for the shorter.
    """
    groups: dict[tuple[object, ...], list[KnownEstablishment]] = {}
    count = Counter((entry.type_id, entry.folded_name) for entry in entries)
    numbers = Counter(fold(entry.registration_number) for entry in entries)
    # Most names have no candidate.
    named = {entry.id: names for entry in entries if (names := _names(entry, count))}
    compared_names = {name for names in named.values() for name in names}
    for entry in entries:
        is_named = (entry.type_id, entry.folded_name) in compared_names
        keys = (*_number(entry, numbers), *(_places(entry, entry.folded_name, (0,)) if is_named else ()))
        for key in keys:
            groups.setdefault(key, []).append(entry)
    for entry in entries:
        names = named.get(entry.id, ())
        around = (key for _, name in names for key in _places(entry, name, (-1, 0, 1)))
        near = {
            other.id: other
            for key in (*_number(entry, numbers), *around)
            for other in groups.get(key, ())
            if other.id != entry.id
        }
        if near:
            yield entry.id, list(near.values())


def _names(entry: KnownEstablishment, count: Mapping[tuple[str, str], int]) -> tuple[tuple[str, str], ...]:
    """Return the (type, name) keys that match an establishment: its name if not unique, and its endings."""
    name, type_id = entry.folded_name, entry.type_id
    starts = (at + 1 for at, letter in enumerate(name) if letter == " ")
    shorter = tuple((type_id, name[at:]) for at in starts if (type_id, name[at:]) in count)
    return ((type_id, name), *shorter) if count[type_id, name] > 1 else shorter


def _number(entry: KnownEstablishment, numbers: Mapping[str, int]) -> Iterator[tuple[object, ...]]:
    number = fold(entry.registration_number)
    if number and numbers[number] > 1:
        yield "number", number


def _places(entry: KnownEstablishment, name: str, steps: tuple[int, ...]) -> Iterator[tuple[object, ...]]:
    """Yield the place keys of an establishment of this name: its commune, and map squares around it."""
    yield ("unit", entry.type_id, name, entry.unit_id)
    if entry.lat is not None and entry.lon is not None:
        for north in steps:
            for east in steps:
                square = (entry.lat // SQUARE + north, entry.lon // SQUARE + east)
                yield ("square", entry.type_id, name, *square)


def known_establishment(row: EntryRow) -> KnownEstablishment:
    """Return a row of the register in the form of the duplicate rule."""
    return KnownEstablishment(
        id=row.record_id,
        folded_name=fold(row.name),
        type_id=row.establishment_type_id,
        unit_id=row.unit_id,
        lat=row.lat,
        lon=row.lon,
        registration_number=row.registration_number or "",
    )
