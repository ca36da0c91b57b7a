"""Settling of the totals: count changed records and add the counts to the totals, in steps, by any process.

A step is counted before the write transaction: with SQLite all other writers would wait for the counting. The
count depends on the steps before it; if another process wrote a step meanwhile, the step is counted again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial

from sqlalchemy import Engine, Table, bindparam, delete, select, update
from sqlalchemy.orm import Session

from field178_server.database import engine as database
from field178_server.database.declarative_base import table_of
from field178_server.database.fast import bulk
from field178_server.database.fast.pipeline import pipelined
from field178_server.database.models import (
    IndicatorBasis,
    IndicatorCursor,
    IndicatorLink,
    IndicatorPeriod,
    IndicatorSubject,
    IndicatorTotal,
)
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.indicators.source.links import MERGED, Subject, write_links
from field178_server.office.indicators.source.merges import merge_steps
from field178_server.office.indicators.totals import stored as totals
from field178_server.office.indicators.totals.basis import aggregates_in_force, current_basis
from field178_server.office.indicators.totals.counts import APPROVED, WAITING, bucket_of
from field178_server.office.indicators.totals.recounting import Recounting, SubjectChange, part_of
from field178_server.office.indicators.totals.stored import COUNTED, COUNTING, REQUESTED, PeriodProgress
from field178_shared.codelists import CodeLists
from field178_shared.indicators.periods import Period
from field178_shared.indicators.subjects import ESTABLISHMENT

STEP = 200
# Most changes that a server settles itself: 0.2 s of CPU, a quarter of what the start of a process takes.
FEW_CHANGES = 1000
# A period that is not requested for so long is deleted.
KEPT_FOR = timedelta(days=400)
# Wait after a lost claim, so that the other process can go on: of two concurrent steps one is discarded.
_MEANWHILE_S = 1.0
_ROWS_DELETED = 2_000
_TABLES = (IndicatorTotal, IndicatorSubject, IndicatorLink, IndicatorCursor)
_BASIS = table_of(IndicatorBasis)
Key = tuple[object, ...]
RunWrite = Callable[[Engine, Callable[[Session], bool]], bool]
_CLAIM = (
    update(_BASIS)
    .where(_BASIS.c.tenant_id == bindparam("tenant"), _BASIS.c.steps == bindparam("seen"))
    .values(steps=_BASIS.c.steps + 1)
)


@dataclass(frozen=True, slots=True)
class _Step:
    """A counted step that is not written yet. `seen`: number of steps that were written before it."""

    seen: int
    write: Callable[[Session], None]
    is_last: bool = False


def settle(engine: Engine, tenant_id: str, lists: CodeLists, today: date, step: int = STEP) -> int:
    """Settle all changes; return the number of steps."""
    steps = 0
    while settle_step(engine, tenant_id, lists, today, step):
        steps += 1
    return steps


def settle_step(
    engine: Engine, tenant_id: str, lists: CodeLists, today: date, step: int = STEP, run: RunWrite = run_write
) -> bool:
    """Settle the next changes, or the next entities of a period; return whether steps may be left.

    `run`: function that runs the write transaction.
    """
    with snapshot(engine) as session:
        counted = _Counting(session, tenant_id, lists, today, step).next_step()
    if counted is None:
        return False
    if not run(engine, lambda session: _write(session, tenant_id, counted)):
        time.sleep(_MEANWHILE_S)
        return True
    return not counted.is_last


def is_settled(session: Session, tenant_id: str, lists: CodeLists, today: date) -> bool:
    """Return whether the totals are up to date, so that no step is left."""
    progress = totals.progress_of_counts(session, tenant_id)
    return (
        progress.basis == current_basis(lists)
        and not totals.unsettled(session, tenant_id, progress, today, 1).count
        and _are_counted(progress.periods, today)
    )


def are_few_left(session: Session, tenant_id: str, lists: CodeLists, today: date) -> bool:
    """Return whether at most FEW_CHANGES changes are left to settle, and no entities."""
    progress = totals.progress_of_counts(session, tenant_id)
    if progress.basis != current_basis(lists) or not _are_counted(progress.periods, today):
        return False
    changes = totals.unsettled(session, tenant_id, progress, today, FEW_CHANGES)
    return not changes.is_lost and changes.count <= FEW_CHANGES


def invalidate_counts(session: Session, tenant_id: str) -> None:
    """Invalidate all counts: they are no longer read, and the next steps delete and recount them."""
    state = session.get(IndicatorBasis, tenant_id)
    if state is not None:  # None: no counts exist
        state.basis, state.steps = "", state.steps + 1


def _delete_rows(session: Session, tenant_id: str, table: Table, keys: Sequence[Key]) -> None:
    """Delete some rows of counts; the empty basis prevents reads of the other rows."""
    session.get_one(IndicatorBasis, tenant_id).basis = ""
    bulk.delete(session.connection(), table, [column.name for column in table.primary_key], keys)


def _reset(session: Session, tenant_id: str, basis: str, today: date) -> None:
    """Reset basis and periods, and write the links of merges, which may have left the feed."""
    periods = update(IndicatorPeriod).where(IndicatorPeriod.tenant_id == tenant_id)
    session.execute(periods.values(state=REQUESTED, reached="", months_ended=-1))
    state = session.get_one(IndicatorBasis, tenant_id)
    state.basis, state.windows_ended_on = basis, today
    steps = merge_steps(session, tenant_id)
    write_links(
        session, tenant_id, {}, {record_id: frozenset({(MERGED, into)}) for record_id, into in steps.items()}
    )


def keep_period(session: Session, tenant_id: str, period: Period, today: date) -> None:
    """Add a period to the kept periods, or update the day of its last request."""
    row = session.get(IndicatorPeriod, (tenant_id, period.first, period.end))
    if row is None:
        key = {"tenant_id": tenant_id, "first_day": period.first, "end_day": period.end}
        session.add(IndicatorPeriod(**key, asked_on=today, state=REQUESTED, reached="", months_ended=-1))
    elif row.asked_on != today:
        row.asked_on = today


def _write(session: Session, tenant_id: str, counted: _Step) -> bool:
    """Write a step; return False if another process has written a step since this step was counted."""
    claim = session.connection().execute(_CLAIM, {"tenant": tenant_id, "seen": counted.seen})
    if not database.changed_rows(claim):
        if totals.progress_of_counts(session, tenant_id).basis is not None:
            return False
        # If two processes insert the row at once, the second violates the key and its transaction is retried.
        session.add(IndicatorBasis(tenant_id=tenant_id, steps=1))
        session.flush()
    counted.write(session)
    return True


def _are_counted(periods: Mapping[Period, PeriodProgress], today: date) -> bool:
    """Return whether the entities of every period are counted as of today."""
    return periods.keys() >= set(totals.years_kept(today)) and all(
        row.state == COUNTED and row.months_ended == period.months_ended(today)
        for period, row in periods.items()
    )


class _Counting:
    """Counter of the next step in a snapshot of the store."""

    def __init__(self, session: Session, tenant_id: str, lists: CodeLists, today: date, step: int) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._lists = lists
        self._today = today
        self._step = step

    def next_step(self) -> _Step | None:
        """Return the next step; None if no step is left."""
        tenant_id, basis = self._tenant_id, current_basis(self._lists)
        progress = totals.progress_of_counts(self._session, tenant_id)
        seen, periods = progress.steps, progress.periods
        changes = totals.unsettled(self._session, tenant_id, progress, self._today, self._step)
        if progress.basis != basis or changes.is_lost:
            begin = partial(_reset, tenant_id=tenant_id, basis=basis, today=self._today)
            return _Step(seen, self._deletion() or begin)
        # Before the changes, so that all entities of a period are counted as of the same day.
        if (ended := self._recount_ended_months(periods)) is not None:
            return _Step(seen, ended)
        if changes.record_ids or changes.cursors:
            is_last = changes.is_all and _are_counted(periods, self._today)
            return _Step(seen, self._settle_changes(changes, progress), is_last)
        following = (
            self._add_periods(periods) or self._delete_old_periods(periods) or self._count_entities(periods)
        )
        return None if following is None else _Step(seen, following)

    def _deletion(self) -> Callable[[Session], None] | None:
        """Return a write that deletes the next rows of counts; None if no rows are left.

        Deleting all rows at once would block SQLite's writers for seconds.
        """
        for table in map(table_of, _TABLES):
            query = select(*table.primary_key).where(table.c.tenant_id == self._tenant_id)
            rows = self._session.execute(query.limit(_ROWS_DELETED))
            if keys := [tuple(row) for row in rows]:
                return partial(_delete_rows, tenant_id=self._tenant_id, table=table, keys=keys)
        return None

    def _recount_ended_months(
        self, periods: Mapping[Period, PeriodProgress]
    ) -> Callable[[Session], None] | None:
        """Return a write that recounts entities of periods in which a month has ended; None if none has."""
        moved = {
            period: replace(row, months_ended=period.months_ended(self._today))
            for period, row in periods.items()
            if row.state == COUNTED and row.months_ended != period.months_ended(self._today)
        }
        if not moved:
            return None
        kinds = aggregates_in_force(self._lists).dated_kinds
        if ESTABLISHMENT in kinds:
            return self._write_with_progress(
                None, {period: replace(row, state=COUNTING, reached="") for period, row in moved.items()}
            )
        others = totals.other_entities(self._session, self._tenant_id, self._lists)
        write = self._write_entities(moved, {entity for entity in others if entity[0] in kinds})
        return self._write_with_progress(write, moved)

    def _settle_changes(
        self, changes: totals.Unsettled, progress: totals.CountProgress
    ) -> Callable[[Session], None]:
        """Return a write of the counts of changed records."""
        begun = [period for period, row in progress.periods.items() if row.state != REQUESTED]
        recounting = Recounting(self._session, self._tenant_id, self._lists, begun, self._today)
        counted = self._write_change(recounting, recounting.of_changes(changes.record_ids))
        of_tenant = update(_BASIS).where(_BASIS.c.tenant_id == self._tenant_id)
        is_new_day = progress.windows_ended_on != self._today

        def write(session: Session) -> None:
            if is_new_day:
                session.execute(of_tenant.values(windows_ended_on=self._today))
            with pipelined(session.connection()):
                counted(session)
                totals.move_cursors(session, self._tenant_id, changes.cursors)

        return write

    def _add_periods(self, periods: Mapping[Period, PeriodProgress]) -> Callable[[Session], None] | None:
        missing = [period for period in totals.years_kept(self._today) if period not in periods]

        def write(session: Session) -> None:
            for period in missing:
                keep_period(session, self._tenant_id, period, self._today)

        return write if missing else None

    def _delete_old_periods(
        self, periods: Mapping[Period, PeriodProgress]
    ) -> Callable[[Session], None] | None:
        kept, first_asked = totals.years_kept(self._today), self._today - KEPT_FOR
        old = [
            period for period, row in periods.items() if period not in kept and row.asked_on <= first_asked
        ]

        def write(session: Session) -> None:
            for period in old:
                _delete_period(session, self._tenant_id, period)

        return write if old else None

    def _count_entities(self, periods: Mapping[Period, PeriodProgress]) -> Callable[[Session], None] | None:
        """Return a write that counts the next establishments in uncounted periods; None if all are counted.

        The first step of a period also counts all other entities.
        """
        open_ = {
            period: replace(
                row,
                state=COUNTING,
                months_ended=period.months_ended(self._today) if row.state == REQUESTED else row.months_ended,
            )
            for period, row in periods.items()
            if row.state != COUNTED
        }
        if not open_:
            return None
        reached = next(iter(open_.values())).reached
        together = {period: counted for period, counted in open_.items() if counted.reached == reached}
        establishments = totals.establishments_after(self._session, self._tenant_id, reached, self._step)
        subjects = set(establishments)
        if not reached:
            subjects |= totals.other_entities(self._session, self._tenant_id, self._lists)
        is_end = len(establishments) < self._step
        come = {
            period: replace(counted, state=COUNTED)
            if is_end
            else replace(counted, reached=establishments[-1][1])
            for period, counted in together.items()
        }
        return self._write_with_progress(self._write_entities(together, subjects), open_ | come)

    def _write_entities(
        self, periods: Collection[Period], subjects: set[Subject]
    ) -> Callable[[Session], None]:
        recounting = Recounting(self._session, self._tenant_id, self._lists, periods, self._today)
        return self._write_change(recounting, recounting.of_entities(subjects))

    def _write_change(self, recounting: Recounting, change: SubjectChange) -> Callable[[Session], None]:
        """Return a write of a change. Sums are computed now: the claim fails if the totals change."""
        tenant_id, codec = self._tenant_id, recounting.codec
        sums = totals.sums_of(self._session, tenant_id, codec, change.totals())

        def write(session: Session) -> None:
            write_links(session, tenant_id, change.links_before, change.links)
            totals.write_subjects(session, tenant_id, codec, change.before, change.after)
            totals.write_totals(session, sums)

        return write

    def _write_with_progress(
        self, write: Callable[[Session], None] | None, come: Mapping[Period, PeriodProgress]
    ) -> Callable[[Session], None]:
        """Return a write of counts, if any, and of the progress of periods."""

        def both(session: Session) -> None:
            if write is not None:
                write(session)
            for period, counted in come.items():
                row = session.get_one(IndicatorPeriod, (self._tenant_id, period.first, period.end))
                row.state, row.reached = counted.state, counted.reached
                row.months_ended = counted.months_ended

        return both


def _delete_period(session: Session, tenant_id: str, period: Period) -> None:
    of_part = (IndicatorSubject.tenant_id == tenant_id, IndicatorSubject.part == part_of(period))
    session.execute(delete(IndicatorSubject).where(*of_part))
    for state in (APPROVED, WAITING):
        name = bucket_of(state, part_of(period))
        # PostgreSQL refuses a collation within BETWEEN.
        of_bucket = (IndicatorTotal.bucket >= name, IndicatorTotal.bucket <= f"{name}~")
        session.execute(delete(IndicatorTotal).where(IndicatorTotal.tenant_id == tenant_id, *of_bucket))
    session.execute(
        delete(IndicatorPeriod).where(
            IndicatorPeriod.tenant_id == tenant_id,
            IndicatorPeriod.first_day == period.first,
            IndicatorPeriod.end_day == period.end,
        )
    )
