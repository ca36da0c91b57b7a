"""Facts of a set of records: their events and entities, counted for any period."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from field178_shared.codelists import CodeLists
from field178_shared.formulas.figures import Aggregate
from field178_shared.indicators.counting import Counts, count_entity, count_events
from field178_shared.indicators.entities import (
    CountedEntity,
    EstablishmentEntity,
    PilotModelEntity,
    ReporterEntity,
    RiskGroupEntity,
    TeamEntity,
    denominator_entities,
    entities_of_lists,
)
from field178_shared.indicators.events import CountedRecord, Event, events_of
from field178_shared.indicators.figures import aggregates_of
from field178_shared.indicators.periods import Period
from field178_shared.indicators.planned import events_of_plan
from field178_shared.indicators.record_counts import RecordCount, of_entity, of_event
from field178_shared.record_type import RecordType
from field178_shared.records.reading import Data
from field178_shared.records.returns import PilotModel
from field178_shared.records.teams import Team

_REPORTER, _RISK_GROUP = "reporter", "risk_group"


@dataclass(frozen=True, slots=True)
class EventsAndEntities:
    """Events, and entities with their events by source (oldest first), countable for any period."""

    today: date
    events: Sequence[Event]
    entities: Iterable[tuple[CountedEntity, Mapping[str, Sequence[Event]]]]

    def counts_by_record(self, aggregates: Iterable[Aggregate], period: Period) -> Iterator[RecordCount]:
        """Yield the counts of each event and each entity in these aggregates and a period."""
        requested = tuple(aggregates)
        for event in self.events:
            if event.day in period:
                yield from of_event(requested, event)
        for entity, events in self.entities:
            if own := [aggregate for aggregate in requested if aggregate.of == entity.kind]:
                yield from of_entity(own, entity, events, (period, self.today))

    def count(self, aggregates: Iterable[Aggregate], period: Period, into: Counts) -> None:
        """Add the counts of events and entities in these aggregates and a period, by unit."""
        requested = tuple(aggregates)
        count_events(requested, (event for event in self.events if event.day in period), into)
        for entity, events in self.entities:
            count_entity(requested, entity, events, (period, self.today), into)


class Facts:
    """Countable facts of records; `aliases` map merged establishments to their merge targets."""

    def __init__(
        self,
        lists: CodeLists,
        records: Sequence[CountedRecord],
        today: date,
        aliases: Mapping[str, str] | None = None,
    ) -> None:
        self._aggregates = aggregates_of(lists)
        self._today = today
        self._events: list[Event] = []
        self._entities: list[CountedEntity] = entities_of_lists(lists)
        self._of_entities: dict[tuple[str, str], dict[str, list[Event]]] = {}
        self._counts: dict[Period, Counts] = {}
        register: dict[str, Data] = {}
        for record in records:
            if record.type == RecordType.ESTABLISHMENT:
                register[record.record_id] = record.data
                self._entities.append(EstablishmentEntity(record.record_id, record.data, lists))
            elif record.type == RecordType.TEAM:
                self._entities.append(TeamEntity(Team.from_data(record.record_id, record.data), lists))
            elif record.type == RecordType.PILOT_MODEL:
                self._entities.append(PilotModelEntity(record.record_id, PilotModel.from_data(record.data)))
            self._events.extend(events_of(record, lists))
        self._events.extend(events_of_plan(records, register, today))
        self._events.sort(key=lambda event: event.order)
        for event in self._events:
            for kind, entity_id in event.entities.items():
                key = (kind, (aliases or {}).get(entity_id, entity_id))
                self._of_entities.setdefault(key, {}).setdefault(event.source, []).append(event)
        totals = [record.data for record in records if record.type == RecordType.DENOMINATOR]
        self._entities.extend(denominator_entities(totals, lists))
        for kind, made in ((_REPORTER, ReporterEntity), (_RISK_GROUP, RiskGroupEntity)):
            self._entities.extend(made(key, day, lists) for key, day in self._first_days(kind).items())

    def _first_days(self, kind: str) -> dict[str, date]:
        """Return the first day of each entity of a kind; its events are sorted by day."""
        return {
            key: min(group[0].day for group in events.values())
            for (entity_kind, key), events in self._of_entities.items()
            if entity_kind == kind
        }

    def counts_of(self, period: Period) -> Counts:
        """Return the counts of the records in a period, by unit."""
        if period not in self._counts:
            self._counts[period] = self.count(self._aggregates, period)
        return self._counts[period]

    def counts_by_record(self, aggregates: Iterable[Aggregate], period: Period) -> Iterator[RecordCount]:
        """Yield the counts of each event and each entity in these aggregates and a period."""
        return self._all().counts_by_record(aggregates, period)

    def count(self, aggregates: Iterable[Aggregate], period: Period) -> Counts:
        """Return the counts of the records in these aggregates and a period, by unit."""
        counts: Counts = {}
        self._all().count(aggregates, period, counts)
        return counts

    def _all(self) -> EventsAndEntities:
        entities = (
            (entity, self._of_entities.get((entity.kind, entity.id), {})) for entity in self._entities
        )
        return EventsAndEntities(self._today, self._events, entities)
