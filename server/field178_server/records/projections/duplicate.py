"""Projection of the match keys of establishments, and of the candidates for duplicates."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, text

from field178_server.database import engine as database
from field178_server.database.declarative_base import table_of
from field178_server.database.fast import bulk
from field178_server.database.fast.hints import list_source
from field178_server.database.models import DuplicateCandidate, DuplicateKey
from field178_server.records.alike_entries import ENTRY_COLUMNS, SQUARE, pairs_among
from field178_server.records.projections.register_lock import lock_register
from field178_server.records.projections.source import ProjectedRecord
from field178_shared.merge import Data
from field178_shared.record_type import RecordType
from field178_shared.records.value import Value
from field178_shared.schemas import lenient_value
from field178_shared.text.normalisation import fold

TYPES = (RecordType.ESTABLISHMENT,)

_KEYS, _CANDIDATES = table_of(DuplicateKey), table_of(DuplicateCandidate)
_KEY, _CANDIDATE = ("tenant_id", "key", "record_id"), ("tenant_id", "record_id")
_ROWS = (
    f"SELECT {', '.join(f'entry.{name}' for name in ENTRY_COLUMNS)} "  # noqa: S608  # names alone
    "FROM {ids} AS wanted CROSS JOIN establishment_row AS entry "
    "WHERE entry.tenant_id = :tenant_id AND entry.record_id = wanted.value"
)
# Prefix search by words: "key!" sorts after "key" and after "key " with more words.
_MATCHES = (
    "SELECT found.record_id FROM {equal} AS wanted CROSS JOIN duplicate_key AS found "
    "WHERE found.tenant_id = :tenant_id AND found.key = wanted.value "
    "UNION ALL SELECT found.record_id FROM {longer} AS wanted CROSS JOIN duplicate_key AS found "
    "WHERE found.tenant_id = :tenant_id AND found.key >= wanted.value AND found.key < wanted.value || '!' "
    "LIMIT :most"
)
# With more matches all become candidates without comparison.
_MOST_COMPARED, _MOST_EACH = 200, 20
_NO_LIMIT = 2**31 - 1


class ComparedFields(NamedTuple):
    """The fields of an establishment that its match keys contain."""

    name: str | None
    establishment_type_id: str | None
    unit_id: str | None
    registration_number: str | None
    lat: int | None
    lon: int | None


class _Keys(NamedTuple):
    """Match keys of an establishment: its own keys, keys to compare exactly, keys to compare as prefixes."""

    own: tuple[str, ...]
    equal: tuple[str, ...]
    longer: tuple[str, ...]


def write(connection: Connection, tenant_id: str, changed: Sequence[ProjectedRecord], now: datetime) -> None:
    """Replace the match keys of changed establishments, and add the candidates for duplicates."""
    differing = [
        (projected.record.record_id, after, before)
        for projected in changed
        if (after := _compared(projected)) != (before := _compared(projected.before))
    ]
    if not differing:
        return
    lock_register(connection, tenant_id)
    old = [(record_id, keys_of(before).own) for record_id, _, before in differing if before is not None]
    new = [(record_id, keys_of(after)) for record_id, after, _ in differing if after is not None]
    bulk.delete(
        connection, _KEYS, _KEY, [(tenant_id, key, record_id) for record_id, keys in old for key in keys]
    )
    bulk.delete(connection, _CANDIDATES, _CANDIDATE, [(tenant_id, record_id) for record_id, _ in old])
    rows = sorted((tenant_id, key, record_id) for record_id, keys in new for key in keys.own)
    bulk.insert(connection, _KEYS, _KEY, rows)
    if new:
        candidates = _candidates(connection, tenant_id, [keys for _, keys in new])
        found_rows = [(tenant_id, record_id) for record_id in sorted(candidates)]
        bulk.upsert(connection, _CANDIDATES, _CANDIDATE, found_rows)


def matching_ids(connection: Connection, tenant_id: str, data: Data) -> set[str]:
    """Return the ids of the establishments with a match key of this content: all its possible duplicates."""
    keys = keys_of(_fields_of(lenient_value(RecordType.ESTABLISHMENT, data)))
    return set(_matches(connection, tenant_id, keys.equal, keys.longer, _NO_LIMIT))


def keys_of(place: ComparedFields) -> _Keys:
    """Return the match keys of an establishment's compared fields."""
    kind, number = place.establishment_type_id or "", fold(place.registration_number or "")
    numbers = (f"number {number}",) if number else ()
    # Words in reverse order: a name that ends with another name has that name as prefix.
    words = fold(place.name or "").split(" ")[::-1]
    whole, shorter = " ".join(words), [" ".join(words[:count]) for count in range(1, len(words))]
    unit = f"unit {place.unit_id or ''} {kind}"
    here, around = (unit, *_squares(place, kind, 0)), (unit, *_squares(place, kind, SQUARE // 2))
    return _Keys(
        own=(*numbers, *(f"{place} {whole}" for place in here)),
        equal=(*numbers, *(f"{place} {name}" for name in shorter for place in around)),
        longer=tuple(f"{place} {whole}" for place in around),
    )


def _squares(place: ComparedFields, kind: str, reach: int) -> Iterator[str]:
    lat, lon = place.lat, place.lon
    if lat is not None and lon is not None:
        for north in {(lat - reach) // SQUARE, (lat + reach) // SQUARE}:
            for east in {(lon - reach) // SQUARE, (lon + reach) // SQUARE}:
                yield f"square {north} {east} {kind}"


def _candidates(connection: Connection, tenant_id: str, written: Sequence[_Keys]) -> set[str]:
    """Return the establishments that form a pair with a written one, including the written ones."""
    own, equal, longer = ({key for keys in written for key in keys[part]} for part in range(3))
    # Per name and commune, not per establishment: many of one name would be compared all with all.
    most = _MOST_COMPARED + _MOST_EACH * len({keys.longer[0] for keys in written})
    ids = _matches(connection, tenant_id, equal, longer, most + 1)
    if len(ids) > most:
        return set(_matches(connection, tenant_id, equal, longer, _NO_LIMIT))
    if len(ids) == len(own):
        return set()  # each key matched only the row just written
    query = text(_ROWS.format(ids=list_source(connection, "ids")))
    listed = database.stored_list(connection, sorted(set(ids)))
    rows = connection.execute(query, {"tenant_id": tenant_id, "ids": listed}).all()
    return {record_id for one_id, other in pairs_among(rows) for record_id in (one_id, other.id)}


def _matches(
    connection: Connection, tenant_id: str, equal: Collection[str], longer: Collection[str], most: int
) -> Sequence[str]:
    """Return the ids of establishments with a key in `equal` or with a prefix in `longer`, with repeats."""
    keys_by_list = {"equal": sorted(equal), "longer": sorted(longer)}
    query = text(_MATCHES.format(**{name: list_source(connection, name) for name in keys_by_list}))
    values = {name: database.stored_list(connection, keys) for name, keys in keys_by_list.items()}
    return connection.scalars(query, {"tenant_id": tenant_id, "most": most, **values}).all()


def _compared(projected: ProjectedRecord | None) -> ComparedFields | None:
    """Return the compared fields of an establishment; None if it is not in the register."""
    if projected is None or projected.is_gone:
        return None
    return _fields_of(projected.record.value)


def _fields_of(place: Value) -> ComparedFields:
    return ComparedFields(
        place.name,
        place.establishment_type_id,
        place.unit_id,
        place.registration_number,
        place.lat,
        place.lon,
    )
