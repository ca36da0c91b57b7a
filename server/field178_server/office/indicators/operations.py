"""Settling: what changed is brought into the totals, in short transactions that any process may run."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta

from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from field178_server.database.models import (
    IndicatorBasis,
    IndicatorCursor,
    IndicatorLink,
    IndicatorPeriod,
    IndicatorSubject,
    IndicatorTotal,
)
from field178_server.database.unit_of_work import run_write
from field178_server.office.indicators import totals
from field178_server.office.indicators.basis import aggregates_in_force, current_basis
from field178_server.office.indicators.counts import APPROVED, WAITING, bucket_of
from field178_server.office.indicators.links import MERGED, Subject, merge_steps, write_links
from field178_server.office.indicators.recounting import Recounting, SubjectChange, part_of
from field178_server.office.indicators.totals import ASKED, COUNTED, COUNTING
from field178_shared.codelists import CodeLists
from field178_shared.indicators.periods import Period
from field178_shared.indicators.subjects import ESTABLISHMENT

STEP = 200
# For how long a period is kept that nobody asks for.
KEPT_FOR = timedelta(days=400)
_TABLES = (IndicatorTotal, IndicatorSubject, IndicatorLink, IndicatorCursor)


def settle(engine: Engine, tenant_id: str, lists: CodeLists, today: date, step: int = STEP) -> int:
    """Bring everything into the totals, a step a transaction; return how many steps it took."""
    steps = 0
    while run_write(engine, lambda session: settle_step(session, tenant_id, lists, today, step)):
        steps += 1
    return steps


def settle_step(session: Session, tenant_id: str, lists: CodeLists, today: date, step: int = STEP) -> bool:
    """Bring the next changes into the totals, or the next entities of a period; False: nothing was left.

    Who settles holds the row of the basis: no two processes count the same change.
    """
    state = _locked(session, tenant_id)
    changes = totals.unsettled(session, tenant_id, step)
    if state.basis != (basis := current_basis(lists)) or changes.is_lost:
        _begin_anew(session, tenant_id)
        state.basis = basis
        return True
    periods = totals.kept_periods(session, tenant_id)
    counting = _Periods(session, tenant_id, lists, today, step)
    # First, so that the entities of a change are never counted by another day than the rest of a period.
    if counting.follow_day(periods):
        return True
    if changes.cursors:
        begun = [one for one, row in periods.items() if row.state != ASKED]
        recounting = Recounting(session, tenant_id, lists, begun, today)
        _write(session, tenant_id, recounting, recounting.of_changes(changes.record_ids))
        totals.move_cursors(session, tenant_id, changes.cursors)
        return not changes.is_all or not counting.are_counted(periods)
    return counting.next_step(periods)


def is_settled(session: Session, tenant_id: str, lists: CodeLists, today: date) -> bool:
    """Tell whether a step would find nothing to do."""
    state = session.get(IndicatorBasis, tenant_id)
    if state is None or state.basis != current_basis(lists) or totals.unsettled(session, tenant_id, 1).count:
        return False
    periods = totals.kept_periods(session, tenant_id)
    return _Periods(session, tenant_id, lists, today, STEP).are_counted(periods)


def forget(session: Session, tenant_id: str) -> None:
    """Delete all counts: they are made anew from the records."""
    for table in _TABLES:
        session.execute(delete(table).where(table.tenant_id == tenant_id))
    for row in totals.kept_periods(session, tenant_id).values():
        row.state, row.reached, row.months_ended = ASKED, "", -1
    session.get_one(IndicatorBasis, tenant_id).basis = ""


def _begin_anew(session: Session, tenant_id: str) -> None:
    """Forget all counts; what was merged is not in the feed for ever, and is linked at once."""
    forget(session, tenant_id)
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


def _locked(session: Session, tenant_id: str) -> IndicatorBasis:
    query = select(IndicatorBasis).where(IndicatorBasis.tenant_id == tenant_id).with_for_update()
    if (found := session.scalar(query)) is None:
        # Of two that make it at once the second meets the key, and its transaction runs again.
        found = IndicatorBasis(tenant_id=tenant_id, basis="")
        session.add(found)
        session.flush()
    return found


def _write(session: Session, tenant_id: str, recounting: Recounting, change: SubjectChange) -> None:
    session.flush()
    write_links(session, tenant_id, change.links_before, change.links)
    totals.write_subjects(session, tenant_id, recounting.codec, change.before, change.after)
    totals.add_totals(session, tenant_id, recounting.codec, change.totals())


class _Periods:
    """Counts the entities of the periods that are kept."""

    def __init__(self, session: Session, tenant_id: str, lists: CodeLists, today: date, step: int) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._lists = lists
        self._today = today
        self._step = step

    def are_counted(self, periods: Mapping[Period, IndicatorPeriod]) -> bool:
        """Tell whether the entities of every period are counted as of today."""
        return periods.keys() >= set(totals.years_kept(self._today)) and all(
            row.state == COUNTED and row.months_ended == one.months_ended(self._today)
            for one, row in periods.items()
        )

    def next_step(self, periods: dict[Period, IndicatorPeriod]) -> bool:
        """Count the next entities; False where every period is counted."""
        wanted = [one for one in totals.years_kept(self._today) if one not in periods]
        for one in wanted:
            keep_period(self._session, self._tenant_id, one, self._today)
        if wanted:
            return True
        if any([self._forget_old(one, row) for one, row in periods.items()]):
            return True
        for period, row in periods.items():
            if row.state == ASKED:
                row.state, row.months_ended = COUNTING, period.months_ended(self._today)
        open_ = [(one, row) for one, row in periods.items() if row.state == COUNTING]
        if not open_:
            return False
        reached = open_[0][1].reached
        self._count_on({one: row for one, row in open_ if row.reached == reached})
        return True

    def _forget_old(self, period: Period, row: IndicatorPeriod) -> bool:
        if period in totals.years_kept(self._today) or row.asked_on > self._today - KEPT_FOR:
            return False
        of_part = (
            IndicatorSubject.tenant_id == self._tenant_id,
            IndicatorSubject.part == part_of(period),
        )
        self._session.execute(delete(IndicatorSubject).where(*of_part))
        for state in (APPROVED, WAITING):
            name = bucket_of(state, part_of(period))
            # PostgreSQL takes no collation within BETWEEN.
            of_bucket = (IndicatorTotal.bucket >= name, IndicatorTotal.bucket <= f"{name}~")
            self._session.execute(
                delete(IndicatorTotal).where(IndicatorTotal.tenant_id == self._tenant_id, *of_bucket)
            )
        self._session.delete(row)
        return True

    def _count_on(self, open_: dict[Period, IndicatorPeriod]) -> None:
        """Count the next establishments in periods that have come as far, at the start also all else."""
        reached = next(iter(open_.values())).reached
        found = totals.establishments_after(self._session, self._tenant_id, reached, self._step)
        subjects = set(found)
        if not reached:
            subjects |= totals.other_entities(self._session, self._tenant_id, self._lists)
        self._count(open_, subjects)
        for row in open_.values():
            if len(found) < self._step:
                row.state = COUNTED
            else:
                row.reached = found[-1][1]

    def follow_day(self, periods: dict[Period, IndicatorPeriod]) -> bool:
        """Count again what changes when a month of a period ends; False where none has ended."""
        moved = {
            one: row
            for one, row in periods.items()
            if row.state == COUNTED and row.months_ended != one.months_ended(self._today)
        }
        if not moved:
            return False
        kinds = aggregates_in_force(self._lists).dated_kinds
        for period, row in moved.items():
            row.months_ended = period.months_ended(self._today)
            if ESTABLISHMENT in kinds:
                row.state, row.reached = COUNTING, ""
        if ESTABLISHMENT not in kinds:
            others = totals.other_entities(self._session, self._tenant_id, self._lists)
            self._count(moved, {one for one in others if one[0] in kinds})
        return True

    def _count(self, periods: Collection[Period], subjects: set[Subject]) -> None:
        recounting = Recounting(self._session, self._tenant_id, self._lists, periods, self._today)
        _write(self._session, self._tenant_id, recounting, recounting.of_entities(subjects))
