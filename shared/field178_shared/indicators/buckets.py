"""Buckets of counts, which add up to a period's counts: events by half-month, entities by period.

A calendar month and a period from the 15th to the 14th both consist of whole half-months.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from field178_shared.codelists import CodeLists
from field178_shared.formulas.figures import Aggregate
from field178_shared.indicators.counting import by_source
from field178_shared.indicators.figures import aggregates_of, aggregates_of_parts
from field178_shared.indicators.periods import Period, months_after

_BEGINNINGS = (1, 15)
_MOST_BUCKETS = 64


def half_month_of(day: date) -> date:
    """Return the first day of the half-month of a day."""
    return day.replace(day=1 if day.day < _BEGINNINGS[1] else _BEGINNINGS[1])


def is_of_half_months(period: Period) -> bool:
    """Return whether a period consists of whole half-months."""
    return period.first.day in _BEGINNINGS and period.end.day in _BEGINNINGS


@dataclass(frozen=True, slots=True)
class EntityBucket:
    """Entity counts of a period, or of a part of the period `of`, with the aggregates counted there.

    `is_dated`: the numbers change when a month of the period ends, which `today` determines. `kinds`: the
    kinds of entities counted there.
    """

    name: str
    of: Period
    period: Period
    today: date
    is_dated: bool
    aggregates: tuple[Aggregate, ...]
    kinds: frozenset[str]


class Aggregates:
    """Aggregates of the indicators, grouped by their source."""

    def __init__(self, lists: CodeLists) -> None:
        self.all = aggregates_of(lists)
        self.of_events: Mapping[str, Sequence[Aggregate]] = by_source(self.all)
        self._buckets: dict[tuple[Period, date], tuple[EntityBucket, ...]] = {}
        self._of_parts = [aggregate for aggregate in aggregates_of_parts(lists) if aggregate.is_of_entities]

    @cached_property
    def dated_kinds(self) -> frozenset[str]:
        """The kinds of entity with a number that changes when a month or quarter ends."""
        return frozenset(
            aggregate.of for aggregate in self.all if aggregate.is_of_entities and aggregate.reads_parts
        )

    def buckets(self, period: Period, today: date) -> tuple[EntityBucket, ...]:
        """Return the entity buckets that make up the figures of a period."""
        if (buckets := self._buckets.get((period, today))) is None:
            if len(self._buckets) >= _MOST_BUCKETS:
                self._buckets.clear()
            buckets = self._buckets[period, today] = tuple(self._made(period, today))
        return buckets

    def _made(self, period: Period, today: date) -> Iterator[EntityBucket]:
        whole = [aggregate for aggregate in self.all if aggregate.is_of_entities]
        parts = [part for part in period.all_parts() if part != period] if self._of_parts else []
        name = f"{period.first}/{period.end}"
        yield from _split(name, (period, period), whole, today)
        for part in parts:
            yield from _split(f"{name} {part.first}/{part.end}", (period, part), self._of_parts, today)


def half_months_in(period: Period) -> tuple[date, ...]:
    """Return the first days of the half-months of a period."""
    days, day = [], period.first
    while day < period.end:
        days.append(day)
        day = day.replace(day=_BEGINNINGS[1]) if day.day == 1 else months_after(day.replace(day=1), 1)
    return tuple(days)


def _split(
    name: str, of: tuple[Period, Period], aggregates: Sequence[Aggregate], today: date
) -> Iterator[EntityBucket]:
    whole, period = of
    dated = f"{name} +{period.months_ended(today)}"
    for is_dated, named in ((False, name), (True, dated)):
        chosen = tuple(aggregate for aggregate in aggregates if aggregate.reads_parts is is_dated)
        if chosen:
            kinds = frozenset(aggregate.of for aggregate in chosen)
            yield EntityBucket(named, whole, period, today, is_dated, chosen, kinds)
