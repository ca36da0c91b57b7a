"""Counts of single records and entities in an aggregate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from field178_shared.formulas.figures import Aggregate
from field178_shared.indicators.counting import Counts, count_entity, count_events
from field178_shared.indicators.entities import CountedEntity
from field178_shared.indicators.events import Event
from field178_shared.indicators.periods import Period


@dataclass(frozen=True, slots=True)
class RecordCount:
    """Count that a record or an entity adds to an aggregate in a unit; `by` is the breakdown value.

    `source`: the source of an event, or the kind of an entity. `key`: the id of the record or entity. `day`:
    the day of the event. `records`: the records about an entity with their days, newest first.
    """

    aggregate: str
    source: str
    key: str
    unit_id: str
    by: str
    number: int
    day: date | None = None
    records: tuple[tuple[str, date], ...] = ()


def of_event(aggregates: Iterable[Aggregate], event: Event) -> Iterator[RecordCount]:
    """Yield the counts of an event."""
    counts: Counts = {}
    count_events((aggregate for aggregate in aggregates if aggregate.of == event.source), (event,), counts)
    for unit_id, aggregate, by, number in _cells(counts):
        yield RecordCount(aggregate, event.source, event.record_id, unit_id, by, number, event.day)


def of_entity(
    aggregates: Iterable[Aggregate],
    entity: CountedEntity,
    events: Mapping[str, Sequence[Event]],
    at: tuple[Period, date],
) -> Iterator[RecordCount]:
    """Yield the counts of an entity that exists at the end of the period."""
    counts: Counts = {}
    count_entity(aggregates, entity, events, at, counts)
    if counts:
        records = _records(events, at[0])
        for unit_id, aggregate, by, number in _cells(counts):
            yield RecordCount(aggregate, entity.kind, entity.id, unit_id, by, number, None, records)


def _cells(counts: Counts) -> Iterator[tuple[str, str, str, int]]:
    for unit_id, aggregates in counts.items():
        for aggregate, cells in aggregates.items():
            for by, number in cells.items():
                yield unit_id, aggregate, by, number


def _records(events: Mapping[str, Sequence[Event]], period: Period) -> tuple[tuple[str, date], ...]:
    """Return the records of the period, or else the last record before it, which then supplies the values."""
    until = sorted(
        (
            (event.day, event.record_id)
            for group in events.values()
            for event in group
            if event.day < period.end
        ),
        reverse=True,
    )
    within = [event for event in until if event[0] in period] or until[:1]
    return tuple({record_id: (record_id, day) for day, record_id in reversed(within)}.values())[::-1]
