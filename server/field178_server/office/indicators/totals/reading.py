"""Counts of periods from the totals, with changes that are not settled yet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

from sqlalchemy.orm import Session

from field178_server.office.indicators.source.links import Subject
from field178_server.office.indicators.totals import stored as totals
from field178_server.office.indicators.totals.basis import current_basis
from field178_server.office.indicators.totals.counts import APPROVED, WAITING, Totals, bucket_of
from field178_server.office.indicators.totals.recounting import Recounting, SubjectChange
from field178_server.office.indicators.totals.stored import COUNTED
from field178_shared.codelists import CodeLists
from field178_shared.indicators.buckets import EntityBucket, half_months_in, is_of_half_months
from field178_shared.indicators.counting import Counts, add_counts
from field178_shared.indicators.periods import Period
from field178_shared.indicators.subjects import ESTABLISHMENT, RETURN_KINDS

# Most unsettled changes that a request counts; this takes two seconds of a core.
MOST_UNSETTLED = 1_000
_SLICE = 500


@dataclass(frozen=True, slots=True)
class PeriodCounts:
    """Counts of units: events of the whole span, and entities of `periods`."""

    periods: frozenset[Period]
    totals: Totals
    buckets: tuple[EntityBucket, ...]
    _summed: dict[tuple[Period, str], Counts] = field(default_factory=dict)

    def approved(self, period: Period) -> Counts:
        """Return the counts of approved records in a period, or in a month or quarter of it."""
        return self._sum(period, APPROVED)

    def every(self, period: Period) -> Counts:
        """Return the counts of approved records and records in review in a period."""
        return self._sum(period, WAITING)

    def _sum(self, period: Period, state: str) -> Counts:
        if (period, state) in self._summed:
            return self._summed[period, state]
        counts = self._summed[period, state] = {}
        if state == WAITING:
            add_counts(counts, self.approved(period))
        names = [first_day.isoformat() for first_day in half_months_in(period)]
        inside = [bucket for bucket in self.buckets if bucket.period == period]
        # A month may be a period itself and a part of several periods, with equal counts: add them once.
        of = period if period in self.periods else min((bucket.of for bucket in inside), default=period)
        names += [bucket.name for bucket in inside if bucket.of == of]
        for name in names:
            add_counts(counts, self.totals.get(bucket_of(state, name), {}))
        return counts


def counts_of(
    session: Session, tenant_id: str, lists: CodeLists, period: Period, units: Collection[str], today: date
) -> PeriodCounts | None:
    """Return the counts of units in a period; None if the totals are not usable (see `_read`).

    Unsettled changes, and the entities of a period that is not kept, are counted now.
    """
    return _read(session, tenant_id, _Reader(session, tenant_id, lists, [period], today), units)


def available_counts(
    session: Session,
    tenant_id: str,
    lists: CodeLists,
    periods: Sequence[Period],
    units: Collection[str],
    today: date,
) -> PeriodCounts | None:
    """Return the counts of units in the first period and in periods within it.

    Returns None if the totals are not usable (see `_read`). Entities are counted only in periods that are
    kept and counted as of today.
    """
    reader = _Reader(session, tenant_id, lists, periods, today)
    reader.leave_out_uncounted()
    return _read(session, tenant_id, reader, units)


def available_whole_counts(
    session: Session, tenant_id: str, lists: CodeLists, period: Period, units: Collection[str], today: date
) -> PeriodCounts | None:
    """Return the counts of units in a period; None if events or entities of the period are not counted."""
    reader = _Reader(session, tenant_id, lists, [period], today)
    reader.leave_out_uncounted()
    return _read(session, tenant_id, reader, units) if reader.periods else None


def _read(session: Session, tenant_id: str, reader: _Reader, units: Collection[str]) -> PeriodCounts | None:
    """Return the counts of a reader; None if the totals are not usable.

    This is if the lists have changed since the count, if too many changes are not settled, or if the span
    does not consist of half-months.
    """
    if reader.progress.basis != current_basis(reader.lists) or not is_of_half_months(reader.span):
        return None
    changes = totals.unsettled(session, tenant_id, reader.progress, reader.today, MOST_UNSETTLED + 1)
    if changes.is_lost or changes.count > MOST_UNSETTLED:
        return None
    return reader.read(changes.record_ids, units)


class _Reader:
    """Reader of the counts of periods. The first period spans the others."""

    def __init__(
        self, session: Session, tenant_id: str, lists: CodeLists, periods: Sequence[Period], today: date
    ) -> None:
        self.lists = lists
        self.span = periods[0]
        self._session = session
        self._tenant_id = tenant_id
        self.periods = list(periods)
        self.today = today
        self.progress = totals.progress_of_counts(session, tenant_id)
        self._rows = self.progress.periods

    def leave_out_uncounted(self) -> None:
        """Skip the entity counts of periods that are not counted as of today."""
        self.periods = [
            period for period in self.periods if self._is_kept(period) and self._is_of_today(period)
        ]

    def read(self, record_ids: Collection[str], units: Collection[str]) -> PeriodCounts:
        """Return the counts of units with the changed records added."""
        recounting = self._recounting([period for period in self.periods if self._is_kept(period)])
        buckets = tuple(
            bucket for period in self.periods for bucket in recounting.aggregates.buckets(period, self.today)
        )
        missing = [bucket for bucket in buckets if not self._has(bucket)]
        names = [first_day.isoformat() for first_day in half_months_in(self.span)]
        names += [bucket.name for bucket in buckets if bucket not in missing]
        stored_names = [bucket_of(state, name) for name in names for state in (APPROVED, WAITING)]
        sums = totals.read_totals(self._session, self._tenant_id, recounting.codec, stored_names, units)
        change = recounting.of_changes(record_ids)
        added = change.totals()
        for name in stored_names:
            add_counts(sums.setdefault(name, {}), added.get(name, {}))
        if missing:
            self._count_entities(missing, change, sums)
        return PeriodCounts(frozenset(self.periods), sums, buckets)

    def _recounting(self, periods: Collection[Period]) -> Recounting:
        return Recounting(self._session, self._tenant_id, self.lists, periods, self.today)

    def _is_kept(self, period: Period) -> bool:
        return period in self._rows and self._rows[period].state == COUNTED

    def _is_of_today(self, period: Period) -> bool:
        return period in self._rows and self._rows[period].months_ended == period.months_ended(self.today)

    def _has(self, bucket: EntityBucket) -> bool:
        return self._is_kept(bucket.of) and (self._is_of_today(bucket.of) or not bucket.is_dated)

    def _count_entities(self, missing: Collection[EntityBucket], change: SubjectChange, sums: Totals) -> None:
        kinds = {aggregate.of for bucket in missing for aggregate in bucket.aggregates}
        names = [bucket_of(state, bucket.name) for bucket in missing for state in (APPROVED, WAITING)]
        for subjects in self._entities(kinds, change):
            # One instance for each slice, so that memory contains the records of one slice only.
            recounting = self._recounting(self.periods)
            counted = SubjectChange(after=recounting.of_entities(subjects, change).after).totals()
            for name in names:
                add_counts(sums.setdefault(name, {}), counted.get(name, {}))

    def _entities(self, kinds: Collection[str], change: SubjectChange) -> Iterator[list[Subject]]:
        others = totals.other_entities(self._session, self._tenant_id, self.lists)
        # Agencies and denominators that only unsettled changes name.
        others |= {
            subject for links in change.links.values() for subject in links if subject[0] in RETURN_KINDS
        }
        yield from _slices(subject for subject in sorted(others) if subject[0] in kinds)
        reached = ""
        while ESTABLISHMENT in kinds:
            establishments = totals.establishments_after(self._session, self._tenant_id, reached, _SLICE)
            yield establishments
            if len(establishments) < _SLICE:
                return
            reached = establishments[-1][1]


def _slices(subjects: Iterable[Subject]) -> Iterator[list[Subject]]:
    rest = iter(subjects)
    while part := list(islice(rest, _SLICE)):
        yield part
