"""The totals as they are stored, how far they are, and what is not in them yet."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from field178_server.database import engine as database
from field178_server.database.declarative_base import table_of
from field178_server.database.fast import bulk
from field178_server.database.fast.prepared import Prepared, rows_together
from field178_server.database.models import (
    EstablishmentProjection,
    Feed,
    IndicatorBasis,
    IndicatorCursor,
    IndicatorLink,
    IndicatorPeriod,
    IndicatorSubject,
    IndicatorTotal,
    PlanItemRow,
    Record,
    Scope,
)
from field178_server.office.indicators.source.links import Subject
from field178_server.office.indicators.source.records import TENANT
from field178_server.office.indicators.totals.counts import Codec, Totals
from field178_server.office.indicators.totals.recounting import SubjectPart
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
from field178_shared.records.plan import UNANNOUNCED

ASKED, COUNTING, COUNTED = "asked", "counting", "counted"
_SUBJECT = ("tenant_id", "kind", "subject_id", "part")
_TOTAL = ("tenant_id", "bucket", "unit_id")
_BASIS = Prepared(
    select(IndicatorBasis.basis, IndicatorBasis.steps, IndicatorBasis.windows_ended_on).where(
        IndicatorBasis.tenant_id == TENANT
    )
)
_PERIODS = Prepared(
    select(
        IndicatorPeriod.first_day,
        IndicatorPeriod.end_day,
        IndicatorPeriod.state,
        IndicatorPeriod.reached,
        IndicatorPeriod.months_ended,
        IndicatorPeriod.asked_on,
    )
    .where(IndicatorPeriod.tenant_id == TENANT)
    .order_by(IndicatorPeriod.first_day, IndicatorPeriod.end_day)
)
_SCOPES = Prepared(
    select(Scope.scope, Scope.seq, Scope.floor, IndicatorCursor.seq, IndicatorCursor.floor)
    .outerjoin(
        IndicatorCursor,
        and_(IndicatorCursor.tenant_id == Scope.tenant_id, IndicatorCursor.scope == Scope.scope),
    )
    .where(Scope.tenant_id == TENANT)
    .order_by(Scope.scope)
)
_FEED = Prepared(
    select(Feed.record_id, Feed.seq)
    .where(Feed.tenant_id == TENANT, Feed.scope == bindparam("scope"), Feed.seq > bindparam("since"))
    .order_by(Feed.seq)
    .limit(bindparam("most"))
)
_TOTALS = Prepared(
    select(IndicatorTotal.bucket, IndicatorTotal.unit_id, IndicatorTotal.counts).where(
        IndicatorTotal.tenant_id == TENANT,
        database.among(IndicatorTotal.bucket, bindparam("buckets")),
        database.among(IndicatorTotal.unit_id, bindparam("units")),
    )
)


@dataclass(frozen=True, slots=True)
class KeptPeriod:
    """How far a period is counted, and when somebody asked for it last."""

    state: str
    reached: str
    months_ended: int
    asked_on: date


@dataclass(frozen=True, slots=True)
class CountProgress:
    """How far the counts are: what they were made by, None where nothing is counted, and in how many steps.

    `periods`: those that are kept, the earliest first. `scopes`: seq and floor of each, and those counted.
    `windows_ended_on`: the day as of which windows of unannounced visits that ended are counted.
    """

    basis: str | None
    steps: int
    windows_ended_on: date | None
    periods: Mapping[Period, KeptPeriod]
    scopes: Sequence[tuple[str, int, int, int | None, int | None]]


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


@dataclass(slots=True)
class Sums:
    """The rows of totals that change: those to write, and the keys of those that are nothing now."""

    rows: list[tuple[str, ...]] = field(default_factory=list)
    gone: list[tuple[str, ...]] = field(default_factory=list)


def progress_of_counts(session: Session, tenant_id: str) -> CountProgress:
    """Return how far the counts are."""
    asked = {"tenant_id": tenant_id}
    basis, periods, scopes = rows_together(session, (_BASIS, asked), (_PERIODS, asked), (_SCOPES, asked))
    [(made_by, steps, windows_ended_on)] = basis or [(None, 0, None)]
    kept = {Period(first, end): KeptPeriod(*row) for first, end, *row in periods}
    return CountProgress(made_by, steps, windows_ended_on, kept, scopes)


def totals_stamp(session: Session, tenant_id: str) -> Hashable:
    """Return what changes with the totals: the basis that they are counted by, and the number of steps."""
    query = select(IndicatorBasis.basis, IndicatorBasis.steps).where(IndicatorBasis.tenant_id == tenant_id)
    row = session.execute(query).one_or_none()
    return None if row is None else (row.basis, row.steps)


def unsettled(session: Session, tenant_id: str, progress: CountProgress, today: date, most: int) -> Unsettled:
    """Return the next changes since the totals were settled, so many at most, by the feed of each scope.

    The unannounced visits whose windows ended since are among them, all of them.
    """
    found = Unsettled(_windows_ended(session, tenant_id, progress.windows_ended_on, today))
    found.count = len(found.record_ids)
    for scope, seq, floor, cursor, begun_at in progress.scopes:
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
        asked = {"tenant_id": tenant_id, "scope": scope, "since": since, "most": left}
        rows = _FEED.rows(session, asked)
        found.record_ids.update(record_id for record_id, _ in rows)
        last = rows[-1][1] if rows else since
        found.is_all = found.is_all and len(rows) < left
        found.cursors[scope] = (last if len(rows) == left else max(seq, last), begun_at)
    return found


def _windows_ended(session: Session, tenant_id: str, counted_on: date | None, today: date) -> set[str]:
    """Return the unannounced visits whose windows ended since a day."""
    if counted_on is None or counted_on >= today:
        return set()
    item = PlanItemRow
    query = select(item.record_id).where(
        item.tenant_id == tenant_id,
        # Of the index on year and window: a window ends in its year or in the next.
        item.year.between(counted_on.year - 1, today.year),
        item.window_to >= counted_on,
        item.window_to < today,
        item.kind == UNANNOUNCED,
        item.is_cancelled.is_(False),
    )
    return set(session.scalars(query))


def move_cursors(session: Session, tenant_id: str, cursors: Mapping[str, tuple[int, int]]) -> None:
    """Keep how far the scopes are in the totals."""
    rows = [(tenant_id, scope, *cursor) for scope, cursor in sorted(cursors.items())]
    table = table_of(IndicatorCursor)
    bulk.upsert(session.connection(), table, ("tenant_id", "scope", "seq", "floor"), rows)


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
    bulk.delete(connection, table, _SUBJECT, sorted(gone))
    bulk.upsert(connection, table, (*_SUBJECT, "counts"), sorted(rows))


def sums_of(session: Session, tenant_id: str, codec: Codec, added: Totals) -> Sums:
    """Return what totals are when this is added to them."""
    changed = {bucket: counts for bucket, counts in added.items() if counts}
    found = Sums()
    if not changed:
        return found
    units = set().union(*changed.values())
    stored = read_totals(session, tenant_id, codec, changed, units)
    for bucket, counts in sorted(changed.items()):
        of_bucket = stored.get(bucket, {})
        was = set(of_bucket)
        add_counts(of_bucket, counts)
        for unit_id in sorted(counts):
            if unit_id in of_bucket:
                found.rows.append((tenant_id, bucket, unit_id, codec.written_unit(of_bucket[unit_id])))
            elif unit_id in was:
                found.gone.append((tenant_id, bucket, unit_id))
    return found


def write_totals(session: Session, sums: Sums) -> None:
    """Write the totals of buckets and units that have changed."""
    connection, table = session.connection(), table_of(IndicatorTotal)
    bulk.delete(connection, table, _TOTAL, sums.gone)
    bulk.upsert(connection, table, (*_TOTAL, "counts"), sums.rows)


def read_totals(
    session: Session, tenant_id: str, codec: Codec, buckets: Iterable[str], units: Collection[str]
) -> Totals:
    """Return the totals of buckets and units."""
    found: dict[str, Counts] = {}
    asked = {"tenant_id": tenant_id, "buckets": sorted(buckets), "units": sorted(units)}
    for bucket, unit_id, counts in _TOTALS.rows(session, asked):
        found.setdefault(bucket, {})[unit_id] = codec.read_unit(counts)
    return found


def other_entities(session: Session, tenant_id: str, lists: CodeLists) -> set[Subject]:
    """Return all entities but the establishments: those of the lists, of records, and of returns."""
    found = entities_of_lists(lists)
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


def entities_of_lists(lists: CodeLists) -> set[Subject]:
    """Return the entities that rows of the lists are."""
    rows = ((SCHOOL, lists.schools), (ZONE, lists.zones), (OUTLET, lists.media_outlets))
    return {(kind, one) for kind, places in rows for one in places}


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
