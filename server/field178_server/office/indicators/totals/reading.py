"""The counts of periods from the totals, with what is not in them yet."""

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

# More changes than this are settled first: these take a reader two seconds of a core.
MOST_UNSETTLED = 1_000
_SLICE = 500


@dataclass(frozen=True, slots=True)
class PeriodCounts:
    """Counts that figures are made of: events of the whole span, entities of the periods that are told."""

    periods: frozenset[Period]
    totals: Totals
    buckets: tuple[EntityBucket, ...]
    _summed: dict[tuple[Period, str], Counts] = field(default_factory=dict)

    def approved(self, period: Period) -> Counts:
        """Return the counts of approved records in a period, or in a month or quarter of it."""
        return self._sum(period, APPROVED)

    def every(self, period: Period) -> Counts:
        """Return the same with the records that wait for review."""
        return self._sum(period, WAITING)

    def _sum(self, period: Period, state: str) -> Counts:
        if (period, state) in self._summed:
            return self._summed[period, state]
        found = self._summed[period, state] = {}
        if state == WAITING:
            add_counts(found, self.approved(period))
        names = [one.isoformat() for one in half_months_in(period)]
        inside = [one for one in self.buckets if one.period == period]
        # A month can be a period by itself, and a part of several: the same numbers, to be taken once.
        of = period if period in self.periods else min((one.of for one in inside), default=period)
        names += [one.name for one in inside if one.of == of]
        for name in names:
            add_counts(found, self.totals.get(bucket_of(state, name), {}))
        return found


def counts_of(
    session: Session, tenant_id: str, lists: CodeLists, period: Period, units: Collection[str], today: date
) -> PeriodCounts | None:
    """Return the counts of units in a period, None where the totals do not tell them.

    What changed since they were settled is counted now; so are the entities of a period that is not kept.
    """
    return _read(session, tenant_id, _Reader(session, tenant_id, lists, [period], today), units)


def counts_at_hand(
    session: Session,
    tenant_id: str,
    lists: CodeLists,
    periods: Sequence[Period],
    units: Collection[str],
    today: date,
) -> PeriodCounts | None:
    """Return the counts of units in periods within the first, None where the totals do not tell them.

    Entities are told in the periods that are kept and counted as of today, and in no others.
    """
    reader = _Reader(session, tenant_id, lists, periods, today)
    reader.leave_out_uncounted()
    return _read(session, tenant_id, reader, units)


def whole_counts_at_hand(
    session: Session, tenant_id: str, lists: CodeLists, period: Period, units: Collection[str], today: date
) -> PeriodCounts | None:
    """Return the counts of units in a period, None where they or the entities of the period are not told."""
    reader = _Reader(session, tenant_id, lists, [period], today)
    reader.leave_out_uncounted()
    return _read(session, tenant_id, reader, units) if reader.periods else None


def _read(session: Session, tenant_id: str, reader: _Reader, units: Collection[str]) -> PeriodCounts | None:
    if reader.progress.basis != current_basis(reader.lists) or not is_of_half_months(reader.span):
        return None
    changes = totals.unsettled(session, tenant_id, reader.progress, reader.today, MOST_UNSETTLED + 1)
    if changes.is_lost or changes.count > MOST_UNSETTLED:
        return None
    return reader.read(changes.record_ids, units)


class _Reader:
    """Reads the counts of periods; the first of them spans the others."""

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
        """Tell nothing of the entities of periods that are not counted as of today."""
        self.periods = [one for one in self.periods if self._is_kept(one) and self._is_of_today(one)]

    def read(self, record_ids: Collection[str], units: Collection[str]) -> PeriodCounts:
        """Return the counts with what these changed records make of them."""
        recounting = self._recounting([one for one in self.periods if self._is_kept(one)])
        buckets = tuple(
            bucket for one in self.periods for bucket in recounting.aggregates.buckets(one, self.today)
        )
        missing = [one for one in buckets if not self._has(one)]
        names = [one.isoformat() for one in half_months_in(self.span)]
        names += [one.name for one in buckets if one not in missing]
        wanted = [bucket_of(state, name) for name in names for state in (APPROVED, WAITING)]
        found = totals.read_totals(self._session, self._tenant_id, recounting.codec, wanted, units)
        change = recounting.of_changes(record_ids)
        added = change.totals()
        for name in wanted:
            add_counts(found.setdefault(name, {}), added.get(name, {}))
        if missing:
            self._count_entities(missing, change, found)
        return PeriodCounts(frozenset(self.periods), found, buckets)

    def _recounting(self, periods: Collection[Period]) -> Recounting:
        return Recounting(self._session, self._tenant_id, self.lists, periods, self.today)

    def _is_kept(self, period: Period) -> bool:
        return period in self._rows and self._rows[period].state == COUNTED

    def _is_of_today(self, period: Period) -> bool:
        return period in self._rows and self._rows[period].months_ended == period.months_ended(self.today)

    def _has(self, bucket: EntityBucket) -> bool:
        return self._is_kept(bucket.of) and (self._is_of_today(bucket.of) or not bucket.is_dated)

    def _count_entities(
        self, missing: Collection[EntityBucket], change: SubjectChange, found: Totals
    ) -> None:
        kinds = {one.of for bucket in missing for one in bucket.aggregates}
        wanted = [bucket_of(state, one.name) for one in missing for state in (APPROVED, WAITING)]
        for subjects in self._entities(kinds, change):
            # Anew for each slice, so that no more records are in memory than one slice has.
            recounting = self._recounting(self.periods)
            counted = SubjectChange(after=recounting.of_entities(subjects, change).after).totals()
            for name in wanted:
                add_counts(found.setdefault(name, {}), counted.get(name, {}))

    def _entities(self, kinds: Collection[str], change: SubjectChange) -> Iterator[list[Subject]]:
        others = totals.other_entities(self._session, self._tenant_id, self.lists)
        # Agencies and totals that only changes tell of.
        others |= {one for links in change.links.values() for one in links if one[0] in RETURN_KINDS}
        yield from _slices(one for one in sorted(others) if one[0] in kinds)
        reached = ""
        while ESTABLISHMENT in kinds:
            found = totals.establishments_after(self._session, self._tenant_id, reached, _SLICE)
            yield found
            if len(found) < _SLICE:
                return
            reached = found[-1][1]


def _slices(subjects: Iterable[Subject]) -> Iterator[list[Subject]]:
    rest = iter(subjects)
    while found := list(islice(rest, _SLICE)):
        yield found
