"""Counts of one subject by bucket: a record by its events, an entity by period; records in review apart."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import field
from datetime import date
from functools import lru_cache

from field178_shared.codelists import CodeLists
from field178_shared.codelists.places import Place
from field178_shared.formulas.figures import Aggregate
from field178_shared.immutable import immutable
from field178_shared.indicators.buckets import EntityBucket, half_month_of
from field178_shared.indicators.counting import Counts, add_counts, count_entity, count_event
from field178_shared.indicators.entities import (
    CountedEntity,
    EstablishmentEntity,
    OutletEntity,
    PilotModelEntity,
    PlaceEntity,
    ReporterEntity,
    RiskGroupEntity,
    TeamEntity,
    denominator_entities,
)
from field178_shared.indicators.events import CountedRecord, Event
from field178_shared.record_type import RecordType
from field178_shared.records.returns import PilotModel
from field178_shared.records.teams import Team

ESTABLISHMENT, SCHOOL, ZONE, OUTLET, REPORTER = "establishment", "school", "zone", "media_outlet", "reporter"
RISK_GROUP = "risk_group"
# Entities that are a record each.
RECORD_KINDS = frozenset({ESTABLISHMENT, RecordType.TEAM, RecordType.PILOT_MODEL})
# Kinds of entities that several returns describe; totals (denominators) are such a kind too.
EVENT_KINDS = frozenset({REPORTER, RISK_GROUP})
RETURN_KINDS = EVENT_KINDS | {RecordType.DENOMINATOR}
# {bucket: its counts}
Contribution = dict[str, Counts]


@immutable(slots=True)
class Counted:
    """Counts of a subject by approved records, and the change of these counts by records in review."""

    approved: Contribution = field(default_factory=dict)
    waiting: Contribution = field(default_factory=dict)


def count_of_events(aggregates: Mapping[str, Sequence[Aggregate]], events: Iterable[Event]) -> Contribution:
    """Return the counts of events by half-month; `aggregates` by source."""
    contribution: Contribution = {}
    for event in events:
        if of_source := aggregates.get(event.source):
            count_event(of_source, event, contribution.setdefault(_bucket_of(event.day), {}))
    return {bucket: counts for bucket, counts in contribution.items() if counts}


def count_of_entity(
    buckets: Iterable[EntityBucket], entity: CountedEntity, events: Collection[Event]
) -> Contribution:
    """Return the counts of an entity with these events in each bucket."""
    by_source = events_by_source(events)
    contribution: Contribution = {}
    for bucket in buckets:
        counts: Counts = {}
        count_entity(bucket.aggregates, entity, by_source, (bucket.period, bucket.today), counts)
        if counts:
            contribution[bucket.name] = counts
    return contribution


def events_by_source(events: Iterable[Event]) -> dict[str, list[Event]]:
    """Return events by their source, the oldest first."""
    by_source: dict[str, list[Event]] = {}
    for event in sorted(events, key=lambda item: item.order):
        by_source.setdefault(event.source, []).append(event)
    return by_source


def difference(after: Contribution, before: Contribution) -> Contribution:
    """Return the contribution that turns `before` into `after` when added."""
    contribution: Contribution = {}
    for bucket in {**before, **after}:
        if after.get(bucket) == before.get(bucket):
            continue
        counts: Counts = {}
        add_counts(counts, after.get(bucket, {}))
        add_counts(counts, before.get(bucket, {}), -1)
        if counts:
            contribution[bucket] = counts
    return contribution


@lru_cache(maxsize=2048)  # most records of a step are of a few days
def _bucket_of(day: date) -> str:
    return half_month_of(day).isoformat()


def entity_of_record(record: CountedRecord, lists: CodeLists) -> CountedEntity | None:
    """Return the entity defined by a record, or None."""
    if record.type == RecordType.ESTABLISHMENT:
        return EstablishmentEntity(record.record_id, record.data, lists)
    if record.type == RecordType.TEAM:
        return TeamEntity(Team.from_data(record.record_id, record.data), lists)
    if record.type == RecordType.PILOT_MODEL:
        return PilotModelEntity(record.record_id, PilotModel.from_data(record.data))
    return None


def entity_of_events(kind: str, events: Iterable[Event], lists: CodeLists) -> CountedEntity | None:
    """Return the agency or the at-risk group of these returns, None without returns."""
    first = min(events, key=lambda event: event.day, default=None)
    if first is None:
        return None
    made = RiskGroupEntity if kind == RISK_GROUP else ReporterEntity
    return made(first.entities[kind], first.day, lists)


def entity_of_denominators(
    entity_id: str, records: Iterable[CountedRecord], lists: CodeLists
) -> CountedEntity | None:
    """Return a total by the records that state it, and those that state the totals of its successors."""
    entities = denominator_entities(
        (record.data for record in records if record.type == RecordType.DENOMINATOR), lists
    )
    return next((entity for entity in entities if entity.id == entity_id), None)


def entity_of_lists(kind: str, entity_id: str, lists: CodeLists) -> CountedEntity | None:
    """Return the entity of a row of the lists, None if there is no such row."""
    if kind == OUTLET:
        outlet = lists.media_outlets.get(entity_id)
        return None if outlet is None else OutletEntity(outlet, lists)
    places: Mapping[str, Mapping[str, Place]] = {SCHOOL: lists.schools, ZONE: lists.zones}
    place = places.get(kind, {}).get(entity_id)
    return None if place is None else PlaceEntity(kind, place)
