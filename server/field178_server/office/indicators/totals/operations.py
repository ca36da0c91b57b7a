"""Settling: what changed is counted and brought into the totals, step by step, by any process.

It is counted before the transaction that writes it: with SQLite all who write would wait for the counting. A
step is counted by what the steps before it wrote; where another process wrote one meanwhile, it is counted
anew.
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
from field178_server.office.indicators.totals.stored import ASKED, COUNTED, COUNTING, KeptPeriod
from field178_shared.codelists import CodeLists
from field178_shared.indicators.periods import Period
from field178_shared.indicators.subjects import ESTABLISHMENT

STEP = 200
# So many changes are settled within a server, for less than the start of a process takes.
FEW_CHANGES = 50
# For how long a period is kept that nobody asks for.
KEPT_FOR = timedelta(days=400)
# Who settles beside another lets that one go on: of two steps at once one is counted for nothing.
_MEANWHILE_S = 1.0
_ROWS_FORGOTTEN = 2_000
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
    """One step as it was counted: what is left to write. `seen`: how many steps were written before it."""

    seen: int
    write: Callable[[Session], None]
    is_last: bool = False


def settle(engine: Engine, tenant_id: str, lists: CodeLists, today: date, step: int = STEP) -> int:
    """Bring everything into the totals; return how many steps it took."""
    steps = 0
    while settle_step(engine, tenant_id, lists, today, step):
        steps += 1
    return steps


def settle_step(
    engine: Engine, tenant_id: str, lists: CodeLists, today: date, step: int = STEP, run: RunWrite = run_write
) -> bool:
    """Bring the next changes into the totals, or the next entities of a period; False: nothing was left.

    `run`: what runs the transaction that writes it.
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
    """Tell whether a step would find nothing to do."""
    progress = totals.progress_of_counts(session, tenant_id)
    return (
        progress.basis == current_basis(lists)
        and not totals.unsettled(session, tenant_id, progress, today, 1).count
        and _are_counted(progress.periods, today)
    )


def are_few_left(session: Session, tenant_id: str, lists: CodeLists, today: date) -> bool:
    """Tell whether a few changes at most are left to settle, and nothing else."""
    progress = totals.progress_of_counts(session, tenant_id)
    if progress.basis != current_basis(lists) or not _are_counted(progress.periods, today):
        return False
    changes = totals.unsettled(session, tenant_id, progress, today, FEW_CHANGES)
    return not changes.is_lost and changes.count <= FEW_CHANGES


def forget(session: Session, tenant_id: str) -> None:
    """Have all counts made anew from the records: nobody reads them, and settling deletes them first."""
    state = session.get(IndicatorBasis, tenant_id)
    if state is not None:  # else nothing was counted yet
        state.basis, state.steps = "", state.steps + 1


def _forget_some(session: Session, tenant_id: str, table: Table, keys: Sequence[Key]) -> None:
    """Delete some rows of counts, of which the rest is told by nobody until all are gone."""
    session.get_one(IndicatorBasis, tenant_id).basis = ""
    bulk.delete(session.connection(), table, [one.name for one in table.primary_key], keys)


def _begin_anew(session: Session, tenant_id: str, basis: str, today: date) -> None:
    """Begin without any counts; what was merged is not in the feed for ever, and is linked at once."""
    periods = update(IndicatorPeriod).where(IndicatorPeriod.tenant_id == tenant_id)
    session.execute(periods.values(state=ASKED, reached="", months_ended=-1))
    state = session.get_one(IndicatorBasis, tenant_id)
    state.basis, state.windows_ended_on = basis, today
    steps = merge_steps(session, tenant_id)
    write_links(session, tenant_id, {}, {one: frozenset({(MERGED, into)}) for one, into in steps.items()})


def keep_period(session: Session, tenant_id: str, period: Period, today: date) -> None:
    """Keep a period counted from the next settling on, for as long as somebody asks for it now and then."""
    row = session.get(IndicatorPeriod, (tenant_id, period.first, period.end))
    if row is None:
        key = {"tenant_id": tenant_id, "first_day": period.first, "end_day": period.end}
        session.add(IndicatorPeriod(**key, asked_on=today, state=ASKED, reached="", months_ended=-1))
    elif row.asked_on != today:
        row.asked_on = today


