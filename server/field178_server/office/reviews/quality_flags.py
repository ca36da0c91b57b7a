"""Quality flags of stored records; their facts are read with a constant number of statements."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    bindparam,
    exists,
    extract,
    func,
    select,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from field178_server.attachments.queries import RecordFileCount, file_counts
from field178_server.database.models import EstablishmentProjection, FiledFacet, FiledRecord, Record
from field178_server.office.reviews.answers import answers_to
from field178_server.records.counted_visits import IS_VISITED
from field178_server.records.find_record import merge_targets_of
from field178_server.records.projections.facets import ESTABLISHMENT
from field178_shared.codelists import CodeLists, load
from field178_shared.merge import Data
from field178_shared.record_type import RecordType
from field178_shared.records.review import ReviewState
from field178_shared.rules import Problem
from field178_shared.rules.quality_flags import FlagContext, quality_flags

# Path of a flag that concerns the whole record and no field.
WHOLE = "_deleted"
# More records than two queues search; a cached record takes a kilobyte.
_MOST_CACHED = 5000
_NO_FILES = RecordFileCount(0, 0)
_DAY_S = 86_400


class _Place(NamedTuple):
    """Fields of an establishment that flags depend on."""

    name: str
    establishment_type_id: str
    lat: int | None
    lon: int | None


@dataclass(frozen=True, slots=True)
class _Facts:
    """Facts from which a record's flags are computed, besides the lists; contents as hashes."""

    record_id: str
    type: str
    h: str
    received_at: datetime
    place: _Place | None
    others: tuple[tuple[str, str], ...]
    files: RecordFileCount
    answers: tuple[str, ...]


class _FlagCache:
    """Cache of computed flags; the key is all facts they depend on, so that no entry is out of date."""

    def __init__(self, lists: tuple[object, ...]) -> None:
        self.lists = lists
        self._flags: dict[_Facts, tuple[Problem, ...]] = {}

    def get(self, facts: _Facts) -> tuple[Problem, ...] | None:
        """Return the cached flags of these facts, None if they are not cached."""
        return self._flags.get(facts)

    def keep(self, computed: Mapping[_Facts, tuple[Problem, ...]]) -> None:
        """Store computed flags of records; clear the cache first if it would become too large."""
        if len(self._flags) + len(computed) > _MOST_CACHED:
            self._flags.clear()
        # Texts of answers are not cached: an answer may be erased.
        self._flags.update((facts, flags) for facts, flags in computed.items() if not facts.answers)


_cache = _FlagCache(())


def flags_of(session: Session, tenant_id: str, record_ids: Collection[str]) -> dict[str, tuple[Problem, ...]]:
    """Return the flags of filed records by id; records without flags are left out."""
    facts = _facts(session, tenant_id, sorted(record_ids))
    cached, flags_by_id, new = _cache_for(load()), dict[str, tuple[Problem, ...]](), list[_Facts]()
    for record_facts in facts:
        flags = cached.get(record_facts)
        if flags is None:
            new.append(record_facts)
        elif flags:
            flags_by_id[record_facts.record_id] = flags
    if new:
        bodies = _bodies(session, tenant_id, new)
        computed = {record_facts: _computed(record_facts, bodies) for record_facts in new}
        cached.keep(computed)
        flags_by_id |= {record_facts.record_id: flags for record_facts, flags in computed.items() if flags}
    return flags_by_id


def _cache_for(lists: CodeLists) -> _FlagCache:
    """Return the cache for the present content of the lists (the object is updated in place)."""
    global _cache
    content = tuple(getattr(lists, field.name) for field in fields(lists))
    cached = _cache
    if cached.lists != content:
        cached = _cache = _FlagCache(content)
    return cached


def _computed(facts: _Facts, bodies: Mapping[str, Data]) -> tuple[Problem, ...]:
    context = FlagContext(
        received_at=facts.received_at,
        establishment=facts.place._asdict() if facts.place else {},
        others={record_id: bodies[record_id] for record_id, _ in facts.others},
        files_named=facts.files.named,
        files_come=facts.files.come,
        answers=tuple((WHOLE, text) for text in facts.answers),
    )
    return quality_flags(facts.type, bodies[facts.record_id], load(), context)


def _facts(session: Session, tenant_id: str, record_ids: Sequence[str]) -> list[_Facts]:
    parameters = {"tenant_id": tenant_id, "record_ids": record_ids}
    rows = session.execute(_facts_query(), parameters).all()
    if not rows:
        return []
    merged = _merged_places(session, tenant_id, rows)
    others = _others(session, parameters, frozenset(row.type == RecordType.INSPECTION for row in rows))
    files = file_counts(session, tenant_id, [row.record_id for row in rows])
    reviewed = [row.record_id for row in rows if row.review_state != ReviewState.WAITING]
    answers = answers_to(session, tenant_id, reviewed) if reviewed else {}
    return [
        _Facts(
            record_id,
            type_,
            h,
            received_at,
            _Place(*place) if place_id else merged.get(establishment_id),
            tuple(others.get(record_id, ())),
            files.get(record_id, _NO_FILES),
            tuple(stored.answer.text for stored in answers.get(record_id, ())),
        )
        for record_id, type_, h, received_at, _, establishment_id, place_id, *place in rows
    ]


