"""Stored totals: reads, writes, progress, and changes that are not settled yet."""

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

REQUESTED, COUNTING, COUNTED = "asked", "counting", "counted"
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
class PeriodProgress:
    """Progress of a kept period, and the day of its last request."""

    state: str
    reached: str
    months_ended: int
    asked_on: date


@dataclass(frozen=True, slots=True)
class CountProgress:
    """Progress of the counts: basis (None: no counts), number of steps, periods and scopes.

    `periods`: kept periods, earliest first. `scopes`: scope, seq, floor, counted seq and counted floor.
    `windows_ended_on`: the day as of which ended windows of unannounced visits are counted.
    """

    basis: str | None
    steps: int
    windows_ended_on: date | None
    periods: Mapping[Period, PeriodProgress]
    scopes: Sequence[tuple[str, int, int, int | None, int | None]]


@dataclass(slots=True)
class Unsettled:
    """Next records with unsettled changes, and the cursors (seq, floor) of scopes after settling them.

    `count`: upper bound of the number of changes. `is_all`: no other changes are left. `is_lost`: changes
    left the feed before they were counted, so that all counts have to be made again.
    """

    record_ids: set[str] = field(default_factory=set)
    cursors: dict[str, tuple[int, int]] = field(default_factory=dict)
    count: int = 0
    is_all: bool = True
    is_lost: bool = False


@dataclass(slots=True)
class Sums:
    """Changed rows of totals: rows to write, and keys of rows to delete."""

    rows: list[tuple[str, ...]] = field(default_factory=list)
    gone: list[tuple[str, ...]] = field(default_factory=list)


def progress_of_counts(session: Session, tenant_id: str) -> CountProgress:
    """Return the progress of the counts."""
    values = {"tenant_id": tenant_id}
    basis, periods, scopes = rows_together(session, (_BASIS, values), (_PERIODS, values), (_SCOPES, values))
    [(made_by, steps, windows_ended_on)] = basis or [(None, 0, None)]
    kept = {Period(first, end): PeriodProgress(*row) for first, end, *row in periods}
    return CountProgress(made_by, steps, windows_ended_on, kept, scopes)


def totals_stamp(session: Session, tenant_id: str) -> Hashable:
    """Return a cache key that changes with the totals: basis and number of steps; None without counts."""
    query = select(IndicatorBasis.basis, IndicatorBasis.steps).where(IndicatorBasis.tenant_id == tenant_id)
    row = session.execute(query).one_or_none()
    return None if row is None else (row.basis, row.steps)


def unsettled(session: Session, tenant_id: str, progress: CountProgress, today: date, most: int) -> Unsettled:
    """Return the next `most` unsettled changes from the feeds of all scopes.

    All unannounced visits whose windows have ended since the last settling are included.
    """
    changes = Unsettled(_windows_ended(session, tenant_id, progress.windows_ended_on, today))
    changes.count = len(changes.record_ids)
    for scope, seq, floor, cursor, begun_at in progress.scopes:
        since, begun_at = cursor or 0, floor if begun_at is None else begun_at
        # Rows above the counted seq have left the feed: their record ids are unknown.
        changes.is_lost = changes.is_lost or floor > max(since, begun_at)
        changes.count += seq - since
        left = most - len(changes.record_ids)
        if seq == since:
            continue
        if left <= 0:
            changes.is_all = False
            continue
        values = {"tenant_id": tenant_id, "scope": scope, "since": since, "most": left}
        rows = _FEED.rows(session, values)
        changes.record_ids.update(record_id for record_id, _ in rows)
        last = rows[-1][1] if rows else since
        changes.is_all = changes.is_all and len(rows) < left
        changes.cursors[scope] = (last if len(rows) == left else max(seq, last), begun_at)
    return changes


def _windows_ended(session: Session, tenant_id: str, counted_on: date | None, today: date) -> set[str]:
    """Return the ids of unannounced visits whose windows ended from `counted_on` until yesterday."""
    if counted_on is None or counted_on >= today:
        return set()
    item = PlanItemRow
    query = select(item.record_id).where(
        item.tenant_id == tenant_id,
        # For the index on year and window: a window ends in its year or in the next.
        item.year.between(counted_on.year - 1, today.year),
        item.window_to >= counted_on,
        item.window_to < today,
        item.kind == UNANNOUNCED,
        item.is_cancelled.is_(False),
    )
    return set(session.scalars(query))


