"""The totals as they are stored, how far they are, and what is not in them yet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.database import engine as database
from field178_server.database.declarative_base import table_of
from field178_server.database.models import (
    EstablishmentProjection,
    Feed,
    IndicatorCursor,
    IndicatorLink,
    IndicatorPeriod,
    IndicatorSubject,
    IndicatorTotal,
    Record,
    Scope,
)
from field178_server.office.indicators.counts import Codec, Totals
from field178_server.office.indicators.links import Subject
from field178_server.office.indicators.recounting import SubjectPart
from field178_server.office.indicators.source import listed
from field178_shared.codelists import CodeLists
from field178_shared.indicators.counting import Counts, add_counts
from field178_shared.indicators.periods import Period
from field178_shared.indicators.subjects import (
    ESTABLISHMENT,
    OUTLET,
    RECORD_KINDS,
    RETURN_KINDS,
    SCHOOL,
    ZONE,
    Counted,
)

ASKED, COUNTING, COUNTED = "asked", "counting", "counted"
_SUBJECT = ("tenant_id", "kind", "subject_id", "part")
_TOTAL = ("tenant_id", "bucket", "unit_id")


@dataclass(slots=True)
class Unsettled:
    """The next records whose changes are not in the totals, and seq and floor of the scopes with them.

    `count`: how many changes there are at most; `is_all`: these are all. `is_lost`: some of them cannot be
    told any more, so that all has to be counted anew.
    """

    record_ids: set[str] = field(default_factory=set)
    cursors: dict[str, tuple[int, int]] = field(default_factory=dict)
    count: int = 0
    is_all: bool = True
    is_lost: bool = False


def unsettled(session: Session, tenant_id: str, most: int) -> Unsettled:
    """Return the next changes since the totals were settled, so many at most, by the feed of each scope."""
    there = (IndicatorCursor.tenant_id == Scope.tenant_id) & (IndicatorCursor.scope == Scope.scope)
    scopes = session.execute(
        select(Scope.scope, Scope.seq, Scope.floor, IndicatorCursor.seq, IndicatorCursor.floor)
        .outerjoin(IndicatorCursor, there)
        .where(Scope.tenant_id == tenant_id)
        .order_by(Scope.scope)
    ).all()
    found = Unsettled()
    for scope, seq, floor, cursor, begun_at in scopes:
        since, begun_at = cursor or 0, floor if begun_at is None else begun_at
        # What left the feed after it was counted and before its going was: nobody can tell what it was.
        found.is_lost = found.is_lost or floor > max(since, begun_at)
        found.count += seq - since
        left = most - len(found.record_ids)
        if seq == since:
            continue
        if left <= 0:
            found.is_all = False
            continue
        query = select(Feed.record_id, Feed.seq).where(
            Feed.tenant_id == tenant_id, Feed.scope == scope, Feed.seq > since
        )
        rows = session.execute(query.order_by(Feed.seq).limit(left)).all()
        found.record_ids.update(record_id for record_id, _ in rows)
        last = rows[-1].seq if rows else since
        found.is_all = found.is_all and len(rows) < left
        found.cursors[scope] = (last if len(rows) == left else max(seq, last), begun_at)
    return found


def move_cursors(session: Session, tenant_id: str, cursors: Mapping[str, tuple[int, int]]) -> None:
    """Keep how far the scopes are in the totals."""
    rows = [(tenant_id, scope, *cursor) for scope, cursor in sorted(cursors.items())]
    table = table_of(IndicatorCursor)
    database.bulk_upsert(session.connection(), table, ("tenant_id", "scope", "seq", "floor"), rows)


def write_subjects(
    session: Session,
    tenant_id: str,
    codec: Codec,
    before: Mapping[SubjectPart, Counted],
    after: Mapping[SubjectPart, Counted],
) -> None:
    """Put what subjects count in the place of what they counted."""
    connection, table = session.connection(), table_of(IndicatorSubject)
    nothing = Counted()
    there = {one: counted for one, counted in after.items() if counted != nothing}
    gone = [(tenant_id, *one) for one in before if one not in there]
    rows = [
        (tenant_id, *one, codec.written(counted))
        for one, counted in there.items()
        if before.get(one) != counted
    ]
    database.bulk_delete(connection, table, _SUBJECT, sorted(gone))
    database.bulk_upsert(connection, table, (*_SUBJECT, "counts"), sorted(rows))


def add_totals(session: Session, tenant_id: str, codec: Codec, added: Totals) -> None:
    """Add to the totals of buckets and units."""
    changed = {bucket: counts for bucket, counts in added.items() if counts}
    if not changed:
        return
    units = set().union(*changed.values())
    stored = read_totals(session, tenant_id, codec, changed, units)
    rows, gone = [], []
    for bucket, counts in changed.items():
        of_bucket = stored.get(bucket, {})
        was = set(of_bucket)
        add_counts(of_bucket, counts)
        for unit_id in counts:
            if unit_id in of_bucket:
                rows.append((tenant_id, bucket, unit_id, codec.written_unit(of_bucket[unit_id])))
            elif unit_id in was:
                gone.append((tenant_id, bucket, unit_id))
    connection, table = session.connection(), table_of(IndicatorTotal)
    database.bulk_delete(connection, table, _TOTAL, sorted(gone))
    database.bulk_upsert(connection, table, (*_TOTAL, "counts"), sorted(rows))


def read_totals(
    session: Session, tenant_id: str, codec: Codec, buckets: Iterable[str], units: Collection[str]
) -> Totals:
    """Return the totals of buckets and units."""
    row = IndicatorTotal
    query = select(row.bucket, row.unit_id, row.counts).where(
        row.tenant_id == tenant_id,
        listed(session, row.bucket, list(buckets)),
        listed(session, row.unit_id, units),
    )
    found: dict[str, Counts] = {}
    for bucket, unit_id, counts in session.execute(query):
        found.setdefault(bucket, {})[unit_id] = codec.read_unit(counts)
    return found


def kept_periods(session: Session, tenant_id: str) -> dict[Period, IndicatorPeriod]:
    """Return the periods that are kept, the earliest first."""
    row = IndicatorPeriod
    query = select(row).where(row.tenant_id == tenant_id).order_by(row.first_day, row.end_day)
    return {Period(one.first_day, one.end_day): one for one in session.scalars(query)}


def other_entities(session: Session, tenant_id: str, lists: CodeLists) -> set[Subject]:
    """Return all entities but the establishments: those of the lists, of records, and of returns."""
    rows = ((SCHOOL, lists.schools), (ZONE, lists.zones), (OUTLET, lists.media_outlets))
    found = {(kind, one) for kind, places in rows for one in places}
    records = select(Record.type, Record.record_id).where(
        Record.tenant_id == tenant_id,
        Record.type.in_(sorted(RECORD_KINDS - {ESTABLISHMENT})),
        Record.deleted.is_(False),
    )
    stated = select(IndicatorLink.kind, IndicatorLink.subject_id).where(
        IndicatorLink.tenant_id == tenant_id, IndicatorLink.kind.in_(sorted(RETURN_KINDS))
    )
    for query in (records, stated.distinct()):
        found.update((kind, one) for kind, one in session.execute(query))
    return found


def establishments_after(session: Session, tenant_id: str, reached: str, most: int) -> list[Subject]:
    """Return the next establishments of the register in the order of their ids."""
    row = EstablishmentProjection
    query = (
        select(row.record_id)
        .where(row.tenant_id == tenant_id, row.record_id > reached)
        .order_by(row.record_id)
        .limit(most)
    )
    return [(ESTABLISHMENT, one) for one in session.scalars(query)]


def years_kept(today: date) -> tuple[Period, ...]:
    """Return the periods that are kept whether anybody asks or not: this calendar year and the last."""
    return Period.of_year(today.year - 1), Period.of_year(today.year)