def _bodies(session: Session, tenant_id: str, facts: Sequence[_Facts]) -> dict[str, Data]:
    """Return the contents of these records and of their possible duplicates."""
    record_ids = {record_facts.record_id for record_facts in facts} | {
        key for record_facts in facts for key, _ in record_facts.others
    }
    query = select(Record.record_id, Record.body).where(
        Record.tenant_id == tenant_id, Record.record_id.in_(sorted(record_ids))
    )
    return {record_id: json.loads(body) for record_id, body in session.execute(query)}


def _merged_places(session: Session, tenant_id: str, rows: Sequence[Any]) -> dict[str, _Place]:
    """Return the places of merge targets by the id of the merged establishment."""
    gone = {row.establishment_id for row in rows if row.establishment_id and row.place_id is None}
    targets = merge_targets_of(session, tenant_id, gone) if gone else {}
    columns = (getattr(EstablishmentProjection, name) for name in _Place._fields)
    query = select(EstablishmentProjection.record_id, *columns).where(
        EstablishmentProjection.tenant_id == tenant_id,
        EstablishmentProjection.record_id.in_(sorted(set(targets.values()))),
    )
    places = {row[0]: _Place(*row[1:]) for row in session.execute(query)} if targets else {}
    return {alias: places[target] for alias, target in targets.items() if target in places}


def _others(
    session: Session, parameters: Mapping[str, object], are_visits: frozenset[bool]
) -> dict[str, list[tuple[str, str]]]:
    """Return possible duplicates of each record (same visit or session) with their content hashes."""
    others_by_id: dict[str, list[tuple[str, str]]] = {}
    for record_id, other_id, h in session.execute(_pairs_query(are_visits), parameters):
        if other_id is not None:
            others_by_id.setdefault(record_id, []).append((other_id, h))
    return {record_id: sorted(others) for record_id, others in others_by_id.items()}


# Cached: building these queries with their aliases takes longer than SQLite takes to run them.
@cache
def _facts_query() -> Select[Any]:
    place = EstablishmentProjection
    return (
        select(
            FiledRecord.record_id,
            FiledRecord.type,
            Record.h,
            FiledRecord.received_at,
            FiledRecord.review_state,
            FiledRecord.establishment_id,
            place.record_id.label("place_id"),
            *(getattr(place, name) for name in _Place._fields),
        )
        .join(Record, _is_content_of(FiledRecord))
        .outerjoin(place, IS_VISITED)
        .where(*_is_requested())
    )


@cache
def _pairs_query(are_visits: frozenset[bool]) -> CompoundSelect[Any]:
    return union_all(*(_pairs(is_visit=is_visit) for is_visit in sorted(are_visits)))


def _is_requested() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    ids: BindParameter[str] = bindparam("record_ids", expanding=True)
    return FiledRecord.tenant_id == bindparam("tenant_id"), FiledRecord.record_id.in_(ids)


def _pairs(*, is_visit: bool) -> Select[str, str, str]:
    """Return the query of each requested record with its possible duplicates.

    Outer joins, and an instant that the index of lists does not contain, make SQLite start with the requested
    records and follow an index to the others, instead of starting with all others or scanning that index.
    """
    other = aliased(FiledRecord)
    is_other = and_(
        other.tenant_id == FiledRecord.tenant_id,
        other.record_id != FiledRecord.record_id,
        other.review_state != ReviewState.VOID,
    )
    is_same = and_(*(_same_visit if is_visit else _same_session)(other))
    return (
        select(FiledRecord.record_id, other.record_id.label("other_id"), Record.h)
        .outerjoin_from(FiledRecord, other, and_(is_other, is_same))
        .outerjoin(Record, _is_content_of(other))
        .where(*_is_requested(), FiledRecord.received_at.is_not(None))
    )


def _same_visit(other: type[FiledRecord]) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions of two records of one visit: same establishment, at most a day apart.

    Only visits have an establishment. A day of tolerance covers visits around midnight.
    """
    yield other.establishment_id == FiledRecord.establishment_id
    apart = extract("epoch", other.occurred_on) - extract("epoch", FiledRecord.occurred_on)
    yield func.abs(apart) <= _DAY_S
    yield other.received_at.is_not(None)


def _same_session(other: type[FiledRecord]) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions of two records of one session: same day, form and an establishment."""
    yield and_(FiledRecord.type == RecordType.OUTREACH_SESSION, other.type == RecordType.OUTREACH_SESSION)
    yield other.occurred_on == FiledRecord.occurred_on
    yield other.kind == FiledRecord.kind
    here, there = aliased(FiledFacet), aliased(FiledFacet)
    yield exists().where(
        here.tenant_id == FiledRecord.tenant_id,
        here.record_id == FiledRecord.record_id,
        here.kind == ESTABLISHMENT,
        there.kind == ESTABLISHMENT,
        there.value == here.value,
        there.tenant_id == other.tenant_id,
        there.record_id == other.record_id,
    )


def _is_content_of(filed: type[FiledRecord]) -> ColumnElement[bool]:
    return and_(Record.tenant_id == filed.tenant_id, Record.record_id == filed.record_id)