def _write(session: Session, tenant_id: str, counted: _Step) -> bool:
    """Write a step; False: another process has written one since this one was counted."""
    claim = session.connection().execute(_CLAIM, {"tenant": tenant_id, "seen": counted.seen})
    if not database.changed_rows(claim):
        if totals.progress_of_counts(session, tenant_id).basis is not None:
            return False
        # Of two that make it at once the second meets the key, and its transaction runs again.
        session.add(IndicatorBasis(tenant_id=tenant_id, steps=1))
        session.flush()
    counted.write(session)
    return True


def _are_counted(periods: Mapping[Period, KeptPeriod], today: date) -> bool:
    """Tell whether the entities of every period are counted as of today."""
    return periods.keys() >= set(totals.years_kept(today)) and all(
        row.state == COUNTED and row.months_ended == one.months_ended(today) for one, row in periods.items()
    )


class _Counting:
    """Counts the next step in one state of the store."""

    def __init__(self, session: Session, tenant_id: str, lists: CodeLists, today: date, step: int) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._lists = lists
        self._today = today
        self._step = step

    def next_step(self) -> _Step | None:
        """Return the next step; None where nothing is left."""
        tenant_id, basis = self._tenant_id, current_basis(self._lists)
        progress = totals.progress_of_counts(self._session, tenant_id)
        seen, periods = progress.steps, progress.periods
        changes = totals.unsettled(self._session, tenant_id, progress, self._today, self._step)
        if progress.basis != basis or changes.is_lost:
            begin = partial(_begin_anew, tenant_id=tenant_id, basis=basis, today=self._today)
            return _Step(seen, self._forgotten() or begin)
        # First, so that the entities of a change are never counted by another day than the rest of a period.
        if (ended := self._months_ended(periods)) is not None:
            return _Step(seen, ended)
        if changes.record_ids or changes.cursors:
            is_last = changes.is_all and _are_counted(periods, self._today)
            return _Step(seen, self._changed(changes, progress), is_last)
        following = self._periods_begun(periods) or self._old_left(periods) or self._entities(periods)
        return None if following is None else _Step(seen, following)

    def _forgotten(self) -> Callable[[Session], None] | None:
        """Delete the next rows of counts; all at once would hold SQLite's writers up for seconds."""
        for table in map(table_of, _TABLES):
            query = select(*table.primary_key).where(table.c.tenant_id == self._tenant_id)
            rows = self._session.execute(query.limit(_ROWS_FORGOTTEN))
            if keys := [tuple(row) for row in rows]:
                return partial(_forget_some, tenant_id=self._tenant_id, table=table, keys=keys)
        return None

    def _months_ended(self, periods: Mapping[Period, KeptPeriod]) -> Callable[[Session], None] | None:
        """Count again what changes when a month of a period ends; None where none has ended."""
        moved = {
            one: replace(row, months_ended=one.months_ended(self._today))
            for one, row in periods.items()
            if row.state == COUNTED and row.months_ended != one.months_ended(self._today)
        }
        if not moved:
            return None
        kinds = aggregates_in_force(self._lists).dated_kinds
        if ESTABLISHMENT in kinds:
            return self._writing(
                None, {one: replace(row, state=COUNTING, reached="") for one, row in moved.items()}
            )
        others = totals.other_entities(self._session, self._tenant_id, self._lists)
        write = self._entities_written(moved, {one for one in others if one[0] in kinds})
        return self._writing(write, moved)

    def _changed(
        self, changes: totals.Unsettled, progress: totals.CountProgress
    ) -> Callable[[Session], None]:
        """Count what changed."""
        begun = [one for one, row in progress.periods.items() if row.state != ASKED]
        recounting = Recounting(self._session, self._tenant_id, self._lists, begun, self._today)
        counted = self._change_written(recounting, recounting.of_changes(changes.record_ids))
        of_tenant = update(_BASIS).where(_BASIS.c.tenant_id == self._tenant_id)
        is_new_day = progress.windows_ended_on != self._today

        def write(session: Session) -> None:
            if is_new_day:
                session.execute(of_tenant.values(windows_ended_on=self._today))
            with pipelined(session.connection()):
                counted(session)
                totals.move_cursors(session, self._tenant_id, changes.cursors)

        return write

    def _periods_begun(self, periods: Mapping[Period, KeptPeriod]) -> Callable[[Session], None] | None:
        wanted = [one for one in totals.years_kept(self._today) if one not in periods]

        def write(session: Session) -> None:
            for one in wanted:
                keep_period(session, self._tenant_id, one, self._today)

        return write if wanted else None

    def _old_left(self, periods: Mapping[Period, KeptPeriod]) -> Callable[[Session], None] | None:
        kept, first_asked = totals.years_kept(self._today), self._today - KEPT_FOR
        old = [one for one, row in periods.items() if one not in kept and row.asked_on <= first_asked]

        def write(session: Session) -> None:
            for one in old:
                _forget_period(session, self._tenant_id, one)

        return write if old else None

    def _entities(self, periods: Mapping[Period, KeptPeriod]) -> Callable[[Session], None] | None:
        """Count the next establishments in periods that have come as far, at the start also all else."""
        open_ = {
            one: replace(
                row,
                state=COUNTING,
                months_ended=one.months_ended(self._today) if row.state == ASKED else row.months_ended,
            )
            for one, row in periods.items()
            if row.state != COUNTED
        }
        if not open_:
            return None
        reached = next(iter(open_.values())).reached
        together = {one: counted for one, counted in open_.items() if counted.reached == reached}
        found = totals.establishments_after(self._session, self._tenant_id, reached, self._step)
        subjects = set(found)
        if not reached:
            subjects |= totals.other_entities(self._session, self._tenant_id, self._lists)
        is_end = len(found) < self._step
        come = {
            one: replace(counted, state=COUNTED) if is_end else replace(counted, reached=found[-1][1])
            for one, counted in together.items()
        }
        return self._writing(self._entities_written(together, subjects), open_ | come)

    def _entities_written(
        self, periods: Collection[Period], subjects: set[Subject]
    ) -> Callable[[Session], None]:
        recounting = Recounting(self._session, self._tenant_id, self._lists, periods, self._today)
        return self._change_written(recounting, recounting.of_entities(subjects))

    def _change_written(self, recounting: Recounting, change: SubjectChange) -> Callable[[Session], None]:
        """Return what writes a change; the sums are made here: who claims the step finds the same totals."""
        tenant_id, codec = self._tenant_id, recounting.codec
        sums = totals.sums_of(self._session, tenant_id, codec, change.totals())

        def write(session: Session) -> None:
            write_links(session, tenant_id, change.links_before, change.links)
            totals.write_subjects(session, tenant_id, codec, change.before, change.after)
            totals.write_totals(session, sums)

        return write

    def _writing(
        self, write: Callable[[Session], None] | None, come: Mapping[Period, KeptPeriod]
    ) -> Callable[[Session], None]:
        """Return what writes counts, where there are any, and how far periods have come by them."""

        def both(session: Session) -> None:
            if write is not None:
                write(session)
            for one, counted in come.items():
                row = session.get_one(IndicatorPeriod, (self._tenant_id, one.first, one.end))
                row.state, row.reached = counted.state, counted.reached
                row.months_ended = counted.months_ended

        return both


def _forget_period(session: Session, tenant_id: str, period: Period) -> None:
    of_part = (IndicatorSubject.tenant_id == tenant_id, IndicatorSubject.part == part_of(period))
    session.execute(delete(IndicatorSubject).where(*of_part))
    for state in (APPROVED, WAITING):
        name = bucket_of(state, part_of(period))
        # PostgreSQL takes no collation within BETWEEN.
        of_bucket = (IndicatorTotal.bucket >= name, IndicatorTotal.bucket <= f"{name}~")
        session.execute(delete(IndicatorTotal).where(IndicatorTotal.tenant_id == tenant_id, *of_bucket))
    session.execute(
        delete(IndicatorPeriod).where(
            IndicatorPeriod.tenant_id == tenant_id,
            IndicatorPeriod.first_day == period.first,
            IndicatorPeriod.end_day == period.end,
        )
    )
