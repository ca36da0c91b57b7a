"""The counts of a period from the totals, with what is not in them yet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

from sqlalchemy.orm import Session

from field178_server.database.models import IndicatorBasis
from field178_server.office.indicators import totals
from field178_server.office.indicators.basis import current_basis
from field178_server.office.indicators.counts import APPROVED, WAITING, Totals, bucket_of
from field178_server.office.indicators.links import Subject
from field178_server.office.indicators.recounting import Recounting, SubjectChange
from field178_server.office.indicators.totals import COUNTED
from field178_shared.codelists import CodeLists
from field178_shared.indicators.buckets import EntityBucket, half_months_in, is_of_half_months
from field178_shared.indicators.counting import Counts, add_counts
from field178_shared.indicators.periods import Period
from field178_shared.indicators.subjects import ESTABLISHMENT, RETURN_KINDS

# With more changes than this, counting every record anew is hardly dearer.
MOST_UNSETTLED = 5_000
_SLICE = 500


@dataclass(frozen=True, slots=True)
class PeriodCounts:
    """The counts that the figures of a period are made of."""

    period: Period
    totals: Totals
    buckets: tuple[EntityBucket, ...]
    _summed: dict[tuple[Period, str], Counts] = field(default_factory=dict)

    def approved(self, period: Period) -> Counts:
        """Return the counts of approved records in the period, or in a month or quarter of it."""
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
        names += [one.name for one in self.buckets if one.period == period]
        for name in names:
            add_counts(found, self.totals.get(bucket_of(state, name), {}))
        return found


def counts_of(
    session: Session, tenant_id: str, lists: CodeLists, period: Period, units: Collection[str], today: date
) -> PeriodCounts | None:
    """Return the counts of units in a period, None where the totals do not tell them.

    What changed since they were settled is counted now; so are the entities of a period that is not kept.
    """
    state = session.get(IndicatorBasis, tenant_id)
    if state is None or state.basis != current_basis(lists) or not is_of_half_months(period):
        return None
    changes = totals.unsettled(session, tenant_id, MOST_UNSETTLED + 1)
    if changes.is_lost or changes.count > MOST_UNSETTLED:
        return None
    reader = _Reader(session, tenant_id, lists, period, today)
    return reader.read(changes.record_ids, units)


class _Reader:
    def __init__(
        self, session: Session, tenant_id: str, lists: CodeLists, period: Period, today: date
    ) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._lists = lists
        self._period = period
        self._today = today
        row = totals.kept_periods(session, tenant_id).get(period)
        self._is_kept = row is not None and row.state == COUNTED
        self._is_of_today = row is not None and row.months_ended == period.months_ended(today)

    def read(self, record_ids: Collection[str], units: Collection[str]) -> PeriodCounts:
        recounting = self._recounting(is_kept=self._is_kept)
        buckets = recounting.aggregates.buckets(self._period, self._today)
        missing = [one for one in buckets if not self._has(one)]
        names = [one.isoformat() for one in half_months_in(self._period)]
        names += [one.name for one in buckets if one not in missing]
        wanted = [bucket_of(state, name) for name in names for state in (APPROVED, WAITING)]
        found = totals.read_totals(self._session, self._tenant_id, recounting.codec, wanted, units)
        change = recounting.of_changes(record_ids)
        added = change.totals()
        for name in wanted:
            add_counts(found.setdefault(name, {}), added.get(name, {}))
        if missing:
            self._count_entities(missing, change, found)
        return PeriodCounts(self._period, found, buckets)

    def _recounting(self, *, is_kept: bool) -> Recounting:
        periods = [self._period] if is_kept else []
        return Recounting(self._session, self._tenant_id, self._lists, periods, self._today)

    def _has(self, bucket: EntityBucket) -> bool:
        return self._is_kept and (self._is_of_today or not bucket.is_dated)

    def _count_entities(
        self, missing: Collection[EntityBucket], change: SubjectChange, found: Totals
    ) -> None:
        kinds = {one.of for bucket in missing for one in bucket.aggregates}
        wanted = [bucket_of(state, one.name) for one in missing for state in (APPROVED, WAITING)]
        for subjects in self._entities(kinds, change):
            # Anew for each slice, so that no more records are in memory than one slice has.
            recounting = self._recounting(is_kept=True)
            counted = SubjectChange(after=recounting.of_entities(subjects, change).after).totals()
            for name in wanted:
                add_counts(found.setdefault(name, {}), counted.get(name, {}))

    def _entities(self, kinds: Collection[str], change: SubjectChange) -> Iterator[list[Subject]]:
        others = totals.other_entities(self._session, self._tenant_id, self._lists)
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
