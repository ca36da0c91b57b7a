"""Counting of aggregates: numbers by unit and breakdown, which add up over events and entities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from field178_shared.formulas.figures import Aggregate
from field178_shared.indicators.entities import CountedEntity, EntityInPeriod
from field178_shared.indicators.events import Event
from field178_shared.indicators.periods import Period

# {unit: {aggregate: {value of its breakdown, or "": number}}}
Counts = dict[str, dict[str, dict[str, int]]]


def by_source(aggregates: Iterable[Aggregate]) -> Mapping[str, Sequence[Aggregate]]:
    """Return the aggregates that add up over events, by the source of these."""
    by_kind: dict[str, list[Aggregate]] = {}
    for aggregate in aggregates:
        if not aggregate.is_of_entities:
            by_kind.setdefault(aggregate.of, []).append(aggregate)
    return by_kind


def count_events(aggregates: Iterable[Aggregate], events: Iterable[Event], into: Counts) -> None:
    """Add the counts of events, each in its unit on its day."""
    of_source = by_source(aggregates)
    for event in events:
        count_event(of_source.get(event.source, ()), event, into)


def count_event(aggregates: Iterable[Aggregate], event: Event, into: Counts) -> None:
    """Add the counts of an event to aggregates of its source."""
    _add(aggregates, event.row, event.row, event.unit_id, into)


def count_entity(
    aggregates: Iterable[Aggregate],
    entity: CountedEntity,
    events: Mapping[str, Sequence[Event]],
    at: tuple[Period, date],
    into: Counts,
) -> None:
    """Add the counts of an entity that exists at the end of the period; `events` by source, oldest first.

    `at`: the period, and the present day, which determines the months that have ended.
    """
    period, today = at
    seen = EntityInPeriod(entity, period, today, events)
    if not seen.is_there:
        return
    unit_id = entity.unit_on(seen.last_day)
    if own := [aggregate for aggregate in aggregates if aggregate.of == entity.kind]:
        _add(own, seen, seen.attributes, unit_id, into)


def _add(
    aggregates: Iterable[Aggregate],
    counted: object,
    named: Mapping[str, object],
    unit_id: str,
    into: Counts,
) -> None:
    cells = into.get(unit_id, {})
    for aggregate in aggregates:
        if aggregate.where is not None and not aggregate.where(counted):
            continue
        number = 1 if aggregate.value is None else aggregate.value(counted)
        if number:
            key = str(named.get(aggregate.by) or "") if aggregate.by else ""
            numbers = cells.setdefault(aggregate.key, {})
            numbers[key] = numbers.get(key, 0) + number
    if cells:
        into[unit_id] = cells


def add_counts(into: Counts, counts: Counts, times: int = 1) -> None:
    """Add counts to other counts, times `times` (-1 subtracts); zero cells are removed."""
    for unit_id, of_unit in counts.items():
        cells = into.setdefault(unit_id, {})
        for key, numbers in of_unit.items():
            sums = cells.setdefault(key, {})
            for value, number in numbers.items():
                if added := sums.get(value, 0) + times * number:
                    sums[value] = added
                else:
                    sums.pop(value, None)
            if not sums:
                del cells[key]
        if not cells:
            del into[unit_id]