def move_cursors(session: Session, tenant_id: str, cursors: Mapping[str, tuple[int, int]]) -> None:
    """Store the cursors of scopes."""
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
    """Replace the stored counts of subjects: `before` by `after`."""
    connection, table = session.connection(), table_of(IndicatorSubject)
    nothing = Counted()
    there = {part: counted for part, counted in after.items() if counted != nothing}
    gone = [(tenant_id, *part) for part in before if part not in there]
    rows = [
        (tenant_id, *part, codec.written(counted))
        for part, counted in there.items()
        if before.get(part) != counted
    ]
    bulk.delete(connection, table, _SUBJECT, sorted(gone))
    bulk.upsert(connection, table, (*_SUBJECT, "counts"), sorted(rows))


def sums_of(session: Session, tenant_id: str, codec: Codec, added: Totals) -> Sums:
    """Return the changed rows of totals after `added` is added to the stored totals."""
    changed = {bucket: counts for bucket, counts in added.items() if counts}
    sums = Sums()
    if not changed:
        return sums
    units = set().union(*changed.values())
    stored = read_totals(session, tenant_id, codec, changed, units)
    for bucket, counts in sorted(changed.items()):
        of_bucket = stored.get(bucket, {})
        was = set(of_bucket)
        add_counts(of_bucket, counts)
        for unit_id in sorted(counts):
            if unit_id in of_bucket:
                sums.rows.append((tenant_id, bucket, unit_id, codec.written_unit(of_bucket[unit_id])))
            elif unit_id in was:
                sums.gone.append((tenant_id, bucket, unit_id))
    return sums


def write_totals(session: Session, sums: Sums) -> None:
    """Write the changed rows of totals."""
    connection, table = session.connection(), table_of(IndicatorTotal)
    bulk.delete(connection, table, _TOTAL, sums.gone)
    bulk.upsert(connection, table, (*_TOTAL, "counts"), sums.rows)


def read_totals(
    session: Session, tenant_id: str, codec: Codec, buckets: Iterable[str], units: Collection[str]
) -> Totals:
    """Return the stored totals of buckets and units."""
    totals: dict[str, Counts] = {}
    values = {"tenant_id": tenant_id, "buckets": sorted(buckets), "units": sorted(units)}
    for bucket, unit_id, counts in _TOTALS.rows(session, values):
        totals.setdefault(bucket, {})[unit_id] = codec.read_unit(counts)
    return totals


def other_entities(session: Session, tenant_id: str, lists: CodeLists) -> set[Subject]:
    """Return all entities except establishments: from lists, records and returns."""
    entities = entities_of_lists(lists)
    records = select(Record.type, Record.record_id).where(
        Record.tenant_id == tenant_id,
        Record.type.in_(sorted(RECORD_KINDS - {ESTABLISHMENT})),
        Record.deleted.is_(False),
    )
    stated = select(IndicatorLink.kind, IndicatorLink.subject_id).where(
        IndicatorLink.tenant_id == tenant_id, IndicatorLink.kind.in_(sorted(RETURN_KINDS))
    )
    for query in (records, stated.distinct()):
        entities.update((kind, entity_id) for kind, entity_id in session.execute(query))
    return entities


def entities_of_lists(lists: CodeLists) -> set[Subject]:
    """Return the entities of the lists: schools, zones and media outlets."""
    rows = ((SCHOOL, lists.schools), (ZONE, lists.zones), (OUTLET, lists.media_outlets))
    return {(kind, row_id) for kind, places in rows for row_id in places}


def establishments_after(session: Session, tenant_id: str, reached: str, most: int) -> list[Subject]:
    """Return the next `most` establishments of the register after an id, ordered by id."""
    row = EstablishmentProjection
    query = (
        select(row.record_id)
        .where(row.tenant_id == tenant_id, row.record_id > reached)
        .order_by(row.record_id)
        .limit(most)
    )
    return [(ESTABLISHMENT, establishment_id) for establishment_id in session.scalars(query)]


def years_kept(today: date) -> tuple[Period, ...]:
    """Return the periods that are always kept: the last calendar year and this one."""
    return Period.of_year(today.year - 1), Period.of_year(today.year)
