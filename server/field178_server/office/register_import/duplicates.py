"""Possible duplicates of a row: establishments of the register, or earlier rows of the same file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.database.models import EstablishmentProjection
from field178_shared.records.reading import Data, count_of, text_of
from field178_shared.rules.establishment import KnownEstablishment, distance_m, possible_duplicates
from field178_shared.text.normalisation import fold

_ROW = "row:"
_READ_AT_ONCE = 1000
# Limit of comparisons: a file with one name in all rows MUST NOT take quadratic time.
_MOST_COMPARED = 50
_MOST_NAMED = 5

_Buckets: TypeAlias = dict[str, tuple[KnownEstablishment, ...]]


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A possible duplicate of a row; `row_number` is set for a row of the same file."""

    record_id: str
    name: str
    row_number: int | None
    has_same_number: bool
    distance_m: int | None


@dataclass(slots=True)
class DuplicateIndex:
    """Index of establishments by registration number and by name.

    "Hoa Ban" and "Karaoke Hoa Ban" are the same name, so each establishment is indexed by all suffixes of
    its name, and only establishments with a common suffix are compared.
    """

    _by_number: _Buckets = field(default_factory=dict)
    _by_name: _Buckets = field(default_factory=dict)
    _by_end: _Buckets = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)

    def add(self, establishment: KnownEstablishment, name: str) -> None:
        """Add an establishment of the register."""
        self._names[establishment.id] = name
        if establishment.registration_number:
            _put(self._by_number, fold(establishment.registration_number), establishment)
        _put(self._by_name, f"{establishment.type_id} {establishment.folded_name}", establishment)
        for end in _ends(establishment.folded_name):
            _put(self._by_end, f"{establishment.type_id} {end}", establishment)

    def add_row(self, number: int, data: Data) -> None:
        """Add a row of the file, for comparison with the rows below it."""
        self.add(_known(f"{_ROW}{number}", data), text_of(data, "name"))

    def find(self, data: Data) -> tuple[Duplicate, ...]:
        """Return the possible duplicates of an establishment."""
        name, type_id = fold(text_of(data, "name")), text_of(data, "establishment_type_id")
        buckets = [
            self._by_number.get(fold(_number(data)), ()),
            self._by_end.get(f"{type_id} {name}", ()),
            *(self._by_name.get(f"{type_id} {end}", ()) for end in _ends(name)),
        ]
        near = {establishment.id: establishment for bucket in buckets for establishment in bucket}
        duplicate_ids = possible_duplicates(data, near.values())
        return tuple(self._duplicate(near[record_id], data) for record_id in duplicate_ids[:_MOST_NAMED])

    def _duplicate(self, establishment: KnownEstablishment, data: Data) -> Duplicate:
        number = fold(_number(data))
        distance = distance_m(
            (count_of(data, "lat"), count_of(data, "lon")), (establishment.lat, establishment.lon)
        )
        is_row = establishment.id.startswith(_ROW)
        return Duplicate(
            "" if is_row else establishment.id,
            self._names[establishment.id],
            int(establishment.id.removeprefix(_ROW)) if is_row else None,
            bool(number) and number == fold(establishment.registration_number),
            None if distance is None else round(distance),
        )


def register_index(session: Session, tenant_id: str, rows: Iterable[Data]) -> DuplicateIndex:
    """Return an index of the register's establishments that may be duplicates of these rows."""
    keys = [(fold(text_of(data, "name")), fold(_number(data))) for data in rows]
    names = {name for name, _ in keys}
    ends = {end for name in names for end in _ends(name)}
    numbers = {number for _, number in keys} - {""}
    index = DuplicateIndex()
    row = EstablishmentProjection
    query = (
        select(
            row.record_id,
            row.name,
            row.establishment_type_id,
            row.unit_id,
            row.lat,
            row.lon,
            row.registration_number,
        )
        .where(row.tenant_id == tenant_id)
        .execution_options(yield_per=_READ_AT_ONCE)
    )
    for record_id, name, type_id, unit_id, lat, lon, number in session.execute(query):
        establishment = KnownEstablishment(record_id, fold(name), type_id, unit_id, lat, lon, number or "")
        is_near = establishment.folded_name in ends or not names.isdisjoint(_ends(establishment.folded_name))
        if is_near or fold(establishment.registration_number) in numbers:
            index.add(establishment, name)
    return index


def _put(buckets: _Buckets, key: str, establishment: KnownEstablishment) -> None:
    bucket = buckets.get(key, ())
    if len(bucket) < _MOST_COMPARED:
        buckets[key] = (*bucket, establishment)


def _ends(folded_name: str) -> list[str]:
    """Return the name and all its suffixes of whole words: "karaoke hoa ban", "hoa ban", "ban"."""
    words = folded_name.split()
    return [" ".join(words[first:]) for first in range(len(words))]


def _known(known_id: str, data: Data) -> KnownEstablishment:
    return KnownEstablishment(
        known_id,
        fold(text_of(data, "name")),
        text_of(data, "establishment_type_id"),
        text_of(data, "unit_id"),
        count_of(data, "lat"),
        count_of(data, "lon"),
        _number(data),
    )


def _number(data: Mapping[str, object]) -> str:
    return text_of(data, "registration_number")
