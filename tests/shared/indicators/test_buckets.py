"""Buckets: what is in them adds up to the counts of a period."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.shared.indicators.conftest import OTHER_UNIT, UNIT, establishment, reached, session, visit

from field178_shared.codelists import CodeLists, load, read_lists
from field178_shared.codelists.loading import released_files
from field178_shared.indicators.basis import basis_of
from field178_shared.indicators.buckets import (
    Aggregates,
    half_month_of,
    half_months_in,
    is_of_half_months,
)
from field178_shared.indicators.counting import Counts, add_counts
from field178_shared.indicators.entities import EstablishmentEntity
from field178_shared.indicators.events import CountedRecord, events_of
from field178_shared.indicators.facts import Facts
from field178_shared.indicators.periods import Period
from field178_shared.indicators.subjects import count_of_entity, count_of_events, difference

TODAY = date(2024, 6, 20)
YEAR, ND_09 = Period.of_year(2024), Period(date(2023, 12, 15), date(2024, 12, 15))
days = st.dates(date(2023, 11, 1), date(2025, 2, 28))


@given(day=days)
def test_every_day_lies_in_one_half_month_of_its_period(day: date) -> None:
    for period in (YEAR, ND_09, Period(date(2024, 1, 15), date(2024, 2, 1))):
        inside = half_months_in(period)
        assert (half_month_of(day) in inside) == (day in period)
        assert sum(half_month <= day < _next(half_month) for half_month in inside) == (day in period)


def _next(first: date) -> date:
    return half_month_of(first + timedelta(days=17))


def test_periods_of_other_days_are_not_made_of_half_months() -> None:
    assert is_of_half_months(YEAR)
    assert is_of_half_months(ND_09)
    assert not is_of_half_months(Period(date(2024, 3, 3), date(2024, 4, 1)))


def test_only_numbers_that_change_when_a_month_ends_carry_the_months_in_their_name() -> None:
    aggregates = Aggregates(load())
    before, after = (
        {bucket.name for bucket in aggregates.buckets(YEAR, day)}
        for day in (date(2024, 3, 31), date(2024, 4, 1))
    )
    assert before - after == {"2024-01-01/2025-01-01 +2"}
    assert after - before == {"2024-01-01/2025-01-01 +3"}
    assert aggregates.dated_kinds == {"media_outlet"}


def test_parts_are_counted_only_for_requested_aggregates() -> None:
    buckets = Aggregates(load()).buckets(YEAR, TODAY)
    kinds = {aggregate.of for bucket in buckets if bucket.period != YEAR for aggregate in bucket.aggregates}
    assert kinds == {"media_outlet"}
    assert {bucket.period for bucket in buckets} == {YEAR, *YEAR.all_parts()}


@settings(max_examples=30)
@given(visits=st.lists(st.tuples(days, st.integers(0, 9), st.sampled_from([UNIT, OTHER_UNIT])), max_size=8))
def test_events_and_entities_add_up_to_the_counts_of_a_full_count(
    visits: list[tuple[date, int, str]],
) -> None:
    lists, place = load(), establishment(first_seen_on="2023-12-20")
    filed: list[CountedRecord] = [
        visit(f"v{n}", str(day), unit=unit, workers_total=workers, ou_done="yes")
        for n, (day, workers, unit) in enumerate(visits)
    ]
    filed += [
        session(f"s{n}", str(day), unit, audiences={"workers_at_risk": reached(workers)}, establishments={})
        for n, (day, workers, unit) in enumerate(visits)
    ]
    for period in (YEAR, ND_09):
        expected = Facts(lists, [place, *filed], TODAY).counts_of(period)
        assert _added(lists, place, filed, period) == {
            name: counts for name, counts in expected.items() if counts
        }


def _added(lists: CodeLists, place: CountedRecord, filed: list[CountedRecord], period: Period) -> Counts:
    aggregates, counts_of_all = Aggregates(lists), dict[str, dict[str, Counter[str]]]()
    half_months = {half_month.isoformat() for half_month in half_months_in(period)}
    for record in filed:
        for name, counts in count_of_events(aggregates.of_events, events_of(record, lists)).items():
            if name in half_months:
                add_counts(counts_of_all, counts)
    buckets = [bucket for bucket in aggregates.buckets(period, TODAY) if bucket.period == period]
    entity = EstablishmentEntity(place.record_id, place.data, lists)
    events = [event for record in filed for event in events_of(record, lists) if event.entities]
    for counts in count_of_entity(buckets, entity, events).values():
        add_counts(counts_of_all, counts)
    return counts_of_all


def test_difference_of_equal_counts_is_empty() -> None:
    counts: Counts = {UNIT: {"count(session)": Counter({"": 2})}}
    assert difference({"b": counts}, {}) == {"b": counts}
    assert difference({"b": counts}, {"b": counts}) == {}
    assert difference({}, {"b": counts}) == {"b": {UNIT: {"count(session)": Counter({"": -2})}}}


@pytest.mark.parametrize("name", ["indicators", "formula_terms", "types", "forms", "media_channels", "units"])
def test_basis_is_another_one_where_a_list_that_is_counted_by_changes(name: str) -> None:
    lists = read_lists(released_files())
    assert basis_of(lists, "1") == basis_of(load(), "1")
    rows = getattr(lists, name)
    setattr(lists, name, dict(list(rows.items())[1:]))
    assert basis_of(lists, "1") != basis_of(load(), "1")


def test_another_release_counts_by_another_basis() -> None:
    assert basis_of(load(), "1") != basis_of(load(), "2")
